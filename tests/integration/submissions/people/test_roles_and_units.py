"""Roles that change at once, and the dated tree of units, over JSON."""

import asyncio
from collections.abc import Callable

from shared.mongo import Store
from tests.integration.submissions.builders import PASSWORD, Browser, a_person, email_of, outbox_rows

API = "/api/submissions/v1"
Browsers = Callable[[], Browser]


async def test_a_revoked_role_is_out_at_once(browser: Browsers, store: Store):
    await a_person(store, "administrator", email=email_of("quan-tri"))
    secretary = await a_person(store, "organiser", email=email_of("thu-ky"))
    visitor, admin = browser(), browser()
    await visitor.sign_in(email_of("thu-ky"))
    assert (await visitor.get("/cuoc-thi/quan-ly")).status_code == 200
    bearer = await admin.bearer(email_of("quan-tri"))
    old = await admin.bearer(email_of("thu-ky"))
    changed = await admin.put(
        f"{API}/people/{secretary.id}/roles", json={"roles": [{"role": "entrant"}]}, headers=bearer
    )
    assert changed.status_code == 200
    assert (await visitor.open("/cuoc-thi/quan-ly")).status_code == 403
    refused = await admin.post(f"{API}/contests", json={}, headers=old)
    assert (refused.status_code, refused.json()["code"]) == (401, "token_expired")
    facts = await outbox_rows(store, secretary.id)
    assert [row["seq"] for row in facts] == [1, 2]
    assert '"role":"entrant"' in facts[1]["value"]


async def test_a_token_given_out_while_roles_change_never_outlives_the_old_roles(browser: Browsers, store: Store):
    await a_person(store, "administrator", email=email_of("quan-tri"))
    judge = await a_person(store, "organiser", email=email_of("dua"))
    racers = [browser() for _ in range(6)]
    await asyncio.gather(*(racer.sign_in(email_of("dua")) for racer in racers))
    admin = browser()
    bearer = await admin.bearer(email_of("quan-tri"))
    renewals = (racer.get("/dang-nhap/tiep-tuc", params={"ve": "/"}) for racer in racers)
    grant = admin.put(f"{API}/people/{judge.id}/roles", json={"roles": [{"role": "entrant"}]}, headers=bearer)
    await asyncio.gather(*renewals, grant)
    answers = [await racer.get("/cuoc-thi/quan-ly") for racer in racers]
    assert 200 not in {answer.status_code for answer in answers}


async def test_an_administrator_cannot_drop_their_own_role(browser: Browsers, store: Store):
    admin = await a_person(store, "administrator", email=email_of("quan-tri"))
    visitor = browser()
    bearer = await visitor.bearer(email_of("quan-tri"))
    answer = await visitor.put(f"{API}/people/{admin.id}/roles", json={"roles": []}, headers=bearer)
    assert (answer.status_code, answer.json()["code"]) == (409, "own_role_kept")


async def test_only_an_administrator_gives_roles_to_a_new_account(browser: Browsers, store: Store):
    await a_person(store, email=email_of("nguoi-thi"))
    await a_person(store, "administrator", email=email_of("quan-tri"))
    body = {
        "name": "Giám khảo Mới",
        "email": email_of("gk"),
        "password": PASSWORD,
        "kind": "official",
        "roles": [{"role": "judge", "scope": "c1"}],
    }
    visitor = browser()
    nobody = await visitor.post(f"{API}/people", json={**body, "client_key": "1"})
    entrant = await visitor.post(
        f"{API}/people", json={**body, "client_key": "2"}, headers=await visitor.bearer(email_of("nguoi-thi"))
    )
    bearer = await visitor.bearer(email_of("quan-tri"))
    admin = await visitor.post(f"{API}/people", json={**body, "client_key": "3"}, headers=bearer)
    assert [nobody.status_code, entrant.status_code, admin.status_code] == [401, 403, 201]
    found = await visitor.get(f"{API}/people", params={"email": email_of("gk")}, headers=bearer)
    assert found.json()["items"][0]["roles"] == [{"role": "judge", "scope": "c1"}]
    taken = await visitor.post(f"{API}/people", json={**body, "client_key": "4"}, headers=bearer)
    assert (taken.status_code, taken.json()["code"]) == (409, "email_taken")


async def test_units_are_put_by_an_administrator_and_listed_by_day(browser: Browsers, store: Store):
    await a_person(store, "administrator", email=email_of("quan-tri"))
    visitor = browser()
    bearer = await visitor.bearer(email_of("quan-tri"))
    units: list[dict[str, object]] = [
        {"id": "ha-noi", "name": "Thành phố Hà Nội", "level": "city"},
        {
            "id": "quan-dong-da",
            "name": "Quận Đống Đa",
            "level": "district",
            "parent_id": "ha-noi",
            "valid_to": "2025-06-30",
            "successors": ["phuong-lang"],
        },
        {"id": "phuong-lang", "name": "Phường Láng", "level": "ward", "parent": "ha-noi", "valid_from": "2025-07-01"},
    ]
    assert (await visitor.put(f"{API}/units", json={"units": units})).status_code == 401
    assert (await visitor.put(f"{API}/units", json={"units": units}, headers=bearer)).json() == {"changed": 3}
    assert (await visitor.put(f"{API}/units", json={"units": units}, headers=bearer)).json() == {"changed": 0}
    then = (await visitor.get(f"{API}/units", params={"on": "2025-06-30"})).json()["items"]
    after = (await visitor.get(f"{API}/units", params={"on": "2025-07-01"})).json()["items"]
    assert [unit["id"] for unit in then] == ["quan-dong-da", "ha-noi"]
    assert [unit["id"] for unit in after] == ["phuong-lang", "ha-noi"]
    assert len(await outbox_rows(store, "quan-dong-da")) == 1
    broken = await visitor.put(
        f"{API}/units", json={"units": [{**units[1], "successors": ["khong-co"]}]}, headers=bearer
    )
    assert (broken.status_code, broken.json()["code"]) == (422, "unit_tree_broken")
