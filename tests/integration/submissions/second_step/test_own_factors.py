"""Adding, naming and removing one's own factors: only by somebody who just proved to be the owner."""

from collections.abc import Callable

import httpx

from services.submissions.factors import service as factors
from services.submissions.passkeys.domain import Site
from shared.mongo import Store
from tests.integration.submissions import factor_builders as making
from tests.integration.submissions.builders import PASSWORD, Browser, a_person, codes_sent
from tests.integration.submissions.factor_builders import HOME, code

Browsers = Callable[[], Browser]


async def _signed_in(browser: Browsers, store: Store, *roles: str) -> tuple[str, str, Browser]:
    email = making.email()
    person = await a_person(store, *roles, email=email)
    owner = browser()
    await owner.sign_in(email)
    return person.id, email, owner


async def test_at_a_session_left_open_nothing_changes_without_the_password(browser: Browsers, store: Store, site: Site):
    person_id, _, owner = await _signed_in(browser, store)
    await making.an_app(owner)
    device = making.a_device(site)
    await making.a_key(owner, device)
    await making.long_signed_in(store, person_id)
    key = (await factors.overview(store.read, person_id)).passkeys[0].id
    before = await store.read["factors"].get(person_id)
    for path in (f"{HOME}/ung-dung", f"{HOME}/khoa/them"):
        assert (await owner.get(path)).headers["location"] == f"{HOME}/xac-nhan?ve={path}"
    assert (await making.options(owner, f"{HOME}/khoa/them/thach-thuc")).status_code == 403
    forms = {"ung-dung": {"code": "1"}, "ung-dung/go": {}, "ma-du-phong": {}, f"khoa/{key}/go": {}, "khoa/them": {}}
    for path, fields in forms.items():
        answer = await owner.submit(f"{HOME}/{path}", fields)
        assert answer.headers["location"].startswith(f"{HOME}/xac-nhan"), path
    assert await store.read["factors"].get(person_id) == before
    assert len((await factors.overview(store.read, person_id)).passkeys) == 1


async def test_the_password_a_code_or_a_key_proves_it(browser: Browsers, store: Store, site: Site):
    person_id, _, owner = await _signed_in(browser, store)
    secret, backup = await making.an_app(owner)
    device = making.a_device(site)
    await making.a_key(owner, device)

    async def key_proof() -> dict[str, str]:
        return {"credential": device.sign((await making.options(owner, f"{HOME}/xac-nhan/thach-thuc")).json())}

    for fields in ({"password": PASSWORD}, {"code": code(secret)}, {"code": backup[0]}, await key_proof()):
        await making.long_signed_in(store, person_id)
        await owner.open(f"{HOME}/xac-nhan?ve={HOME}/ung-dung")
        wrong = await owner.submit(f"{HOME}/xac-nhan", {**dict.fromkeys(fields, "sai bét"), "ve": HOME})
        assert wrong.status_code == 422, fields
        done = await owner.submit(f"{HOME}/xac-nhan", {**fields, "ve": f"{HOME}/ung-dung"})
        assert done.headers["location"] == f"{HOME}/ung-dung", (fields, done.text)
        assert (await owner.get(f"{HOME}/ung-dung")).status_code == 200


async def test_a_proof_counts_for_the_browser_that_gave_it_only(browser: Browsers, store: Store):
    person_id, email, owner = await _signed_in(browser, store)
    other = browser()
    await other.sign_in(email)
    await making.long_signed_in(store, person_id)
    await owner.open(f"{HOME}/xac-nhan")
    await owner.submit(f"{HOME}/xac-nhan", {"password": PASSWORD})
    assert (await owner.get(f"{HOME}/ung-dung")).status_code == 200
    assert (await other.get(f"{HOME}/ung-dung")).status_code == 303


async def test_without_the_last_factor_the_backup_codes_are_gone_and_the_password_is_enough(
    browser: Browsers, store: Store, site: Site
):
    person_id, email, owner = await _signed_in(browser, store)
    await making.an_app(owner)
    await making.a_key(owner, making.a_device(site))
    key = (await factors.overview(store.read, person_id)).passkeys[0].id
    await owner.submit(f"{HOME}/khoa/{key}/go", {})
    assert (await factors.overview(store.read, person_id)).codes_left == 10
    await owner.submit(f"{HOME}/ung-dung/go", {})
    left = await factors.overview(store.read, person_id)
    assert (left.any, left.codes_left) == (False, 0)
    assert (await browser().sign_in(email)).headers["location"] == "/"


