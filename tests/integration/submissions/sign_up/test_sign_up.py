"""Signing up: an address is confirmed before there is an account, and nobody learns who has one."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI
from httpx import Response

from services.submissions import web
from services.submissions.settings import Settings
from services.submissions.units.domain import Unit
from shared.ids import new_id
from shared.mongo import Store
from tests.integration.submissions.builders import (
    PASSWORD,
    Browser,
    a_person,
    codes_sent,
    email_of,
    last_code,
    outbox_rows,
    some_units,
)

API = "/api/submissions/v1"
Browsers = Callable[[], Browser]
CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
HOA = "hoa@sangkien.example"


async def _asks(visitor: Browser, address: str = HOA, **changes: str) -> Response:
    await visitor.open("/dang-ky")
    typed = {"client_key": visitor.client_key, "kind": "resident", "name": "Nguyễn Thị Hoa", "password": PASSWORD}
    return await visitor.submit("/dang-ky", {**typed, "address": address, **changes})


def _sign_up_id(asked: Response) -> str:
    return asked.headers["location"].partition("dk=")[2].partition("&")[0]


async def _types(visitor: Browser, asked: Response, code: str, **changes: str) -> Response:
    return await visitor.submit("/dang-ky/xac-nhan", {"dk": _sign_up_id(asked), "code": code, **changes})


async def test_somebody_signs_up_confirms_the_address_and_is_in(browser: Browsers, store: Store):
    await some_units(store, Unit(id="phuong-cua-nam", name="Phường Cửa Nam", level="ward"))
    visitor = browser()
    visitor.headers["User-Agent"] = CHROME
    assert "Phường Cửa Nam" in (await visitor.open("/dang-ky?ve=/bai-du-thi")).text
    asked = await _asks(visitor, "Hoa@SangKien.example", kind="official", unit_id="phuong-cua-nam", ve="/bai-du-thi")
    assert (asked.status_code, asked.headers["location"].partition("=")[0]) == (303, "/dang-ky/xac-nhan?dk")
    confirm = await visitor.open(asked.headers["location"])
    assert HOA in confirm.text
    assert await store.read["people"].count({}) == 0, "there is no account before the address is confirmed"
    code = await last_code(store, HOA)
    opened = await _types(visitor, asked, f" {code[:3]} {code[3:]} ", ve="/bai-du-thi")
    assert (opened.status_code, opened.headers["location"]) == (303, "/bai-du-thi")
    account = await visitor.open("/tai-khoan")
    assert account.status_code == 200
    for shown in ("Nguyễn Thị Hoa", "Phường Cửa Nam", HOA, "Người dự thi", "Chrome trên Android", "Thiết bị này"):
        assert shown in account.text
    kept = await store.read["people"].find_one({"email": HOA})
    assert kept
    assert kept["email_confirmed_at"] is not None
    assert (await browser().sign_in(HOA)).status_code == 303


async def test_a_refused_sign_up_keeps_what_was_typed_but_not_the_password(browser: Browsers):
    visitor = browser()
    answer = await _asks(visitor, "khong-phai-thu", name="Trần Văn Lợi", password="ngắn")
    assert answer.status_code == 422
    assert 'value="Trần Văn Lợi"' in answer.text
    assert 'value="khong-phai-thu"' in answer.text
    assert "đúng dạng, ví dụ ten@coquan.vn" in answer.text
    assert 'href="#address"' in answer.text
    assert "Mật khẩu cần ít nhất 8 ký tự" in answer.text
    assert "ngắn" not in re.sub(r"Một câu ngắn|câu ngắn", "", answer.text)
    assert visitor.client_key in answer.text


async def test_a_wrong_code_keeps_the_page_and_after_five_the_right_one_is_of_no_use(browser: Browsers, store: Store):
    visitor = browser()
    asked = await _asks(visitor)
    right = await last_code(store, HOA)
    wrong = [f"{(int(right) + turn) % 10**6:06d}" for turn in range(1, 6)]
    answers = [await _types(visitor, asked, code, ve="/bai-du-thi") for code in wrong]
    assert {answer.status_code for answer in answers} == {422}
    assert all("Mã không đúng" in answer.text and 'value="/bai-du-thi"' in answer.text for answer in answers)
    late = await _types(visitor, asked, right)
    assert late.status_code == 422
    assert "không còn dùng được" in late.text
    await visitor.submit("/dang-ky/xac-nhan/lai", {"dk": _sign_up_id(asked), "ve": ""})
    assert (await _types(visitor, asked, right)).status_code == 422, "the old code is not good for the new one"
    assert (await _types(visitor, asked, await last_code(store, HOA))).status_code == 303


async def test_the_address_can_be_changed_and_the_first_code_opens_nothing_then(browser: Browsers, store: Store):
    visitor = browser()
    asked = await _asks(visitor, "hoa@sangkein.example")
    first = await last_code(store, "hoa@sangkein.example")
    wrong = await visitor.submit("/dang-ky/xac-nhan/dia-chi", {"dk": _sign_up_id(asked), "address": "hoa", "ve": ""})
    assert (wrong.status_code, 'value="hoa"' in wrong.text) == (422, True)
    moved = await visitor.submit("/dang-ky/xac-nhan/dia-chi", {"dk": _sign_up_id(asked), "address": HOA, "ve": ""})
    assert HOA in (await visitor.open(moved.headers["location"])).text
    assert (await _types(visitor, asked, first)).status_code == 422
    assert (await _types(visitor, asked, await last_code(store, HOA))).status_code == 303
    assert [each["email"] for each in await store.read["people"].find({})] == [HOA]


async def test_a_code_that_is_too_old_and_a_sign_up_that_is_too_old_say_so(browser: Browsers, store: Store):
    visitor = browser()
    asked = await _asks(visitor)
    for each in await store.read["codes"].find({}):
        earlier = each["expires_at"] - timedelta(minutes=10)
        await store.read["codes"].update({"_id": each["_id"]}, {"$set": {"expires_at": earlier}})
    late = await _types(visitor, asked, await last_code(store, HOA))
    assert (late.status_code, "không còn dùng được" in late.text) == (422, True)
    pending = await store.read["sign_ups"].find_one({})
    assert pending
    gone = {"$set": {"expires_at": pending["expires_at"] - timedelta(hours=1)}}
    await store.read["sign_ups"].update({"_id": pending["_id"]}, gone)
    assert (await visitor.open(asked.headers["location"])).status_code == 404
    assert (await _types(visitor, asked, "000000")).status_code == 404


async def test_a_double_click_and_a_second_tab_find_the_one_account_and_are_in(browser: Browsers, store: Store):
    visitor = browser()
    asked = await _asks(visitor)
    code = await last_code(store, HOA)
    clicks = await asyncio.gather(*(_types(visitor, asked, code) for _ in range(5)))
    assert {(each.status_code, each.headers.get("location")) for each in clicks} == {(303, "/")}
    tab = await visitor.get(asked.headers["location"])
    assert (tab.status_code, tab.headers["location"]) == (303, "/")
    assert (await _types(visitor, asked, "nhầm", ve="/tai-khoan")).headers["location"] == "/tai-khoan"
    assert await store.read["people"].count({}) == 1
    assert (await visitor.get("/tai-khoan")).status_code == 200


async def test_two_sign_ups_with_one_address_open_one_account(browser: Browsers, store: Store):
    first, second = browser(), browser()
    asked = [await _asks(one) for one in (first, second)]
    codes = await codes_sent(store, HOA, "sign_up")
    answers = await asyncio.gather(*(_types(*each) for each in zip((first, second), asked, codes, strict=True)))
    assert {answer.status_code for answer in answers} == {303}
    assert await store.read["people"].count({}) == 1
    for one in (first, second):
        assert (await one.get("/tai-khoan")).status_code == 200


async def test_nothing_kept_of_a_sign_up_is_its_password(browser: Browsers, store: Store):
    await _asks(browser(), password="một câu bí mật lắm")
    for name in ("sign_ups", "codes", "client_keys", "outbox", "attempts"):
        assert "bí mật" not in str(await store.read[name].find({}))
    code = await last_code(store, HOA)
    for name in ("sign_ups", "codes", "client_keys", "outbox"):
        assert code not in str([{**each, "_id": ""} for each in await store.read[name].find({})]), name


def _body(**changes: str) -> dict[str, str]:
    typed = {"client_key": new_id(), "name": "Lê Hoàng Nam", "email": "nam@sangkien.example", "kind": "resident"}
    return {**typed, "password": PASSWORD, **changes}


async def test_a_program_signs_up_and_a_repeated_confirmation_gets_the_same_answer(browser: Browsers, store: Store):
    visitor, body = browser(), _body()
    asked = await visitor.post(f"{API}/sign-ups", json=body)
    assert (asked.status_code, list(asked.json())) == (201, ["sign_up_id"])
    path = f"{API}/sign-ups/{asked.json()['sign_up_id']}/confirm"
    wrong = await visitor.post(path, json={"code": "abc"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_code")
    code = {"code": await last_code(store, body["email"])}
    answers = await asyncio.gather(*(visitor.post(path, json=code) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(await outbox_rows(store, answers[0].json()["person_id"])) == 1
    assert "Authorization" in await visitor.bearer(body["email"])


async def test_twenty_racers_with_one_key_ask_for_one_account_and_get_one_reply(browser: Browsers, store: Store):
    body, racers = _body(), [browser() for _ in range(5)]
    answers = await asyncio.gather(*(racer.post(f"{API}/sign-ups", json=body) for racer in racers))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(await codes_sent(store, body["email"])) == 1


async def test_the_same_key_with_another_password_is_refused(browser: Browsers):
    visitor, body = browser(), _body()
    assert (await visitor.post(f"{API}/sign-ups", json=body)).status_code == 201
    again = await visitor.post(f"{API}/sign-ups", json={**body, "password": "một câu khác hẳn"})
    assert (again.status_code, again.json()["code"]) == (422, "key_reused")


async def test_nobody_gives_themselves_a_role(browser: Browsers, store: Store):
    roles = {"roles": [{"role": "administrator", "scope": "*"}]}
    refused = await browser().post(f"{API}/sign-ups", json={**_body(), **roles})
    assert refused.status_code == 422
    assert (await browser().post(f"{API}/people", json={**_body(), **roles})).status_code == 401
    person = await a_person(store, email=email_of("chu"))
    visitor = browser()
    bearer = await visitor.bearer(email_of("chu"))
    assert person.id
    assert (await visitor.post(f"{API}/people", json=_body(), headers=bearer)).status_code == 403


@pytest.mark.usefixtures("a_whole_window")
async def test_codes_are_sent_five_times_and_another_place_may_still_ask(app: FastAPI, browser: Browsers, store: Store):
    visitor = browser()
    asked = await _asks(visitor)
    again = {"dk": _sign_up_id(asked), "ve": ""}
    answers = [await visitor.submit("/dang-ky/xac-nhan/lai", again) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [303] * 4 + [429]
    assert len(await codes_sent(store, HOA)) == 5
    async with Browser(app, place="10.0.0.7") as other:
        assert (await _asks(other)).status_code == 303


async def test_with_text_messages_a_phone_number_opens_an_account_and_signs_in(settings: Settings):
    app = web.build(settings.model_copy(update={"sms_codes": True}))
    async with app.router.lifespan_context(app), Browser(app) as visitor:
        store, phone = app.state.desk.store, "+84912345678"
        assert "hoặc số điện thoại" in (await visitor.open("/dang-ky")).text
        asked = await _asks(visitor, "0912 345.678")
        assert (await _types(visitor, asked, await last_code(store, phone))).status_code == 303
        kept = await store.read["people"].find_one({"phone": phone})
        assert (kept["email"], kept["email_confirmed_at"], kept["phone_confirmed_at"] is None) == ("", None, False)
        assert '"channel":"sms"' in (await store.read["outbox"].find_one({"topic": "submissions.codes"}))["value"]
        assert "0912 345 678" in (await visitor.open("/tai-khoan")).text
        async with Browser(app) as other:
            assert (await other.sign_in("84912345678")).status_code == 303
            again = await _asks(other, "0912345678")
            assert again.status_code == 303
        assert await codes_sent(store, phone) == [(await codes_sent(store, phone))[0], ""], "then a note, no code"
        body = {"phone": "0912 345 678", "password": PASSWORD}
        assert (await visitor.post(f"{API}/sessions", json=body)).status_code == 200


async def test_two_accounts_without_an_email_address_stand_side_by_side(settings: Settings):
    app = web.build(settings.model_copy(update={"sms_codes": True}))
    async with app.router.lifespan_context(app), Browser(app) as first, Browser(app) as second:
        store = app.state.desk.store
        for visitor, phone in ((first, "+84912345678"), (second, "+84987654321")):
            asked = await _asks(visitor, phone)
            assert (await _types(visitor, asked, await last_code(store, phone))).status_code == 303
        assert await store.read["people"].count({"email": ""}) == 2


async def test_an_empty_address_is_asked_for_at_its_field(browser: Browsers):
    answer = await _asks(browser(), "")
    assert (answer.status_code, 'href="#address"' in answer.text) == (422, True)
