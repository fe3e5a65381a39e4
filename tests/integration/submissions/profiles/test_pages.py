"""The owner's profile over HTTP."""

import json
from collections.abc import Callable

from services.submissions.people import service as people
from services.submissions.units.domain import Unit
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_person, email_of, outbox_rows, some_units

PAGE = "/tai-khoan/ho-so"
NUMBER = "001085000123"


async def at_home(store: Store, browser: Callable[[], Browser]) -> tuple[str, Browser]:
    """An entrant on the page of their profile."""
    person, window = await a_person(store, email=email_of("owner")), browser()
    await window.sign_in(email_of("owner"))
    await window.open(PAGE)
    return person.id, window


async def fields(store: Store, person_id: str, **changes: object) -> dict[str, object]:
    account = await people.get(store.read, person_id)
    return {"version": account.version, "name": account.name, "kind": account.kind.value, **changes}


async def test_an_official_says_where_and_as_what_and_every_service_learns_of_it(
    store: Store, browser: Callable[[], Browser]
):
    person_id, window = await at_home(store, browser)
    await some_units(store, Unit(id="U", name="Sở Nội vụ", level="department"))
    typed = await fields(
        store, person_id, kind="official", name="Lê Ánh Tuyết", given_name="Ánh Tuyết", family_name="Lê"
    )
    refused = await window.submit(PAGE, {**typed, "position": "Chuyên viên"})
    assert refused.status_code == 422
    assert "cần chọn đơn vị" in refused.text
    assert 'value="Chuyên viên"' in refused.text
    done = await window.submit(PAGE, {**typed, "position": "Chuyên viên", "unit_id": "U"})
    assert done.status_code == 303, done.text
    told = json.loads((await outbox_rows(store, person_id))[-1]["value"])["data"]
    assert (told["kind"], told["unit_id"], told["sort_name"]) == ("official", "U", "Ánh Tuyết Lê")
    assert "Sở, ban, ngành: Sở Nội vụ" in (await window.open(PAGE)).text


async def test_what_was_changed_meanwhile_is_not_overwritten(store: Store, browser: Callable[[], Browser]):
    person_id, window = await at_home(store, browser)
    typed = await fields(store, person_id, name="Tên Thứ Hai")
    assert (await window.submit(PAGE, {**typed, "name": "Tên Thứ Nhất"})).status_code == 303
    late = await window.submit(PAGE, typed)
    assert late.status_code == 409
    assert "Tên Thứ Hai" in late.text
    assert (await people.get(store.read, person_id)).name == "Tên Thứ Nhất"


async def test_the_identity_number_is_sealed_shown_covered_and_deleted(store: Store, browser: Callable[[], Browser]):
    person_id, window = await at_home(store, browser)
    assert (await window.submit(f"{PAGE}/so-dinh-danh", {"id_number": "123"})).status_code == 422
    await window.submit(f"{PAGE}/so-dinh-danh", {"id_number": "001 085 000 123"})
    kept = str(await store.read["people"].get(person_id))
    assert NUMBER not in kept
    assert NUMBER not in str(await outbox_rows(store, person_id))
    page = (await window.open(PAGE)).text
    assert "001*******23" in page
    assert NUMBER not in page
    assert (await people.get(store.read, person_id)).id_number_mark
    await window.submit(f"{PAGE}/so-dinh-danh/xoa", {})
    account = await people.get(store.read, person_id)
    assert (account.id_number, account.id_number_mark) == ("", "")


async def test_a_number_that_looks_wrong_is_kept_with_a_warning(store: Store, browser: Callable[[], Browser]):
    person_id, window = await at_home(store, browser)
    await window.submit(f"{PAGE}/so-dinh-danh", {"id_number": "999085000123"})
    assert "hãy xem lại" in (await window.open(PAGE)).text
    assert (await people.get(store.read, person_id)).id_number
