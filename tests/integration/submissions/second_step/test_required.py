"""A site that asks staff for a second factor leads them to set one up before anything else; entrants are left in peace."""

from collections.abc import Callable

import pytest

from services.submissions.passkeys.domain import Site
from services.submissions.settings import Settings
from shared.identity import SESSION_COOKIE
from shared.mongo import Store
from tests.integration.submissions import factor_builders as making
from tests.integration.submissions.builders import PASSWORD, Browser, a_person
from tests.integration.submissions.factor_builders import HOME, STEP, code

Browsers = Callable[[], Browser]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"staff_second_factor": "required"})


async def _at_the_door(browser: Browsers, store: Store, *roles: str) -> tuple[str, Browser]:
    email = making.email()
    person = await a_person(store, *roles, email=email)
    visitor = browser()
    await visitor.sign_in(email)
    return person.id, visitor


async def test_an_entrant_is_let_in_by_the_password(browser: Browsers, store: Store):
    _, visitor = await _at_the_door(browser, store)
    assert SESSION_COOKIE in visitor.cookies


@pytest.mark.parametrize("role", ["secretary", "judge", "organiser", "administrator", "unit_officer"])
async def test_staff_without_a_factor_sees_nothing_before_one_is_set_up(browser: Browsers, store: Store, role: str):
    _, visitor = await _at_the_door(browser, store, role)
    assert SESSION_COOKIE not in visitor.cookies
    assert "Thiết lập xác nhận hai bước" in (await visitor.open(STEP)).text
    assert (await visitor.open("/tai-khoan")).url.path == "/dang-nhap"


async def test_the_first_code_of_the_app_sets_it_up_and_lets_in_with_backup_codes(browser: Browsers, store: Store):
    _, visitor = await _at_the_door(browser, store, "organiser")
    shown = await visitor.open(f"{STEP}/ung-dung?ve=/cuoc-thi/quan-ly")
    secret = making.secret_in(shown)
    assert making.secret_in(await visitor.open(f"{STEP}/ung-dung")) == secret, "opening it again voids no scan"
    wrong = await visitor.submit(f"{STEP}/ung-dung", {"code": "000000"})
    assert wrong.status_code == 422
    assert making.secret_in(wrong) == secret
    done = await visitor.submit(f"{STEP}/ung-dung", {"code": code(secret), "ve": "/cuoc-thi/quan-ly"})
    assert len(making.codes_in(done)) == 10
    assert 'href="/cuoc-thi/quan-ly"' in done.text
    assert (await visitor.get("/cuoc-thi/quan-ly")).status_code == 200


async def test_a_passkey_made_at_the_door_lets_in(browser: Browsers, store: Store, site: Site):
    person_id, visitor = await _at_the_door(browser, store, "judge")
    device = making.a_device(site)
    await visitor.open(f"{STEP}/them-khoa")
    made = device.make((await making.options(visitor, f"{STEP}/them-khoa/thach-thuc")).json())
    done = await visitor.submit(f"{STEP}/them-khoa", {"name": "Máy của tôi", "credential": made})
    assert len(making.codes_in(done)) == 10
    assert (await visitor.get("/tai-khoan")).status_code == 200
    assert await store.read["sessions"].count({"person_id": person_id}) == 1


async def test_who_knows_only_the_password_cannot_add_a_factor_beside_the_one_that_is_there(
    browser: Browsers, store: Store
):
    email = making.email()
    await a_person(store, "judge", email=email)
    owner = browser()
    await owner.sign_in(email)
    secret = making.secret_in(await owner.open(f"{STEP}/ung-dung"))
    await owner.submit(f"{STEP}/ung-dung", {"code": code(secret, -1)})
    thief = browser()
    await thief.sign_in(email)
    for path in (f"{STEP}/ung-dung", f"{STEP}/them-khoa"):
        assert (await thief.get(path)).headers["location"].startswith("/dang-nhap")
        answer = await thief.submit(path, {"code": code(secret), "name": "x", "credential": "{}"})
        assert answer.status_code in (303, 422)
    assert (await making.options(thief, f"{STEP}/them-khoa/thach-thuc")).status_code == 401
    assert SESSION_COOKIE not in thief.cookies


async def test_staff_keeps_the_last_factor(browser: Browsers, store: Store):
    person_id, visitor = await _at_the_door(browser, store, "chair")
    secret = making.secret_in(await visitor.open(f"{STEP}/ung-dung"))
    await visitor.submit(f"{STEP}/ung-dung", {"code": code(secret, -1)})
    await visitor.open(HOME)
    await visitor.submit(f"{HOME}/ung-dung/go", {})
    assert "Hãy thêm cách khác trước" in (await visitor.open(HOME)).text
    assert (await store.read["factors"].get(person_id) or {})["totp"]


async def test_programs_of_staff_are_asked_too(browser: Browsers, store: Store):
    email = making.email()
    await a_person(store, "organiser", email=email)
    answer = await browser().post("/api/submissions/v1/sessions", json={"email": email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_needed")
