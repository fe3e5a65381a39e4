"""Sheets on a real database: sealing, the gap rule, stepping back, and what races do."""

import asyncio
from collections.abc import Sequence

import pytest

from services.judging.copies import service as copies
from services.judging.juries import service as juries
from services.judging.juries.domain import Assignment
from services.judging.rubrics import service as rubrics
from services.judging.rubrics.domain import MarksInvalid, Round, RubricFrozen
from services.judging.scorelog import domain as scorelog_domain
from services.judging.scorelog import service as scorelog
from services.judging.sheets import service
from services.judging.sheets.domain import AlreadySealed, ReasonNeeded, ScriptWithdrawn, SheetState
from shared.errors import NotFound, Stale
from shared.ids import new_id
from shared.mongo import Store
from tests.integration.judging.builders import (
    CHAIR,
    CONTEST,
    START,
    a_judge,
    a_sealed_sheet,
    a_written_round,
    marks,
    outbox_rows,
    rules,
    sheet_of,
    the_judge,
)

ROUND = Round.PRELIMINARY


async def log_lines(store: Store, *kinds: str) -> list[scorelog_domain.Line]:
    return await scorelog.lines(store.read, CONTEST, kinds=kinds)


def readers_of(given: Sequence[Assignment], entry_id: str) -> list[Assignment]:
    return [one for one in given if one.entry_id == entry_id]


async def the_third(store: Store, entry_id: str) -> Assignment | None:
    given = await juries.of_script(store.read, CONTEST, ROUND, entry_id)
    return next((one for one in given if one.third), None)


async def test_twenty_racers_seal_a_sheet_once(store: Store) -> None:
    _, _, given = await a_written_round(store)
    one, judge = given[0], the_judge(given[0])
    saved = await service.save(store, one.id, judge, 0, marks(7, 15), "", at=START)

    async def race(key: str) -> str:
        try:
            return str((await service.seal(store, one.id, judge, key, saved["version"], at=START))["hash"])
        except AlreadySealed as refusal:
            return f"refused, sealed as {refusal.details['hash']}"

    same_tab = await asyncio.gather(*(race("one key") for _ in range(10)))
    other_tabs = await asyncio.gather(*(race(f"key {tab}") for tab in range(10)))
    sealed = await log_lines(store, "sheet.sealed")
    assert len(sealed) == 1
    assert set(same_tab) == {sealed[0].hash}
    assert set(other_tabs) == {f"refused, sealed as {sealed[0].hash}"}
    assert len(await outbox_rows(store, one.id)) == 1


async def test_two_tabs_that_seal_at_the_same_moment_leave_one_line(store: Store) -> None:
    _, _, given = await a_written_round(store)
    one, judge = given[0], the_judge(given[0])
    saved = await service.save(store, one.id, judge, 0, marks(7, 15), "", at=START)
    tabs = (service.seal(store, one.id, judge, key, saved["version"], at=START) for key in ("left", "right"))
    answers = await asyncio.gather(*tabs, return_exceptions=True)
    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [AlreadySealed]
    assert len(await log_lines(store, "sheet.sealed")) == 1


async def test_a_sealed_sheet_is_a_line_of_an_unbroken_log_after_its_frozen_rubric(store: Store) -> None:
    _, _, given = await a_written_round(store)
    answer = await a_sealed_sheet(store, given[0], "7.50", 15)
    lines = await log_lines(store)
    scorelog_domain.verify(lines)
    assert [line.kind for line in lines] == ["scripts.assigned", "rubric.frozen", "sheet.sealed"]
    assert lines[-1].hash == answer["hash"] == (await sheet_of(store, given[0])).hash
    assert lines[-1].data["total"] == "22.5"
    assert lines[-1].data["marks"] == {"novelty": "7.5", "effect": "15.0"}


