"""Signing in through a real provider: new people, known ones, and accounts that are there; never a silent takeover."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from services.submissions.factors import service as factors
from shared.identity import HALF_COOKIE, SESSION_COOKIE
from shared.ids import new_id
from shared.mongo import Store
from tests.integration.submissions import factor_builders as making
from tests.integration.submissions.builders import (
    PASSWORD,
    SECRET_KEY,
    SITE,
    Browser,
    a_person,
    codes_sent,
    last_code,
    outbox_rows,
)
from tests.integration.submissions.oidc.provider import Provider, Somebody

Browsers = Callable[[], Browser]
START, ARRIVED, LINKS = "/dang-nhap/oidc", "/dang-nhap/oidc/noi", "/tai-khoan/dang-nhap-chung"
_DEN = re.compile(r'name="den" value="([^"]+)"')


def somebody(**changes: Any) -> Somebody:
    number = new_id()[-8:]
    return Somebody(**{"sub": number, "name": "Đỗ Thị Ánh", "email": f"anh.{number}@ha-noi.example", **changes})


async def through(visitor: Browser, provider: Provider, who: Somebody, start: str = START) -> httpx.Response:
    """To the provider, in there, and back: our answer to the return."""
    sent = await visitor.get(start)
    assert sent.status_code == 303, sent.text
    back = await provider.let_in(sent.headers["location"], who, site=SITE)
    return await visitor.get(back)


async def arrived(visitor: Browser, answer: httpx.Response) -> tuple[httpx.Response, str]:
    """The page that the return leads to, and the secret on it."""
    page = await visitor.open(answer.headers["location"])
    den = _DEN.search(page.text)
    assert den, page.text
    return page, den[1]


async def a_newcomer(visitor: Browser, provider: Provider, who: Somebody) -> str:
    """Opens their account; its id is for the caller to find."""
    _, den = await arrived(visitor, await through(visitor, provider, who))
    done = await visitor.submit(f"{ARRIVED}/moi", {"den": den, "name": who.name, "kind": "resident"})
    assert done.status_code == 303, done.text
    return den


async def test_somebody_new_is_asked_for_what_is_missing_and_has_an_account(
    browser: Browsers, store: Store, provider: Provider
):
    who, visitor = somebody(), browser()
    page, den = await arrived(visitor, await through(visitor, provider, who, f"{START}?ve=/bai-du-thi"))
    assert f'value="{who.name}"' in page.text
    assert await store.read["people"].count({"email": who.email}) == 0, "nothing is opened before its owner says so"
    wrong = await visitor.submit(f"{ARRIVED}/moi", {"den": den, "name": " ", "kind": "official"})
    assert wrong.status_code == 422
    assert re.search(r'value="official"[^>]* checked', wrong.text), "what was chosen is kept"
    done = await visitor.submit(f"{ARRIVED}/moi", {"den": den, "name": "Đỗ Thị Ánh Ngần", "kind": "official"})
    assert (done.status_code, done.headers["location"]) == (303, "/bai-du-thi")
    assert (await visitor.get("/tai-khoan")).status_code == 200
    account = await store.read["people"].find_one({"email": who.email})
    assert account
    assert (account["name"], account["kind"], account["password"]) == ("Đỗ Thị Ánh Ngần", "official", "")
    assert account["email_confirmed_at"] is not None
    assert len(await outbox_rows(store, account["_id"])) == 1
    again = await visitor.submit(f"{ARRIVED}/moi", {"den": den, "name": "Lần hai", "kind": "official"})
    assert again.status_code == 422, "an arrival is good for one account"


async def test_the_second_time_one_is_let_in_at_once_and_to_where_one_wanted(
    browser: Browsers, store: Store, provider: Provider
):
    who = somebody()
    await a_newcomer(browser(), provider, who)
    visitor = browser()
    answer = await through(visitor, provider, who, f"{START}?ve=/bai-du-thi")
    assert (answer.status_code, answer.headers["location"]) == (303, "/bai-du-thi")
    assert SESSION_COOKIE in visitor.cookies
    assert await store.read["identities"].count({"sub": who.sub}) == 1


async def test_the_person_is_known_by_subject_not_by_address(browser: Browsers, store: Store, provider: Provider):
    who = somebody()
    await a_newcomer(browser(), provider, who)
    moved = Somebody(who.sub, who.name, "moi@ha-noi.example")
    assert (await through(browser(), provider, moved)).headers["location"] == "/"
    namesake = somebody(email=who.email)
    page, _ = await arrived(visitor := browser(), await through(visitor, provider, namesake))
    assert "Bạn đã có tài khoản ở đây" in page.text
    assert SESSION_COOKIE not in visitor.cookies


async def test_an_account_that_is_there_is_linked_by_its_password_only(
    browser: Browsers, store: Store, provider: Provider
):
    who, visitor = somebody(), browser()
    person = await a_person(store, "judge", email=who.email)
    page, den = await arrived(visitor, await through(visitor, provider, who))
    assert "Bạn đã có tài khoản ở đây" in page.text
    assert SESSION_COOKIE not in visitor.cookies
    opened = await visitor.submit(f"{ARRIVED}/moi", {"den": den, "name": "Kẻ lạ", "kind": "resident"})
    assert opened.status_code == 422
    wrong = await visitor.submit(f"{ARRIVED}/mat-khau", {"den": den, "password": "đoán bừa"})
    assert (wrong.status_code, "Mật khẩu không đúng" in wrong.text) == (422, True)
    assert await store.read["identities"].count({"person_id": person.id}) == 0
    done = await visitor.submit(f"{ARRIVED}/mat-khau", {"den": den, "password": PASSWORD})
    assert done.status_code == 303
    assert SESSION_COOKIE in visitor.cookies
    assert (await through(browser(), provider, who)).headers["location"] == "/"


async def test_or_by_a_code_to_its_address(browser: Browsers, store: Store, provider: Provider):
    who, visitor = somebody(), browser()
    person = await a_person(store, email=who.email)
    _, den = await arrived(visitor, await through(visitor, provider, who))
    foreign = {"den": den, "email": "ke-trom@ha-noi.example"}
    await visitor.submit(f"{ARRIVED}/gui-ma", foreign)
    assert await codes_sent(store, "ke-trom@ha-noi.example") == [], "the vouched-for address, whatever was typed"
    assert (await visitor.submit(f"{ARRIVED}/ma", {"den": den, "code": "000000"})).status_code == 422
    done = await visitor.submit(f"{ARRIVED}/ma", {"den": den, "code": await last_code(store, who.email)})
    assert done.status_code == 303
    assert (await store.read["identities"].find_one({"sub": who.sub}) or {})["person_id"] == person.id


@pytest.mark.usefixtures("a_whole_window")
async def test_guessing_the_password_there_is_throttled(browser: Browsers, store: Store, provider: Provider):
    who, visitor = somebody(), browser()
    await a_person(store, email=who.email)
    _, den = await arrived(visitor, await through(visitor, provider, who))
    answers = [
        (await visitor.submit(f"{ARRIVED}/mat-khau", {"den": den, "password": f"đoán {n}"})).status_code
        for n in range(12)
    ]
    assert answers == [422] * 10 + [429] * 2


@pytest.mark.parametrize("there", [True, False], ids=["somebody's", "nobody's"])
async def test_an_address_that_the_provider_did_not_verify_is_proven_by_a_code(
    browser: Browsers, store: Store, provider: Provider, *, there: bool
):
    who, visitor = somebody(verified=False), browser()
    if there:
        await a_person(store, email=who.email)
    page, den = await arrived(visitor, await through(visitor, provider, who))
    assert "Bạn đã có tài khoản ở đây" not in page.text, "it tells nobody who has an account"
    assert (await visitor.submit(f"{ARRIVED}/mat-khau", {"den": den, "password": PASSWORD})).status_code == 422
    assert (await visitor.submit(f"{ARRIVED}/moi", {"den": den, "name": "A", "kind": "resident"})).status_code == 422
    sent = await visitor.submit(f"{ARRIVED}/gui-ma", {"den": den, "email": who.email})
    code_page = await visitor.open(sent.headers["location"])
    assert "Nhập mã vừa gửi" in code_page.text
    assert SESSION_COOKIE not in visitor.cookies
    done = await visitor.submit(f"{ARRIVED}/ma", {"den": den, "code": await last_code(store, who.email)})
    if there:
        assert SESSION_COOKIE in visitor.cookies
    else:
        assert "Hoàn tất tài khoản" in (await visitor.open(done.headers["location"])).text
        await visitor.submit(f"{ARRIVED}/moi", {"den": den, "name": who.name, "kind": "resident"})
        assert SESSION_COOKIE in visitor.cookies


async def test_somebody_without_any_address_gives_one(browser: Browsers, store: Store, provider: Provider):
    who, visitor = somebody(email=""), browser()
    _, den = await arrived(visitor, await through(visitor, provider, who))
    wrong = await visitor.submit(f"{ARRIVED}/gui-ma", {"den": den, "email": "không phải địa chỉ"})
    assert (wrong.status_code, 'value="không phải địa chỉ"' in wrong.text) == (422, True)
    await visitor.submit(f"{ARRIVED}/gui-ma", {"den": den, "email": "Moi.Den@ha-noi.example"})
    await visitor.submit(f"{ARRIVED}/ma", {"den": den, "code": await last_code(store, "moi.den@ha-noi.example")})
    done = await visitor.submit(f"{ARRIVED}/moi", {"den": den, "name": who.name, "kind": "resident"})
    assert done.status_code == 303
    assert SESSION_COOKIE in visitor.cookies


async def test_who_has_a_second_factor_is_asked_for_it_and_links_only_after_it(
    browser: Browsers, store: Store, provider: Provider
):
    who, owner = somebody(), browser()
    person = await a_person(store, email=who.email)
    await owner.sign_in(who.email)
    secret, _ = await making.an_app(owner)
    thief = browser()
    _, den = await arrived(thief, await through(thief, provider, who))
    half = await thief.submit(f"{ARRIVED}/mat-khau", {"den": den, "password": PASSWORD})
    assert half.headers["location"].startswith("/dang-nhap/buoc-hai")
    assert (HALF_COOKIE in thief.cookies, SESSION_COOKIE in thief.cookies) == (True, False)
    assert await store.read["identities"].count({}) == 0, "the password alone leaves no lasting way in behind"
    await thief.open(half.headers["location"])
    done = await thief.submit("/dang-nhap/buoc-hai", {"code": making.code(secret), "ve": f"{LINKS}/noi?den={den}"})
    assert "Nối hai tài khoản" in (await thief.open(done.headers["location"])).text
    await thief.submit(f"{LINKS}/noi", {"den": den})
    assert (await store.read["identities"].find_one({}) or {})["person_id"] == person.id
    later = browser()
    assert (await through(later, provider, who)).headers["location"].startswith("/dang-nhap/buoc-hai")
    assert await factors.check(store, person.id, making.code(secret, 1), place="10.9.0.1", secret_key=SECRET_KEY)


async def test_a_closed_account_is_not_entered(browser: Browsers, store: Store, provider: Provider):
    who = somebody()
    await a_newcomer(browser(), provider, who)
    await store.read["people"].update({"email": who.email}, {"$set": {"active": False}})
    visitor = browser()
    answer = await through(visitor, provider, who)
    assert (answer.status_code, "đã bị đóng" in answer.text) == (403, True)
    assert SESSION_COOKIE not in visitor.cookies


async def test_a_signed_in_person_links_sees_and_unlinks(browser: Browsers, store: Store, provider: Provider):
    who, visitor, email = somebody(email="khac@ha-noi.example"), browser(), making.email()
    person = await a_person(store, email=email)
    await visitor.sign_in(email)
    page, den = await arrived(visitor, await through(visitor, provider, who, f"{LINKS}/bat-dau"))
    assert "Nối hai tài khoản" in page.text
    assert await store.read["identities"].count({}) == 0, "another site could have sent the browser: a yes is asked for"
    await visitor.submit(f"{LINKS}/noi", {"den": den})
    assert "khac@ha-noi.example" in (await visitor.open(LINKS)).text
    assert (await through(browser(), provider, who)).headers["location"] == "/"
    identity = await store.read["identities"].find_one({"person_id": person.id})
    assert identity
    await making.long_signed_in(store, person.id)
    held = await visitor.submit(f"{LINKS}/{identity['_id']}/bo", {})
    assert held.headers["location"].startswith("/tai-khoan/bao-mat/xac-nhan")
    assert (await visitor.get(f"{LINKS}/bat-dau")).headers["location"].startswith("/tai-khoan/bao-mat/xac-nhan")
    await visitor.open("/tai-khoan/bao-mat/xac-nhan")
    await visitor.submit("/tai-khoan/bao-mat/xac-nhan", {"password": PASSWORD})
    await visitor.submit(f"{LINKS}/{identity['_id']}/bo", {})
    assert await store.read["identities"].count({}) == 0


async def test_one_person_of_the_provider_belongs_to_one_account(browser: Browsers, store: Store, provider: Provider):
    who, visitor, email = somebody(), browser(), making.email()
    await a_newcomer(browser(), provider, who)
    await a_person(store, email=email)
    await visitor.sign_in(email)
    _, den = await arrived(visitor, await through(visitor, provider, who, f"{LINKS}/bat-dau"))
    refused = await visitor.submit(f"{LINKS}/noi", {"den": den})
    assert (refused.status_code, "một tài khoản khác" in refused.text) == (409, True)


async def test_somebody_elses_arrival_is_neither_seen_nor_linked(browser: Browsers, store: Store, provider: Provider):
    who, owner, other = somebody(), browser(), browser()
    _, den = await arrived(owner, await through(owner, provider, who))
    assert who.email not in (await other.open(f"{ARRIVED}?den={den}")).text
    answer = await other.submit(f"{ARRIVED}/moi", {"den": den, "name": "Kẻ lạ", "kind": "resident"})
    assert answer.status_code == 422
    email = making.email()
    await a_person(store, email=email)
    await owner.sign_in(email)
    assert (await owner.submit(f"{LINKS}/noi", {"den": den})).status_code == 422, "it was no wish to link"


async def test_the_last_way_in_is_kept(browser: Browsers, store: Store, provider: Provider):
    who, visitor = somebody(), browser()
    await a_newcomer(visitor, provider, who)
    await store.read["people"].update({"email": who.email}, {"$set": {"email": "", "email_confirmed_at": None}})
    identity = await store.read["identities"].find_one({"sub": who.sub})
    assert identity
    await visitor.open(LINKS)
    await visitor.submit(f"{LINKS}/{identity['_id']}/bo", {})
    assert "cách đăng nhập duy nhất" in (await visitor.open(LINKS)).text
    assert await store.read["identities"].count({"sub": who.sub}) == 1
