"""A forgotten password is replaced by a code, a known one on the account page; sessions with the old one end."""

from collections.abc import Callable

import pytest
from httpx import Response

from shared.mongo import Store
from tests.integration.submissions.builders import PASSWORD, Browser, a_person, email_of, last_code, outbox_rows

Browsers = Callable[[], Browser]
CHU, NEW = email_of("chu"), "một câu mới hẳn"


async def _forgets(visitor: Browser) -> str:
    await visitor.open("/quen-mat-khau")
    asked = await visitor.submit("/quen-mat-khau", {"address": CHU})
    assert (asked.status_code, asked.headers["location"].partition("?")[0]) == (303, "/quen-mat-khau/dat-lai")
    return asked.headers["location"].partition("ma=")[2]


async def _sets(visitor: Browser, ma: str, code: str, password: str = NEW) -> Response:
    return await visitor.submit("/quen-mat-khau/dat-lai", {"ma": ma, "code": code, "password": password})


async def test_a_forgotten_password_is_replaced_and_every_session_ends(browser: Browsers, store: Store):
    person = await a_person(store, email=CHU)
    phone, visitor = browser(), browser()
    await phone.sign_in(CHU)
    ma = await _forgets(visitor)
    assert "Mật khẩu mới" in (await visitor.open(f"/quen-mat-khau/dat-lai?ma={ma}")).text
    done = await _sets(visitor, ma, await last_code(store, CHU))
    assert (done.status_code, done.headers["location"]) == (303, "/dang-nhap")
    assert (await phone.open("/tai-khoan")).url.path == "/dang-nhap"
    assert (await browser().sign_in(CHU, PASSWORD)).status_code == 401
    assert (await browser().sign_in(CHU, NEW)).status_code == 303
    assert '"signed_out_before":null' not in (await outbox_rows(store, person.id))[-1]["value"]


async def test_a_password_that_is_too_short_costs_no_code(browser: Browsers, store: Store):
    await a_person(store, email=CHU)
    visitor = browser()
    ma = await _forgets(visitor)
    code = await last_code(store, CHU)
    refused = await _sets(visitor, ma, code, "ngắn")
    assert (refused.status_code, "ít nhất 8 ký tự" in refused.text) == (422, True)
    assert f'value="{code}"' in refused.text
    assert (await _sets(visitor, ma, code)).status_code == 303


async def test_a_wrong_code_sets_nothing_and_another_can_be_had(browser: Browsers, store: Store):
    await a_person(store, email=CHU)
    visitor = browser()
    ma = await _forgets(visitor)
    assert (await _sets(visitor, ma, "12345")).status_code == 422
    again = await visitor.submit("/quen-mat-khau/lai", {"ma": ma})
    ma = again.headers["location"].partition("ma=")[2]
    assert (await _sets(visitor, ma, await last_code(store, CHU))).status_code == 303


async def test_a_session_half_way_ends_with_the_old_password(browser: Browsers, store: Store):
    person = await a_person(store, email=CHU)
    kept = await store.read["people"].get(person.id)
    assert kept
    half = {"_id": "half", "person_id": person.id, "password": kept["password"], "proofs": ["password"]}
    await store.read["half_sessions"].insert({**half, "expires_at": kept["created_at"].replace(year=2999)})
    visitor = browser()
    ma = await _forgets(visitor)
    await _sets(visitor, ma, await last_code(store, CHU))
    assert await store.read["half_sessions"].count({}) == 0


async def test_a_password_is_changed_by_who_knows_it_and_only_this_browser_stays(browser: Browsers, store: Store):
    await a_person(store, email=CHU)
    phone, desk = browser(), browser()
    for one in (phone, desk):
        await one.sign_in(CHU)
    await desk.open("/tai-khoan/mat-khau")
    wrong = await desk.submit("/tai-khoan/mat-khau", {"old_password": "không phải", "password": NEW})
    assert (wrong.status_code, "Mật khẩu đang dùng không đúng" in wrong.text) == (422, True)
    done = await desk.submit("/tai-khoan/mat-khau", {"old_password": PASSWORD, "password": NEW})
    assert (done.status_code, done.headers["location"]) == (303, "/tai-khoan")
    assert (await desk.open("/tai-khoan")).url.path == "/tai-khoan"
    assert (await phone.open("/tai-khoan")).url.path == "/dang-nhap"
    assert (await browser().sign_in(CHU, NEW)).status_code == 303


@pytest.mark.usefixtures("a_whole_window")
async def test_guessing_the_old_password_at_an_open_session_is_throttled(browser: Browsers, store: Store):
    await a_person(store, email=CHU)
    desk = browser()
    await desk.sign_in(CHU)
    await desk.open("/tai-khoan/mat-khau")
    wrong = {"old_password": "không phải", "password": NEW}
    answers = [await desk.submit("/tai-khoan/mat-khau", wrong) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


async def test_an_account_without_a_password_gets_one_by_a_code(browser: Browsers, store: Store):
    person = await a_person(store, email=CHU)
    await store.read["people"].update({"_id": person.id}, {"$set": {"password": ""}})
    assert (await browser().sign_in(CHU, "")).status_code in (401, 422)
    visitor = browser()
    await visitor.open("/dang-nhap/ma")
    asked = await visitor.submit("/dang-nhap/ma", {"address": CHU})
    ma = asked.headers["location"].partition("ma=")[2]
    await visitor.submit("/dang-nhap/ma/nhap", {"ma": ma, "code": await last_code(store, CHU)})
    assert "chưa có mật khẩu" in (await visitor.open("/tai-khoan/mat-khau")).text
    assert "Đặt mật khẩu" in (await visitor.open("/tai-khoan")).text
    other = browser()
    assert (await _sets(other, await _forgets(other), await last_code(store, CHU))).status_code == 303
    assert (await browser().sign_in(CHU, NEW)).status_code == 303