async def test_a_sealed_sheet_takes_no_more_marks(store: Store) -> None:
    _, _, given = await a_written_round(store)
    await a_sealed_sheet(store, given[0])
    version = (await sheet_of(store, given[0])).version
    with pytest.raises(AlreadySealed):
        await service.save(store, given[0].id, the_judge(given[0]), version, marks(1, 1), "", at=START)


async def test_an_incomplete_sheet_is_not_sealed_and_stays_open(store: Store) -> None:
    _, _, given = await a_written_round(store, comment_required=True)
    one, judge = given[0], the_judge(given[0])
    saved = await service.save(store, one.id, judge, 0, {"novelty": marks(7, 0)["novelty"]}, "", at=START)
    with pytest.raises(MarksInvalid) as refused:
        await service.seal(store, one.id, judge, new_id(), saved["version"], at=START)
    assert [error["field"] for error in refused.value.errors] == ["marks.effect", "comment"]
    assert (await sheet_of(store, one)).state is SheetState.MARKING
    assert await log_lines(store, "sheet.sealed") == []


async def test_a_draft_of_another_tab_is_not_overwritten(store: Store) -> None:
    _, _, given = await a_written_round(store)
    one, judge = given[0], the_judge(given[0])
    await service.save(store, one.id, judge, 0, marks(7, 15), "Tốt", at=START)
    with pytest.raises(Stale) as refused:
        await service.save(store, one.id, judge, 0, marks(1, 1), "", at=START)
    assert refused.value.details["fields"] == {"marks.novelty": "7,0", "marks.effect": "15,0", "comment": "Tốt"}


async def test_the_same_words_saved_twice_at_once_are_no_clash(store: Store) -> None:
    _, _, given = await a_written_round(store)
    one, judge = given[0], the_judge(given[0])
    twice = (service.save(store, one.id, judge, 0, marks(7, 15), "Tốt", at=START) for _ in range(2))
    answers = await asyncio.gather(*twice)
    assert [answer["version"] for answer in answers] == [1, 1]


@pytest.mark.parametrize(("second", "called"), [(9, 0), ("8.5", 1)])
async def test_only_a_gap_above_the_limit_calls_a_third_reader(store: Store, second: object, called: int) -> None:
    scripts, _, given = await a_written_round(store, scripts=1, judges=3)
    first, other = given
    await a_sealed_sheet(store, first, 7, 15)
    assert await the_third(store, scripts[0].entry_id) is None
    await a_sealed_sheet(store, other, 7, second)
    third = await the_third(store, scripts[0].entry_id)
    assert (third is not None) == called
    assert len(await log_lines(store, "third-reader.called")) == called
    if third is not None:
        assert third.judge_id not in (first.judge_id, other.judge_id)
        facts = await outbox_rows(store, f"{CONTEST}:{ROUND}")
        assert [row["type"] for row in facts][-1] == "judging.third-reader.called.v1"


async def test_two_readers_who_seal_at_once_still_call_one_third(store: Store) -> None:
    scripts, _, given = await a_written_round(store, scripts=1, judges=3)
    await asyncio.gather(a_sealed_sheet(store, given[0], 10, 20), a_sealed_sheet(store, given[1], 0, 0))
    assert len(await log_lines(store, "third-reader.called")) == 1
    assert await the_third(store, scripts[0].entry_id) is not None


async def test_the_mark_of_a_third_reader_calls_nobody_else(store: Store) -> None:
    scripts, _, given = await a_written_round(store, scripts=1, judges=5)
    await a_sealed_sheet(store, given[0], 10, 20)
    await a_sealed_sheet(store, given[1], 0, 0)
    third = await the_third(store, scripts[0].entry_id)
    assert third is not None
    await a_sealed_sheet(store, third, 5, 10)
    assert len(await juries.of_script(store.read, CONTEST, ROUND, scripts[0].entry_id)) == 3
    assert (await log_lines(store, "sheet.sealed"))[-1].data["third"] is True


