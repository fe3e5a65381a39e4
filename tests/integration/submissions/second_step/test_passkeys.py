"""Passkeys: signing in without typing, and everything that a thief or a broken browser might send."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.submissions.factors import service as factors
from services.submissions.passkeys.domain import Site
from shared.clock import now
from shared.identity import SESSION_COOKIE
from shared.mongo import Store
from tests.integration.submissions import factor_builders as making
from tests.integration.submissions.authenticator import Authenticator
from tests.integration.submissions.builders import Browser, a_person
from tests.integration.submissions.factor_builders import HOME, STEP

Browsers = Callable[[], Browser]
KEY = "/dang-nhap/khoa"


async def _owner(browser: Browsers, store: Store, device: Authenticator) -> tuple[str, str]:
    email = making.email()
    person = await a_person(store, email=email)
    owner = browser()
    await owner.sign_in(email)
    added = await making.a_key(owner, device)
    assert len(making.codes_in(added)) == 10, added.text
    return person.id, email


async def _asked(visitor: Browser, path: str = KEY) -> dict[str, Any]:
    await visitor.open(KEY)
    found: dict[str, Any] = (await making.options(visitor, f"{path}/thach-thuc")).json()
    return found


async def test_a_key_signs_in_without_an_address_and_is_both_steps(browser: Browsers, store: Store, site: Site):
    device = making.a_device(site)
    person_id, _ = await _owner(browser, store, device)
    visitor = browser()
    options = await _asked(visitor)
    assert (options["allowCredentials"], options["userVerification"]) == ([], "required")
    done = await visitor.submit(KEY, {"credential": device.sign(options), "ve": "/tai-khoan"})
    assert (done.status_code, done.headers["location"]) == (303, "/tai-khoan")
    assert (await visitor.get("/tai-khoan")).status_code == 200
    key = (await factors.overview(store.read, person_id)).passkeys[0]
    assert (key.sign_count, key.used_at is not None) == (1, True)


async def test_after_the_password_the_key_is_the_second_step(browser: Browsers, store: Store, site: Site):
    device = making.a_device(site)
    _, email = await _owner(browser, store, device)
    visitor = browser()
    assert (await visitor.sign_in(email)).headers["location"].startswith(STEP)
    options = (await making.options(visitor, f"{STEP}/thach-thuc")).json()
    assert len(options["allowCredentials"]) == 1
    done = await visitor.submit(f"{STEP}/khoa", {"credential": device.sign(options)})
    assert done.status_code == 303
    assert SESSION_COOKIE in visitor.cookies


async def test_somebody_elses_key_is_no_second_step(browser: Browsers, store: Store, site: Site):
    mine, theirs = making.a_device(site), making.a_device(site)
    _, email = await _owner(browser, store, theirs)
    await _owner(browser, store, mine)
    thief = browser()
    await thief.sign_in(email)
    options = (await making.options(thief, f"{STEP}/thach-thuc")).json()
    assert (await thief.submit(f"{STEP}/khoa", {"credential": mine.sign(options)})).status_code == 422
    assert SESSION_COOKIE not in thief.cookies


async def test_a_challenge_is_used_once_also_in_a_race(browser: Browsers, store: Store, site: Site):
    device = making.a_device(site, counts=False)
    await _owner(browser, store, device)
    visitor = browser()
    signed = device.sign(await _asked(visitor))
    answers = await asyncio.gather(*(visitor.submit(KEY, {"credential": signed}) for _ in range(6)))
    assert sorted(one.status_code for one in answers) == [303] + [422] * 5


async def test_a_challenge_is_good_for_five_minutes_in_the_browser_that_asked_and_for_its_purpose(
    browser: Browsers, store: Store, site: Site
):
    device = making.a_device(site)
    _, email = await _owner(browser, store, device)
    one, other = browser(), browser()
    signed = device.sign(await _asked(one))
    await other.open(KEY)
    assert (await other.submit(KEY, {"credential": signed})).status_code == 422
    late = await _asked(one)
    kept = await store.read["challenges"].get(late["challenge"])
    assert kept
    assert timedelta(minutes=4, seconds=50) < kept["expires_at"] - now() <= timedelta(minutes=5)
    await store.read["challenges"].update_all({}, {"$set": {"expires_at": now() - timedelta(seconds=1)}})
    assert (await one.submit(KEY, {"credential": device.sign(late)})).status_code == 422
    await one.sign_in(email)
    anybodys = device.sign((await making.options(one, f"{KEY}/thach-thuc")).json())
    assert (await one.submit(f"{STEP}/khoa", {"credential": anybodys})).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [{"origin": "http://localhost.evil.example"}, {"rp_id": "evil.example"}, {"verifies": False}],
    ids=["origin", "rp id", "no finger"],
)
async def test_what_another_site_or_an_unproven_hand_signs_is_refused(
    browser: Browsers, store: Store, site: Site, wrong: dict[str, Any]
):
    device = making.a_device(site)
    await _owner(browser, store, device)
    for name, value in wrong.items():
        setattr(device, name, value)
    visitor = browser()
    assert (await visitor.submit(KEY, {"credential": device.sign(await _asked(visitor))})).status_code == 422
    assert SESSION_COOKIE not in visitor.cookies


@pytest.mark.parametrize(
    "wrong",
    [{"origin": "http://evil.example"}, {"rp_id": "evil.example"}, {"verifies": False}],
    ids=["origin", "rp id", "no finger"],
)
async def test_a_key_made_for_another_site_or_without_a_finger_is_not_kept(
    browser: Browsers, store: Store, site: Site, wrong: dict[str, Any]
):
    email = making.email()
    person = await a_person(store, email=email)
    owner = browser()
    await owner.sign_in(email)
    assert (await making.a_key(owner, making.a_device(site, **wrong))).status_code == 422
    assert (await factors.overview(store.read, person.id)).passkeys == []


async def test_a_signature_of_another_key_is_refused(browser: Browsers, store: Store, site: Site):
    device = making.a_device(site)
    await _owner(browser, store, device)
    forged = making.a_device(site, key_id=device.key_id, handle=device.handle)
    visitor = browser()
    assert (await visitor.submit(KEY, {"credential": forged.sign(await _asked(visitor))})).status_code == 422


async def test_a_key_that_counts_backwards_is_refused_noted_and_shown(browser: Browsers, store: Store, site: Site):
    device = making.a_device(site)
    person_id, _ = await _owner(browser, store, device)
    visitor = browser()
    await visitor.submit(KEY, {"credential": device.sign(await _asked(visitor))})
    device.count = 0
    thief = browser()
    refused = await thief.submit(KEY, {"credential": device.sign(await _asked(thief))})
    assert refused.status_code == 422
    assert "bị sao chép" in refused.text
    assert (await factors.overview(store.read, person_id)).passkeys[0].regressed_at is not None
    assert "Có thể bị sao chép" in (await visitor.open(HOME)).text


async def test_a_synchronised_key_counts_nothing_and_is_used_again_and_again(
    browser: Browsers, store: Store, site: Site
):
    device = making.a_device(site, counts=False)
    await _owner(browser, store, device)
    for _ in range(3):
        visitor = browser()
        assert (await visitor.submit(KEY, {"credential": device.sign(await _asked(visitor))})).status_code == 303


async def test_one_key_belongs_to_one_account(browser: Browsers, store: Store, site: Site):
    device = making.a_device(site)
    await _owner(browser, store, device)
    email = making.email()
    await a_person(store, email=email)
    other = browser()
    await other.sign_in(email)
    again = await making.a_key(other, device)
    assert (again.status_code, "đã được thêm rồi" in again.text) == (409, True)


async def test_a_closed_account_is_not_entered_by_its_key(browser: Browsers, store: Store, site: Site):
    device = making.a_device(site)
    person_id, _ = await _owner(browser, store, device)
    await store.read["people"].update({"_id": person_id}, {"$set": {"active": False}})
    visitor = browser()
    answer = await visitor.submit(KEY, {"credential": device.sign(await _asked(visitor))})
    assert answer.status_code == 401
    assert SESSION_COOKIE not in visitor.cookies


async def test_rubbish_is_refused_and_never_a_fault_of_ours(browser: Browsers, store: Store, site: Site):
    device = making.a_device(site)
    await _owner(browser, store, device)
    visitor = browser()
    good = json.loads(device.sign(await _asked(visitor)))
    for field in ("authenticatorData", "signature", "userHandle", "clientDataJSON"):
        for rubbish in ("", "AAAA", "%%%", 7, None, {"a": 1}):
            options = await _asked(visitor)
            answer = json.loads(device.sign(options))
            answer["response"][field] = rubbish
            sent = await visitor.submit(KEY, {"credential": json.dumps(answer)})
            allowed = {422, 303} if field == "userHandle" and not rubbish else {422}
            assert sent.status_code in allowed, (field, rubbish, sent.status_code)
    for rubbish in ("{", "[]", json.dumps({**good, "id": 5}), json.dumps({**good, "type": "x"}), "x" * 30_000):
        assert (await visitor.submit(KEY, {"credential": rubbish})).status_code == 422
