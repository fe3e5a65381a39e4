"""Sealing on a real database: once among many, nothing lost to a killed worker, later changes in later seals, erasure."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from deploy import verify_register
from services.submissions.contests.domain import Contest
from services.submissions.decisions import service as decisions
from services.submissions.intake import service as intake
from services.submissions.seals import domain, service
from services.submissions.states.domain import Rule
from shared import recount
from shared.clock import local, now
from shared.identity import Role
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_contest, a_person, email_of
from tests.integration.submissions.entry_builders import an_entry, deliver, key


async def _of_today(store: Store) -> Contest:
    """Published now: the builder's is an hour old, and after midnight the seal of the day before is due for that."""
    contest = await a_contest(store)
    await store.read["contests"].update({"_id": contest.id}, {"$set": {"published_at": now()}})
    return contest


async def test_a_day_is_sealed_once_by_many_and_a_later_change_is_in_a_later_seal(
    store: Store, browser: Callable[[], Browser]
) -> None:
    contest, person = await _of_today(store), await a_person(store)
    secretary = await a_person(store, Role.SECRETARY, scope=contest.id, email=email_of("thu-ky"))
    made = [await an_entry(store, person, contest.id, title=f"Bảng tự kiểm số {n}") for n in range(3)]
    for entry in made:
        await deliver(store, entry.id)
    today = local(now()).date()
    assert await service.seal_due(store, now()) == 0
    midnight = domain.end_of(today)
    counts = await asyncio.gather(*(service.seal_due(store, midnight) for _ in range(6)))
    assert sum(counts) == 1
    await decisions.refuse(
        store, made[0].id, rule=Rule.LATE, reason="Muộn", revision=1, key=key(), by=secretary, at=now()
    )
    await store.transaction(lambda tx: intake.forget(tx, made[1].id, "(đã xóa)", ["Bảng"]))
    assert await service.seal_due(store, midnight + timedelta(days=2)) == 2
    _, chain = await service.chain(store, contest.id, secretary)
    assert [[(line["number"], line["state"]) for line in seal.lines] for seal in chain] == [
        [(1, "submitted"), (2, "submitted"), (3, "submitted")],
        [(1, "refused"), (2, "submitted")],
        [],
    ]
    desk = browser()
    await desk.sign_in(email_of("thu-ky"))
    address = f"/tiep-nhan/niem-phong/{contest.id}"
    assert contest.short_name in (await desk.open("/tiep-nhan/niem-phong")).text
    assert chain[1].hash in (await desk.open(address)).text
    assert str(made[0].receipt) in (await desk.open(f"{address}?ngay={chain[1].day}")).text
    whole, one = await desk.get(f"{address}/tep"), await desk.get(f"{address}/tep?ngay={chain[1].day}")
    assert verify_register.examine(whole.content).faults == []
    assert verify_register.examine(one.content).faults == []
    assert json.loads(one.content)["prev"] == chain[0].hash
    assert (await desk.get(f"{address}?ngay=2020-01-01")).status_code == 404


async def test_a_worker_that_dies_between_sealing_and_marking_leaves_nothing_half_done(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    contest, person = await _of_today(store), await a_person(store)
    entry = await an_entry(store, person, contest.id)
    await deliver(store, entry.id)
    midnight = domain.end_of(local(now()).date())

    async def dies(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as planted:
        planted.setattr(intake, "mark_sealed", dies)
        await asyncio.gather(service.seal_due(store, midnight), return_exceptions=True)
    assert await store.read["register_seals"].find({}) == []
    assert await service.seal_due(store, midnight) == 1
    reader = await a_person(store, Role.ORGANISER)
    _, chain = await service.chain(store, contest.id, reader)
    assert [line["number"] for seal in chain for line in seal.lines] == [1]


async def test_a_register_older_than_the_seals_is_taken_over_whole_and_stays_true(store: Store) -> None:
    contest, person = await a_contest(store), await a_person(store)
    secretary = await a_person(store, Role.SECRETARY, scope=contest.id)
    made = [await an_entry(store, person, contest.id) for _ in range(3)]
    for entry in made:
        await deliver(store, entry.id)
    # As a version without seals left it; then one line changes.
    await store.read["register_changes"].delete({})
    await decisions.accept(store, made[1].id, revision=1, key=key(), by=secretary, at=now())
    midnight = domain.end_of(local(now()).date())
    assert sum(await asyncio.gather(*(service.seal_due(store, midnight) for _ in range(3)))) == 1
    assert await service.seal_due(store, midnight + timedelta(days=1)) == 1
    _, chain = await service.chain(store, contest.id, secretary)
    told = [[(line["number"], line["state"], line.get("taken_over", False)) for line in seal.lines] for seal in chain]
    assert told == [[(2, "accepted", False), (1, "submitted", True), (3, "submitted", True)], []]
    assert verify_register.examine(recount.canonical([seal.content for seal in chain])).faults == []


async def test_a_secretary_of_another_contest_sees_no_seal(store: Store, browser: Callable[[], Browser]) -> None:
    contest, other = await a_contest(store), await a_contest(store)
    await service.seal_due(store, domain.end_of(local(now()).date()))
    await a_person(store, Role.SECRETARY, scope=other.id, email=email_of("khac"))
    desk = browser()
    await desk.sign_in(email_of("khac"))
    address, day = f"/tiep-nhan/niem-phong/{contest.id}", f"?ngay={local(now()):%Y-%m-%d}"
    for asked in (address, f"{address}/tep", f"{address}{day}", f"{address}/tep{day}"):
        assert (await desk.get(asked)).status_code == 404
    assert contest.id not in (await desk.get("/tiep-nhan/niem-phong")).text