async def test_new_backup_codes_void_the_old_ones(browser: Browsers, store: Store):
    person_id, _, owner = await _signed_in(browser, store)
    _, old = await making.an_app(owner)
    new = making.codes_in(await owner.submit(f"{HOME}/ma-du-phong", {}))
    assert len(set(new) | set(old)) == 20
    await making.long_signed_in(store, person_id)
    await owner.open(f"{HOME}/xac-nhan")
    assert (await owner.submit(f"{HOME}/xac-nhan", {"code": old[0]})).status_code == 422
    assert (await owner.submit(f"{HOME}/xac-nhan", {"code": new[0]})).status_code == 303


async def test_another_telephone_takes_the_place_of_the_first(browser: Browsers, store: Store):
    person_id, email, owner = await _signed_in(browser, store)
    first, backup = await making.an_app(owner)
    second = making.secret_in(await owner.open(f"{HOME}/ung-dung"))
    assert second != first
    await owner.submit(f"{HOME}/ung-dung", {"code": code(second, -1)})
    assert (await factors.overview(store.read, person_id)).codes_left == len(backup)
    visitor = browser()
    await visitor.sign_in(email)
    assert (await visitor.submit("/dang-nhap/buoc-hai", {"code": code(first)})).status_code == 422
    assert (await visitor.submit("/dang-nhap/buoc-hai", {"code": code(second)})).status_code == 303


async def test_a_stranger_neither_names_nor_removes_somebodys_key(browser: Browsers, store: Store, site: Site):
    person_id, _, owner = await _signed_in(browser, store)
    await making.a_key(owner, making.a_device(site), "Khóa thật")
    key = (await factors.overview(store.read, person_id)).passkeys[0].id
    _, _, stranger = await _signed_in(browser, store)
    await stranger.open(HOME)
    assert (await stranger.submit(f"{HOME}/khoa/{key}/go", {})).status_code == 404
    await stranger.submit(f"{HOME}/khoa/{key}/ten", {"name": "Của tôi"})
    kept = (await factors.overview(store.read, person_id)).passkeys
    assert [one.name for one in kept] == ["Khóa thật"]


async def test_everything_is_forgotten_with_the_person(browser: Browsers, store: Store, site: Site):
    person_id, _, owner = await _signed_in(browser, store)
    await making.an_app(owner)
    await making.a_key(owner, making.a_device(site))
    await making.options(owner, f"{HOME}/xac-nhan/thach-thuc")
    await store.transaction(lambda tx: factors.forget(tx, person_id))
    for name in ("factors", "passkeys", "challenges"):
        left = await store.read[name].find({})
        assert person_id not in str(left), name


async def test_the_owner_is_written_to_with_every_change_or_nothing_changes(
    browser: Browsers, store: Store, site: Site
):
    person_id, email, owner = await _signed_in(browser, store)
    first, second = making.a_device(site), making.a_device(site)
    await making.an_app(owner)
    await making.a_key(owner, first)
    assert len(await codes_sent(store, email, "factor")) == 2
    key = (await factors.overview(store.read, person_id)).passkeys[0].id

    async def another_app() -> httpx.Response:
        secret = making.secret_in(await owner.open(f"{HOME}/ung-dung"))
        await making.forget_steps(store, person_id)
        return await owner.submit(f"{HOME}/ung-dung", {"code": code(secret)})

    async def posted(path: str) -> httpx.Response:
        await owner.open(HOME)
        return await owner.submit(f"{HOME}/{path}", {})

    async def another_key() -> httpx.Response:
        return await making.a_key(owner, second)

    changes = (
        another_app, another_key, lambda: posted("ma-du-phong"), lambda: posted(f"khoa/{key}/go"),
        lambda: posted("ung-dung/go"),
    )  # fmt: skip
    for told, change in enumerate(changes, 3):
        await owner.open(f"{HOME}/ung-dung")  # what waits to be set up is no change
        before = await store.read["factors"].get(person_id), await store.read["passkeys"].find({})
        async with making.no_letters(store):
            assert (await change()).status_code == 500
        left = await store.read["factors"].get(person_id), await store.read["passkeys"].find({})
        assert ([one["_id"] for one in left[1]], {**(left[0] or {}), "last_step": 0}) == (
            [one["_id"] for one in before[1]],
            {**(before[0] or {}), "last_step": 0},
        )
        await change()
        assert len(await codes_sent(store, email, "factor")) == told
