"""Signing in by a one-time code, and ending one of one's sessions."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

from fastapi import FastAPI
from httpx import Response

from services.submissions.sign_in import service
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_person, codes_sent, email_of, last_code

API = "/api/submissions/v1"
Browsers = Callable[[], Browser]
CHU = email_of("chu")


async def _asks(visitor: Browser, **changes: str) -> str:
    await visitor.open("/dang-nhap/ma")
    asked = await visitor.submit("/dang-nhap/ma", {"address": CHU, **changes})
    assert asked.status_code == 303
    return asked.headers["location"].partition("ma=")[2].partition("&")[0]


async def _types(visitor: Browser, ma: str, code: str, **changes: str) -> Response:
    return await visitor.submit("/dang-nhap/ma/nhap", {"ma": ma, "code": code, **changes})


async def test_a_code_lets_its_reader_in_and_on(browser: Browsers, store: Store):
    await a_person(store, email=CHU)
    visitor = browser()
    ma = await _asks(visitor, ve="/bai-du-thi")
    assert "Mã 6 chữ số" in (await visitor.open(f"/dang-nhap/ma/nhap?ma={ma}&ve=/bai-du-thi")).text
    inside = await _types(visitor, ma, await last_code(store, CHU), ve="/bai-du-thi")
    assert (inside.status_code, inside.headers["location"]) == (303, "/bai-du-thi")
    assert (await visitor.get("/tai-khoan")).status_code == 200


async def test_the_button_beside_the_password_asks_for_a_code(browser: Browsers, store: Store):
    await a_person(store, email=CHU)
    visitor = browser()
    page = await visitor.open("/dang-nhap")
    assert 'formaction="/dang-nhap/ma"' in page.text
    answer = await visitor.submit("/dang-nhap/ma", {"address": CHU, "password": "", "ve": ""})
    assert answer.status_code == 303
    assert len(await codes_sent(store, CHU, "sign_in")) == 1


async def test_a_code_works_once_and_a_double_click_is_no_second_time(browser: Browsers, store: Store):
    await a_person(store, email=CHU)
    owner, thief = browser(), browser()
    ma = await _asks(owner)
    code = await last_code(store, CHU)
    clicks = await asyncio.gather(*(_types(owner, ma, code) for _ in range(4)))
    assert {answer.status_code for answer in clicks} == {303}
    await thief.open("/dang-nhap/ma")
    late = await _types(thief, ma, code)
    assert (late.status_code, "không còn dùng được" in late.text) == (422, True)
    for each in await store.read["codes"].find({}):
        sooner = each["expires_at"] - timedelta(minutes=1)
        await store.read["codes"].update({"_id": each["_id"]}, {"$set": {"expires_at": sooner}})
    assert (await _types(owner, ma, code)).status_code == 422, "after a minute it is no double click any more"


async def test_of_two_browsers_with_one_code_one_gets_in(app: FastAPI, store: Store):
    await a_person(store, email=CHU)
    async with Browser(app) as first, Browser(app) as second:
        ma = await _asks(first)
        await second.open("/dang-nhap/ma")
        code = await last_code(store, CHU)
        answers = await asyncio.gather(_types(first, ma, code), _types(second, ma, code))
    assert sorted(answer.status_code for answer in answers) == [303, 422]


async def test_a_code_for_one_purpose_is_of_no_use_for_another(browser: Browsers, store: Store):
    await a_person(store, email=CHU)
    visitor = browser()
    ma = await _asks(visitor)
    typed = {"ma": ma, "code": await last_code(store, CHU), "password": "một câu mới hẳn"}
    assert (await visitor.submit("/quen-mat-khau/dat-lai", typed)).status_code == 422


async def test_the_text_of_a_form_waits_through_the_code_too(browser: Browsers, store: Store):
    person = await a_person(store, "organiser", email=CHU)
    visitor = browser()
    await visitor.sign_in(CHU)
    await visitor.open("/cuoc-thi/quan-ly/moi")
    await service.sign_out_everywhere(store, person.id)
    over = await visitor.submit("/cuoc-thi/quan-ly/moi", {"name": "Tên gõ dở <b>"}, follow_redirects=True)
    kept = re.search(r'name="kept" value="([^"]*)"', over.text)
    assert kept
    waiting = {"ve": "/cuoc-thi/quan-ly/moi", "kept": unescape(kept[1])}
    page = await visitor.submit("/dang-nhap/ma", {"address": CHU, "password": "", **waiting})
    ma = re.search(r'name="ma" value="([^"]+)"', page.text)
    assert ma
    inside = await _types(visitor, ma[1], await last_code(store, CHU), **waiting)
    assert inside.status_code == 200
    assert 'value="Tên gõ dở &lt;b&gt;"' in inside.text


async def test_a_phone_number_is_refused_where_nothing_can_be_sent_to_it(browser: Browsers):
    visitor = browser()
    await visitor.open("/dang-nhap/ma")
    answer = await visitor.submit("/dang-nhap/ma", {"address": "0912 345 678"})
    assert (answer.status_code, "chưa gửi được tin nhắn" in answer.text) == (422, True)
    assert 'value="0912 345 678"' in answer.text


async def test_one_of_ones_sessions_is_ended_and_its_token_with_it(browser: Browsers, store: Store):
    person = await a_person(store, email=CHU)
    await a_person(store, email=email_of("ke-khac"))
    phone, desk, foe = browser(), browser(), browser()
    for one in (phone, desk):
        await one.sign_in(CHU)
    await foe.sign_in(email_of("ke-khac"))
    kept = await store.read["sessions"].find({"person_id": person.id}, sort=[("created_at", 1)])
    await foe.open("/tai-khoan")
    for strange in (kept[0]["_id"][:16], "0" * 16, "khong-phai", ""):
        await foe.submit(f"/tai-khoan/phien/{strange}/dang-xuat", {})
    assert await store.read["sessions"].count({"person_id": person.id}) == 2
    page = await desk.open("/tai-khoan")
    assert f"/tai-khoan/phien/{kept[0]['_id'][:16]}/dang-xuat" in page.text
    assert (await desk.submit(f"/tai-khoan/phien/{kept[0]['_id'][:16]}/dang-xuat", {})).status_code == 303
    assert (await phone.open("/tai-khoan")).url.path == "/dang-nhap"
    assert (await desk.open("/tai-khoan")).url.path == "/tai-khoan"
