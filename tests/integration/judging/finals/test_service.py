"""The final on a real database: one writer per judge and slot, an unbroken log, and nothing after the lock."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from services.judging.finals import domain
from services.judging.finals import service as finals
from services.judging.finals.domain import FinalState, SlotState
from services.judging.rubrics import service as rubrics
from services.judging.rubrics.domain import MarksInvalid
from services.judging.scorelog import domain as chain
from services.judging.scorelog import service as scorelog
from shared.errors import Forbidden, NotFound
from shared.ids import new_id
from tests.integration.judging import builders
from tests.integration.judging.builders import CONTEST, ORGANISER, marks, outbox_rows
from tests.integration.judging.finals.builders import act, drawn, give, locked, named, opened, play


async def given_lines(store):
    return await scorelog.lines(store.read, CONTEST, "final", kinds=("score.given",))


async def test_the_order_is_drawn_from_its_recorded_seed_and_told(store):
    final = await drawn(store)
    assert sorted(slot.entry_id for slot in final.slots) == ["entry-0", "entry-1"]
    assert [slot.position for slot in final.slots] == [1, 2]
    [line] = await scorelog.lines(store.read, CONTEST, kinds=("order.drawn",))
    assert line.data["seed"] == "a seed"
    [row] = await outbox_rows(store, CONTEST)
    assert row["type"] == "judging.running-order.drawn.v1"
    assert (await rubrics.get(store.read, CONTEST, "final")).frozen_at is not None


async def test_the_same_key_draws_once_although_each_attempt_brings_a_fresh_seed(store):
    await named(store)
    key = new_id()
    first = await finals.draw(store, CONTEST, act(ORGANISER, key), asked=None, fresh="one")
    assert await finals.draw(store, CONTEST, act(ORGANISER, key), asked=None, fresh="two") == first
    with pytest.raises(domain.OrderAlreadyDrawn):
        await finals.draw(store, CONTEST, act(ORGANISER), asked=None, fresh="three")


async def test_there_is_nothing_to_draw_before_the_finalists_are_named(store):
    await builders.a_contest(store)
    with pytest.raises(domain.NoFinalists):
        await finals.draw(store, CONTEST, act(ORGANISER), asked=None, fresh="one")


async def test_two_slots_opened_at_once_leave_one_open(store):
    final = await drawn(store)
    outcomes = await asyncio.gather(
        *(finals.open_slot(store, slot.id, act(ORGANISER)) for slot in final.slots), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["AnotherSlotOpen", "dict"]
    states = [slot.state for slot in await finals.slots(store.read, CONTEST)]
    assert sorted(states) == [SlotState.DRAWN, SlotState.OPEN]


async def test_a_score_is_a_log_line_and_a_fact_with_its_total_read_back(store):
    final = await opened(store)
    answer = await give(store, final.slots[0], final.judges[0], "7.5", "15")
    assert answer == {"total": "22.5", "revision": 1}
    [line] = await given_lines(store)
    assert (line.data["total"], line.data["marks"]) == ("22.5", {"novelty": "7.5", "effect": "15.0"})
    rows = await outbox_rows(store, final.slots[0].id)
    assert [(row["type"], row["seq"]) for row in rows] == [
        ("judging.slot.opened.v1", 1),
        ("judging.score.given.v1", 2),
    ]


async def test_twenty_racers_with_one_key_leave_one_line_and_get_one_answer(store):
    final = await opened(store)
    key = new_id()
    answers = await asyncio.gather(*(give(store, final.slots[0], final.judges[0], key=key) for _ in range(20)))
    assert all(answer == answers[0] for answer in answers)
    assert len(await given_lines(store)) == 1


async def test_judges_who_mark_at_once_leave_an_unbroken_chain_and_every_mark(store):
    final = await opened(store, judges=8)
    await asyncio.gather(*(give(store, final.slots[0], judge) for judge in final.judges))
    assert {line.by for line in await given_lines(store)} == {judge.id for judge in final.judges}
    chain.verify(await scorelog.lines(store.read, CONTEST))
    rows = await outbox_rows(store, final.slots[0].id)
    assert [row["seq"] for row in rows] == list(range(1, 10))


async def test_the_second_tablet_with_an_old_revision_gets_both_values_and_changes_nothing(store):
    final = await opened(store)
    slot, judge = final.slots[0], final.judges[0]
    await give(store, slot, judge, 8)
    with pytest.raises(domain.StaleScore) as stale:
        await give(store, slot, judge, 5, revision=0)
    details: dict[str, Any] = stale.value.details
    assert details["stored"]["novelty"] == "8.0"
    assert Decimal(details["yours"]["novelty"]) == 5
    assert len(await given_lines(store)) == 1
    assert (await give(store, slot, judge, 5, revision=1))["revision"] == 2


async def test_two_tablets_at_once_leave_one_winner(store):
    final = await opened(store)
    outcomes = await asyncio.gather(
        *(give(store, final.slots[0], final.judges[0], novelty) for novelty in (5, 6, 7)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["StaleScore", "StaleScore", "dict"]
    assert len(await given_lines(store)) == 1


async def test_marks_that_do_not_fit_the_rubric_are_refused(store):
    final = await opened(store)
    for novelty in ("10.5", "7.3", "-1"):
        with pytest.raises(MarksInvalid):
            await give(store, final.slots[0], final.judges[0], novelty)
    assert await given_lines(store) == []


async def test_strangers_and_judges_of_other_contests_find_no_slot(store):
    final = await opened(store)
    with pytest.raises(NotFound):
        await give(store, final.slots[0], builders.a_judge(scope="contest-2"))
    with pytest.raises(NotFound):
        await give(store, final.slots[0], ORGANISER)
    with pytest.raises(Forbidden):
        await finals.close_slot(store, final.slots[0].id, act(final.judges[0]))


async def test_a_judge_of_the_entrants_unit_may_not_mark_that_entry(store):
    final = await opened(store)
    slot = final.slots[0]
    cousin = await builders.a_person(store, builders.a_judge("cousin"), unit_id=f"unit-of-{slot.entry_id}")
    with pytest.raises(domain.JudgeExcluded):
        await give(store, slot, cousin)
    assert cousin.id not in {judge.id for judge in await finals.panel(store.read, slot)}
    assert cousin.id in {judge.id for judge in await finals.panel(store.read, final.slots[1])}


async def test_a_judge_who_steps_back_is_out_of_the_panel_and_the_reason_stays_private(store):
    final = await opened(store)
    slot, judge = final.slots[0], final.judges[0]
    with pytest.raises(domain.ReasonNeeded):
        await finals.recuse(store, slot.id, act(judge), reason="")
    await finals.recuse(store, slot.id, act(judge), reason="Người dự thi là học trò cũ")
    with pytest.raises(domain.JudgeExcluded):
        await give(store, slot, judge)
    [line] = await scorelog.lines(store.read, CONTEST, "final", kinds=("judge.recused",))
    assert "reason" not in line.data
    await give(store, slot, final.judges[1])
    with pytest.raises(domain.AlreadyScored):
        await finals.recuse(store, slot.id, act(final.judges[1]), reason="muộn")


async def test_a_slot_is_closed_at_the_quorum_and_below_it_only_with_a_reason(store):
    final = await opened(store)
    slot = final.slots[0]
    await give(store, slot, final.judges[0])
    with pytest.raises(domain.BelowQuorum):
        await finals.close_slot(store, slot.id, act(ORGANISER))
    await give(store, slot, final.judges[1])
    await finals.close_slot(store, slot.id, act(ORGANISER))
    with pytest.raises(domain.SlotNotOpen):
        await give(store, slot, final.judges[2])


async def test_closing_races_a_score_and_either_it_counts_or_it_is_refused(store):
    final = await opened(store)
    slot = final.slots[0]
    for judge in final.judges[:2]:
        await give(store, slot, judge)
    late, closed = await asyncio.gather(
        give(store, slot, final.judges[2]),
        finals.close_slot(store, slot.id, act(ORGANISER)),
        return_exceptions=True,
    )
    assert isinstance(closed, dict)
    assert closed["state"] == "closed"
    lines = await scorelog.lines(store.read, CONTEST, "final", kinds=("score.given", "slot.closed"))
    assert lines[-1].kind == "slot.closed"
    assert len(lines) - 1 == lines[-1].data["judges"] == (3 if isinstance(late, dict) else 2)


async def test_after_the_lock_nothing_is_written_ever(store):
    final = await locked(store)
    slot, before = final.slots[0], await scorelog.head(store.read, CONTEST)
    attempts = [
        give(store, slot, final.judges[0], revision=1),
        finals.open_slot(store, slot.id, act(ORGANISER)),
        finals.close_slot(store, slot.id, act(ORGANISER), reason="vì thế"),
        finals.set_aside(store, slot.id, act(ORGANISER), outcome=SlotState.ABSENT, reason="vì thế"),
        finals.recuse(store, slot.id, act(final.judges[0]), reason="vì thế"),
        finals.lock(store, CONTEST, act(ORGANISER)),
    ]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert [type(one).__name__ for one in outcomes] == ["FinalIsLocked"] * len(attempts)
    assert await scorelog.head(store.read, CONTEST) == before
    assert (await finals.final(store.read, CONTEST)).state is FinalState.LOCKED


async def test_the_final_is_not_locked_while_a_slot_waits(store):
    final = await opened(store)
    with pytest.raises(domain.SlotsUnfinished):
        await finals.lock(store, CONTEST, act(ORGANISER))
    for slot in final.slots:
        await finals.set_aside(store, slot.id, act(ORGANISER), outcome=SlotState.ABSENT, reason="Không đến")
    assert (await finals.lock(store, CONTEST, act(ORGANISER)))["state"] == "locked"


async def test_marks_of_the_whole_final_are_in_the_log(store):
    final = await play(store)
    lines = await given_lines(store)
    assert len(lines) == len(final.slots) * len(final.judges)
    assert {line.data["total"] for line in lines} == {f"{sum(marks(n, 15).values()):.1f}" for n in (8, 9)}