async def test_stepping_back_voids_the_draft_and_gives_the_script_to_somebody_else(store: Store) -> None:
    scripts, _, given = await a_written_round(store, scripts=1, judges=3)
    left, stays = given
    await service.save(store, left.id, the_judge(left), 0, marks(7, 15), "", at=START)
    done = await service.recuse(store, left.id, the_judge(left), new_id(), "Cùng cơ quan cũ", at=START)
    assert done["replaced"] is True
    now_with = [
        one for one in await juries.of_script(store.read, CONTEST, ROUND, scripts[0].entry_id) if not one.recused
    ]
    assert {one.judge_id for one in now_with} == {"judge-1", "judge-2", "judge-3"} - {left.judge_id}
    kept = await store.read["sheets"].get(left.id)
    assert kept is not None
    assert (kept["marks"], kept["state"]) == ({}, "recused")
    with pytest.raises(NotFound):
        await service.view(store, left.id, the_judge(left))
    recused, assigned = (await log_lines(store, "judge.recused", "scripts.assigned"))[-2:]
    assert (recused.kind, recused.data["judge_id"]) == ("judge.recused", left.judge_id)
    assert "Cùng cơ quan" not in str(recused.data)
    assert assigned.data["pairs"] != [[scripts[0].entry_id, stays.judge_id]]


async def test_stepping_back_needs_a_reason_and_is_over_once_sealed(store: Store) -> None:
    _, _, given = await a_written_round(store)
    with pytest.raises(ReasonNeeded):
        await service.recuse(store, given[0].id, the_judge(given[0]), new_id(), "", at=START)
    await a_sealed_sheet(store, given[0])
    with pytest.raises(AlreadySealed):
        await service.recuse(store, given[0].id, the_judge(given[0]), new_id(), "Bận", at=START)


async def test_without_anybody_left_the_script_waits_for_the_next_draw(store: Store) -> None:
    _, _, given = await a_written_round(store, scripts=1, judges=2)
    done = await service.recuse(store, given[0].id, the_judge(given[0]), new_id(), "Cùng đơn vị", at=START)
    assert done["replaced"] is False
    assert (await juries.overview(store, CONTEST, ROUND, CHAIR)).waiting == 1


async def test_a_judge_knows_nothing_of_another_judges_sheet(store: Store) -> None:
    _, _, given = await a_written_round(store)
    other = next(one for one in given if one.judge_id != given[0].judge_id)
    for act in (
        service.view(store, given[0].id, the_judge(other)),
        service.save(store, given[0].id, the_judge(other), 0, marks(1, 1), "", at=START),
        service.seal(store, given[0].id, the_judge(other), new_id(), 0, at=START),
        service.recuse(store, given[0].id, a_judge("nobody"), new_id(), "Bận", at=START),
    ):
        with pytest.raises(NotFound):
            await act


async def test_the_rubric_stays_as_it_is_after_the_first_seal(store: Store) -> None:
    _, _, given = await a_written_round(store)
    changed = await rubrics.define(store, CONTEST, ROUND, rules(quorum=1), version=1, by=CHAIR, at=START)
    assert changed.version == 2
    await a_sealed_sheet(store, given[0])
    with pytest.raises(RubricFrozen, match="đã được dùng để chấm"):
        await rubrics.define(store, CONTEST, ROUND, rules(quorum=2), version=2, by=CHAIR, at=START)
    kept = await rubrics.get(store.read, CONTEST, ROUND)
    assert (kept.version, kept.quorum) == (2, 1)
    assert (await log_lines(store, "sheet.sealed"))[0].data["rubric_version"] == 2


async def test_a_withdrawn_script_is_not_marked_any_more(store: Store) -> None:
    _, _, given = await a_written_round(store)
    await store.transaction(lambda tx: copies.remember_withdrawal(tx, given[0].entry_id))
    row = next(row for row in await service.queue(store, the_judge(given[0])) if row.sheet_id == given[0].id)
    assert row.state is SheetState.WITHDRAWN
    with pytest.raises(ScriptWithdrawn):
        await service.save(store, given[0].id, the_judge(given[0]), 0, marks(7, 15), "", at=START)
