"""Another address for one's account: confirmed by a code sent there, the old one told, nobody else's taken."""

import json
from collections.abc import Callable
from typing import Any

from services.submissions.erasures import service as erasures
from services.submissions.people import service as people
from services.submissions.team_drafts.domain import Row
from shared.clock import now
from shared.identity import Person
from shared.mongo import Store
from shared.sealed import unseal
from tests.integration.submissions import factor_builders as making
from tests.integration.submissions.builders import PASSWORD, SECRET_KEY, Browser, a_person, email_of, last_code
from tests.integration.submissions.team_builders import a_team, name

Browsers = Callable[[], Browser]
OLD, NEW, OTHER = email_of("cu"), email_of("moi"), email_of("nguoi-khac")
PAGE = "/tai-khoan/dia-chi"


async def _owner(store: Store, browser: Browsers) -> tuple[Person, Browser]:
    person, window = await a_person(store, email=OLD), browser()
    await window.sign_in(OLD)
    await window.open(PAGE)
    return person, window


async def _ask(window: Browser, address: str) -> str:
    answer = await window.submit(PAGE, {"address": address})
    path, _, ma = answer.headers["location"].partition("?ma=")
    assert (answer.status_code, path) == (303, f"{PAGE}/ma")
    return ma


async def _news(store: Store) -> list[tuple[str, Any]]:
    """Purpose and address of every letter, oldest first."""
    rows = await store.read["outbox"].find({"topic": "submissions.codes"}, sort=[("_id", 1)])
    told = [json.loads(row["value"])["data"] for row in rows]
    opened = [unseal(one["sealed"], secret_key=SECRET_KEY, purpose="codes") for one in told]
    return sorted((one["purpose"], held["address"]) for one, held in zip(told, opened, strict=True))


async def test_a_new_address_counts_when_its_code_is_typed_and_the_old_one_is_told(store: Store, browser: Browsers):
    person, window = await _owner(store, browser)
    same = await window.submit(PAGE, {"address": OLD})
    assert (same.status_code, "Đây đang là địa chỉ" in same.text) == (422, True)
    ma = await _ask(window, NEW)
    wrong = await window.submit(f"{PAGE}/ma", {"ma": ma, "code": "000000x"})
    assert (wrong.status_code, (await people.get(store.read, person.id)).email) == (422, OLD)
    for _ in range(2):
        done = await window.submit(f"{PAGE}/ma", {"ma": ma, "code": await last_code(store, NEW)})
        assert (done.status_code, done.headers["location"]) == (303, PAGE)
    account = await people.get(store.read, person.id)
    assert (account.email, account.email_confirmed_at is not None) == (NEW, True)
    assert [one for one in await _news(store) if one[0] == "moved"] == [("moved", OLD)]
    draft = await a_team(store, await a_person(store))
    await name(store, draft.id, Person(draft.owner_id, "", frozenset()), Row(name="Lan", address=OLD, share="40"))
    assert (await browser().sign_in(NEW)).status_code == 303
    assert (await browser().sign_in(OLD)).status_code == 401
    await erasures.begin(store, person.id, by=person.id, secret_key=SECRET_KEY, at=now())
    left = [await store.read[one].find({}) for one in ("people", "invitations", "codes")]
    assert [one for one in (OLD, NEW) if one in str(left)] == []


async def test_somebody_elses_address_gets_the_same_answer_and_only_its_owner_learns_of_it(
    store: Store, browser: Browsers
):
    person, window = await _owner(store, browser)
    await a_person(store, email=OTHER)
    ma = await _ask(window, OTHER)
    assert await _news(store) == [("known", OTHER)]
    refused = await window.submit(f"{PAGE}/ma", {"ma": ma, "code": "123456"})
    assert (refused.status_code, 'value="123456"' in refused.text) == (422, True)
    assert (await people.get(store.read, person.id)).email == OLD


async def test_a_code_is_good_for_who_asked_and_an_address_that_was_taken_meanwhile_is_not(
    store: Store, browser: Browsers
):
    person, window = await _owner(store, browser)
    ma = await _ask(window, NEW)
    await a_person(store, email=OTHER)
    thief = browser()
    await thief.sign_in(OTHER)
    await thief.open(PAGE)
    code = await last_code(store, NEW)
    assert (await thief.submit(f"{PAGE}/ma", {"ma": ma, "code": code})).status_code == 422
    ma = await _ask(window, NEW)
    await a_person(store, email=NEW)
    taken = await window.submit(f"{PAGE}/ma", {"ma": ma, "code": await last_code(store, NEW)})
    assert (taken.status_code, "vừa được dùng cho một tài khoản khác" in taken.text) == (409, True)
    assert (await people.get(store.read, person.id)).email == OLD


async def test_a_session_left_open_moves_no_address_and_the_owner_hears_of_a_new_password(
    store: Store, browser: Browsers
):
    person, window = await _owner(store, browser)
    fields = {"old_password": PASSWORD, "password": "một câu mới hẳn"}
    assert (await window.submit("/tai-khoan/mat-khau", fields)).status_code == 303
    assert await _news(store) == [("password", OLD)]
    await making.an_app(window)
    assert await _news(store) == [("factor", OLD), ("password", OLD)]
    await making.long_signed_in(store, person.id)
    answer = await window.submit(PAGE, {"address": NEW})
    assert answer.headers["location"].startswith("/tai-khoan/bao-mat/xac-nhan?ve=")
