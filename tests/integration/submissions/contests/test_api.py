"""Contests over JSON: stale versions, racers with one key."""

import asyncio
from collections.abc import Callable

from shared.ids import new_id
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_person, email_of, rules

API = "/api/submissions/v1"
Browsers = Callable[[], Browser]


async def test_over_json_a_stale_version_is_refused_with_409(browser: Browsers, store: Store):
    await a_person(store, "organiser", email=email_of("to-chuc"))
    visitor = browser()
    bearer = await visitor.bearer(email_of("to-chuc"))
    body = {"client_key": new_id(), **rules().model_dump(mode="json")}
    made = await visitor.post(f"{API}/contests", json=body, headers=bearer)
    assert made.status_code == 201, made.text
    again = await visitor.post(f"{API}/contests", json=body, headers=bearer)
    assert again.json() == made.json()
    contest_id, version = made.json()["contest_id"], made.json()["version"]
    stale = await visitor.post(f"{API}/contests/{contest_id}/publish", json={"version": version + 1}, headers=bearer)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    done = await visitor.post(f"{API}/contests/{contest_id}/publish", json={"version": version}, headers=bearer)
    assert (done.status_code, done.json()["edition"], done.json()["state"]) == (200, 1, "published")
    public = (await browser().get(f"{API}/contests/{body['slug']}")).json()
    assert (public["contest_id"], public["phase"]) == (contest_id, "open")
    assert [one["contest_id"] for one in (await browser().get(f"{API}/contests")).json()["items"]] == [contest_id]


async def test_twenty_racers_with_one_key_make_one_contest(browser: Browsers, store: Store):
    await a_person(store, "organiser", email=email_of("to-chuc"))
    visitor = browser()
    bearer = await visitor.bearer(email_of("to-chuc"))
    body = {"client_key": new_id(), **rules().model_dump(mode="json")}
    answers = await asyncio.gather(*(visitor.post(f"{API}/contests", json=body, headers=bearer) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await store.read["contests"].count({}) == 1
