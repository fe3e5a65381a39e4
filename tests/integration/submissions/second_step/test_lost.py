"""Somebody who lost every factor: an administrator takes them off, with a reason that stays; nobody else can."""

from collections.abc import Callable

import pytest

from services.submissions.factors import service as factors
from shared.mongo import Store
from tests.integration.submissions import factor_builders as making
from tests.integration.submissions.builders import Browser, a_person, codes_sent
from tests.integration.submissions.factor_builders import HOME

Browsers = Callable[[], Browser]
WHY = "Mất điện thoại; đã xem thẻ công chức"


def page_of(person_id: str) -> str:
    return f"/quan-tri/nguoi-dung/{person_id}/xac-nhan-hai-buoc"


async def _with_app(browser: Browsers, store: Store) -> tuple[str, str, Browser]:
    email = making.email()
    person = await a_person(store, "judge", email=email)
    owner = browser()
    await owner.sign_in(email)
    await making.an_app(owner)
    return person.id, email, owner


async def _signed_in(browser: Browsers, store: Store, *roles: str) -> tuple[str, Browser]:
    email = making.email()
    person = await a_person(store, *roles, email=email)
    visitor = browser()
    await visitor.sign_in(email)
    return person.id, visitor


async def test_the_administrator_takes_them_off_and_everybody_is_signed_out_and_the_owner_written_to(
    browser: Browsers, store: Store
):
    person_id, email, owner = await _with_app(browser, store)
    _, administrator = await _signed_in(browser, store, "administrator")
    await administrator.open(page_of(person_id))
    short = await administrator.submit(page_of(person_id), {"why": "mất"})
    assert (short.status_code, 'value="mất"' in short.text) == (422, True)
    async with making.no_letters(store):
        assert (await administrator.submit(page_of(person_id), {"why": WHY})).status_code == 500
    assert (await factors.overview(store.read, person_id)).any
    assert await codes_sent(store, email, "factors_off") == []
    assert (await administrator.submit(page_of(person_id), {"why": WHY})).status_code == 303
    assert (await factors.overview(store.read, person_id)).any is False
    assert await codes_sent(store, email, "factors_off") == [""], "their owner is written to"
    assert (await owner.open("/tai-khoan")).url.path == "/dang-nhap"
    assert (await browser().sign_in(email)).headers["location"] == "/"
    assert WHY in (await administrator.open(page_of(person_id))).text
    assert (await administrator.submit(page_of(person_id), {"why": WHY})).status_code == 422


@pytest.mark.parametrize("role", ["entrant", "organiser", "chair", "auditor", "secretary"])
async def test_nobody_else_does(browser: Browsers, store: Store, role: str):
    person_id, _, _ = await _with_app(browser, store)
    _, other = await _signed_in(browser, store, role)
    await other.open(HOME)
    assert (await other.get(page_of(person_id))).status_code == 403
    assert (await other.submit(page_of(person_id), {"why": WHY})).status_code == 403
    assert (await factors.overview(store.read, person_id)).any


async def test_an_administrator_does_not_take_off_their_own_this_way(browser: Browsers, store: Store):
    person_id, administrator = await _signed_in(browser, store, "administrator")
    await making.an_app(administrator)
    await administrator.open(page_of(person_id))
    assert (await administrator.submit(page_of(person_id), {"why": WHY})).status_code == 422
    assert (await factors.overview(store.read, person_id)).any
