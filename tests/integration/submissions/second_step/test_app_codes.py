"""Codes of an app and backup codes: each once, also in a race; sealed at rest; throttled; asked for at every door."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from services.submissions.factors import service as factors
from services.submissions.factors.domain import WrongFactor
from shared.clock import now
from shared.identity import SESSION_COOKIE
from shared.mongo import Store
from tests.integration.submissions import factor_builders as making
from tests.integration.submissions.builders import PASSWORD, SECRET_KEY, Browser, a_person, last_code
from tests.integration.submissions.factor_builders import HOME, STEP, code

Browsers = Callable[[], Browser]


async def _with_app(browser: Browsers, store: Store, *roles: str) -> tuple[str, str, str, list[str]]:
    email = making.email()
    person = await a_person(store, *roles, email=email)
    owner = browser()
    await owner.sign_in(email)
    secret, backup = await making.an_app(owner)
    return person.id, email, secret, backup


async def _at_the_step(browser: Browsers, email: str) -> Browser:
    visitor = browser()
    answer = await visitor.sign_in(email)
    assert answer.headers["location"].startswith(STEP)
    assert SESSION_COOKIE not in visitor.cookies
    await visitor.open(answer.headers["location"])
    return visitor


async def test_after_the_password_the_code_of_the_app_lets_in_and_leads_back(browser: Browsers, store: Store):
    _, email, secret, _ = await _with_app(browser, store)
    visitor = browser()
    await visitor.open("/dang-nhap?ve=/tai-khoan")
    half = await visitor.submit("/dang-nhap", {"address": email, "password": PASSWORD, "ve": "/tai-khoan"})
    assert half.headers["location"] == f"{STEP}?ve=%2Ftai-khoan"
    assert (await visitor.get("/tai-khoan")).headers["location"].startswith("/dang-nhap")
    done = await visitor.submit(STEP, {"code": code(secret), "ve": "/tai-khoan"})
    assert (done.status_code, done.headers["location"]) == (303, "/tai-khoan")
    assert (await visitor.get("/tai-khoan")).status_code == 200


async def test_a_form_that_came_too_late_waits_for_the_second_step_too(browser: Browsers, store: Store):
    _, email, secret, _ = await _with_app(browser, store)
    visitor = browser()
    await visitor.open("/dang-nhap")
    kept = json.dumps([["title", "Tên gõ dở <b>"]])
    await visitor.submit("/dang-nhap", {"address": email, "password": PASSWORD, "ve": "/tai-khoan", "kept": kept})
    await visitor.open(f"{STEP}?ve=/tai-khoan")
    done = await visitor.submit(STEP, {"code": code(secret), "ve": "/tai-khoan"})
    assert done.status_code == 200
    assert 'action="/tai-khoan"' in done.text
    assert 'name="title" value="Tên gõ dở &lt;b&gt;"' in done.text
    assert '<li class="sk-lines">Tên gõ dở &lt;b&gt;</li>' in done.text
    assert (await visitor.get("/tai-khoan")).status_code == 200
    assert await store.read["half_sessions"].count({}) == 0


async def test_the_same_code_lets_nobody_in_a_second_time(browser: Browsers, store: Store):
    _, email, secret, _ = await _with_app(browser, store)
    shown = code(secret)
    first, second = await _at_the_step(browser, email), await _at_the_step(browser, email)
    assert (await first.submit(STEP, {"code": shown})).status_code == 303
    again = await second.submit(STEP, {"code": shown})
    assert again.status_code == 422
    assert "đã dùng rồi" in again.text
    assert shown not in again.text


async def test_of_two_uses_of_one_code_at_once_one_is_refused(browser: Browsers, store: Store):
    person_id, _, secret, backup = await _with_app(browser, store)
    for typed in (code(secret), backup[0]):
        answers = await asyncio.gather(
            *(factors.check(store, person_id, typed, place=f"10.1.0.{n}", secret_key=SECRET_KEY) for n in range(8)),
            return_exceptions=True,
        )
        assert len([one for one in answers if isinstance(one, str)]) == 1
        assert len([one for one in answers if isinstance(one, WrongFactor)]) == 7


async def test_a_backup_code_stands_in_once_and_the_page_tells_how_many_are_left(browser: Browsers, store: Store):
    _, email, _, backup = await _with_app(browser, store)
    assert len(set(backup)) == 10
    visitor = await _at_the_step(browser, email)
    await visitor.submit(STEP, {"code": backup[0].lower().replace("-", " ")})
    assert "còn 9 mã" in (await visitor.open("/tai-khoan")).text
    again = await _at_the_step(browser, email)
    assert (await again.submit(STEP, {"code": backup[0]})).status_code == 422


async def test_neither_secret_nor_codes_lie_open_in_the_database(browser: Browsers, store: Store):
    person_id, _, secret, backup = await _with_app(browser, store)
    kept = str(await store.read["factors"].get(person_id))
    assert secret not in kept
    assert all(one not in kept and one.replace("-", "") not in kept for one in backup)


async def test_a_sealed_secret_put_beside_another_person_opens_nothing(browser: Browsers, store: Store):
    victim, _, secret, _ = await _with_app(browser, store)
    mine, _, _, _ = await _with_app(browser, store)
    sealed = (await store.read["factors"].get(victim) or {})["totp"]
    await store.read["factors"].update({"_id": mine}, {"$set": {"totp": sealed}})
    with pytest.raises(ValueError, match="somebody else"):
        await factors.check(store, mine, code(secret), place="10.2.0.1", secret_key=SECRET_KEY)


@pytest.mark.usefixtures("a_whole_window")
async def test_guessing_at_the_second_step_is_throttled_and_the_owner_elsewhere_still_gets_in(
    browser: Browsers, store: Store
):
    _, email, secret, _ = await _with_app(browser, store)
    owner = await _at_the_step(browser, email)
    assert (await owner.submit(STEP, {"code": code(secret)})).status_code == 303
    guesser = await _at_the_step(browser, email)
    answers = [await guesser.submit(STEP, {"code": f"{n:06d}"}) for n in range(8)]
    assert [one.status_code for one in answers] == [422] * 5 + [429] * 3
    for _ in range(4):  # from many places: then the account itself is closed to strangers
        stranger = await _at_the_step(browser, email)
        last = [await stranger.submit(STEP, {"code": "000000"}) for _ in range(5)]
    assert last[-1].status_code == 429
    await owner.submit("/dang-xuat", {})
    await owner.sign_in(email)
    assert (await owner.submit(STEP, {"code": code(secret, 1)})).status_code == 303


async def test_every_first_step_leads_to_the_second(browser: Browsers, store: Store):
    _, email, secret, _ = await _with_app(browser, store)
    by_code = browser()
    await by_code.open("/dang-nhap/ma")
    asked = await by_code.submit("/dang-nhap/ma", {"address": email})
    ma = asked.headers["location"].partition("ma=")[2].partition("&")[0]
    half = await by_code.submit("/dang-nhap/ma/nhap", {"ma": ma, "code": await last_code(store, email)})
    assert half.headers["location"].startswith(STEP)
    assert (await by_code.submit(STEP, {"code": code(secret)})).status_code == 303
    program = await browser().post("/api/submissions/v1/sessions", json={"email": email, "password": PASSWORD})
    assert (program.status_code, program.json()["code"]) == (401, "second_factor_needed")


async def test_the_second_step_ends_with_its_five_minutes_and_with_the_password(browser: Browsers, store: Store):
    person_id, email, secret, _ = await _with_app(browser, store)
    late = await _at_the_step(browser, email)
    await store.read["half_sessions"].update_all({}, {"$set": {"expires_at": now() - timedelta(minutes=1)}})
    assert (await late.submit(STEP, {"code": code(secret)})).headers["location"].startswith("/dang-nhap")
    changed = await _at_the_step(browser, email)
    await store.read["people"].update({"_id": person_id}, {"$set": {"password": "another hash"}})
    assert (await changed.submit(STEP, {"code": code(secret)})).headers["location"].startswith("/dang-nhap")
    assert await store.read["sessions"].count({"person_id": person_id}) == 1, "only the browser that set the app up"


async def test_without_the_first_step_there_is_no_second(browser: Browsers):
    visitor = browser()
    assert (await visitor.open(STEP)).url.path == "/dang-nhap"
    assert (await visitor.submit(STEP, {"code": "123456"})).headers["location"] == "/dang-nhap"
    for path in (f"{STEP}/thach-thuc", f"{STEP}/them-khoa/thach-thuc", f"{HOME}/khoa/them/thach-thuc"):
        assert (await making.options(visitor, path)).status_code == 401
