"""The lot on a real database: conflicts from copies, further draws, third readers, what is logged and told."""

import asyncio
from collections import Counter
from decimal import Decimal

import pytest

from services.judging.copies import service as copies
from services.judging.juries import service
from services.judging.juries.domain import JudgesMissing, NothingToAssign, NotOnPanel
from services.judging.rubrics.domain import Round, RubricMissing
from services.judging.scorelog import service as scorelog
from shared.errors import Forbidden
from shared.ids import new_id
from shared.mongo import Document, Store
from tests.integration.judging.builders import (
    CHAIR,
    CONTEST,
    START,
    a_contest,
    a_draw,
    a_judge,
    a_person,
    a_rubric,
    a_script,
    a_unit,
    a_written_round,
    outbox_rows,
    some_judges,
)

ROUND = Round.PRELIMINARY
PANEL = f"{CONTEST}:{ROUND}"


async def draw(store: Store, key: str = "", seed: str | None = "a seed") -> Document:
    return await service.draw(store, CONTEST, ROUND, CHAIR, key or new_id(), at=START, seed=seed)


async def test_the_lot_is_even_recorded_logged_and_told(store: Store) -> None:
    _, _, given = await a_written_round(store, scripts=7, judges=4)
    assert sorted(Counter(one.judge_id for one in given).values()) == [3, 3, 4, 4]
    assert set(Counter(one.entry_id for one in given).values()) == {2}
    panel = (await service.overview(store, CONTEST, ROUND, CHAIR)).panel
    assert [(one.seed, one.scripts) for one in panel.draws] == [("a seed", 7)]
    (line,) = await scorelog.lines(store.read, CONTEST, kinds=("scripts.assigned",))
    assert {tuple(pair) for pair in line.data["pairs"]} == {(one.entry_id, one.judge_id) for one in given}
    assert [row["type"] for row in await outbox_rows(store, PANEL)] == ["judging.scripts.assigned.v1"]


async def test_no_judge_gets_a_script_of_a_conflict(store: Store) -> None:
    await a_contest(store)
    await a_unit(store, "old", valid_to="2025-02-28", successors=["new"])
    await a_unit(store, "new", valid_from="2025-03-01")
    for judge, unit in (("same", "new"), ("writes", "x"), ("owns", "y"), ("free-1", "z"), ("free-2", None)):
        await a_person(store, a_judge(judge), unit_id=unit)
    await a_script(store, "e", unit_ids=["old"], author_ids=["writes"], owner_id="owns")
    await a_rubric(store)
    assert {one.judge_id for one in await a_draw(store)} == {"free-1", "free-2"}
    seen = await service.overview(store, CONTEST, ROUND, CHAIR)
    assert seen.conflicts == {"same": 1, "writes": 1, "owns": 1}


async def test_too_few_judges_without_conflict_are_counted_and_nothing_is_given_out(store: Store) -> None:
    await a_contest(store)
    await some_judges(store, 2)
    await a_script(store)
    await a_script(store, unit_ids=["unit-of-judge-1"])
    await a_rubric(store)
    with pytest.raises(JudgesMissing, match="1 bài không đủ 2 giám khảo"):
        await draw(store)
    assert await service.assignments(store.read, CONTEST, ROUND) == []
    assert await outbox_rows(store, PANEL) == []


async def test_a_further_draw_gives_out_only_the_late_scripts(store: Store) -> None:
    _, _, before = await a_written_round(store, scripts=3, judges=3)
    late = await a_script(store)
    after = await a_draw(store, seed="another")
    assert [one for one in after if one.entry_id != late.entry_id] == before
    assert {one.draw for one in after if one.entry_id == late.entry_id} == {2}
    assert [row["seq"] for row in await outbox_rows(store, PANEL)] == [1, 2]
    with pytest.raises(NothingToAssign):
        await draw(store)


async def test_the_same_request_twice_is_one_draw(store: Store) -> None:
    await a_contest(store)
    await some_judges(store, 3)
    await a_script(store)
    await a_rubric(store)
    first, second = await asyncio.gather(draw(store, "key", seed=None), draw(store, "key", seed=None))
    assert first == second
    assert len(await service.assignments(store.read, CONTEST, ROUND)) == 2


async def test_two_draws_at_once_do_not_assign_twice(store: Store) -> None:
    await a_contest(store)
    await some_judges(store, 4)
    await a_script(store)
    await a_rubric(store)
    answers = await asyncio.gather(draw(store, "left"), draw(store, "right"), return_exceptions=True)
    assert sum(isinstance(answer, NothingToAssign) for answer in answers) == 1
    assert len(await service.assignments(store.read, CONTEST, ROUND)) == 2


async def test_nothing_is_drawn_before_there_is_a_rubric(store: Store) -> None:
    await a_contest(store)
    with pytest.raises(RubricMissing):
        await draw(store)


async def test_only_chair_and_organiser_draw(store: Store) -> None:
    await a_written_round(store)
    for outsider in (a_judge(), a_judge(scope="*")):
        with pytest.raises(Forbidden):
            await service.draw(store, CONTEST, ROUND, outsider, new_id(), at=START)
        with pytest.raises(Forbidden):
            await service.overview(store, CONTEST, ROUND, outsider)


async def third(store: Store, entry_id: str, exclude: list[str]) -> str | None:
    return await store.transaction(
        lambda tx: service.assign_third(tx, CONTEST, ROUND, entry_id, exclude, START, gap=Decimal(7))
    )


async def test_the_third_reader_is_never_in_conflict_nor_one_of_the_first_two(store: Store) -> None:
    await a_contest(store)
    judges = await some_judges(store, 4)
    for number in range(6):
        await a_script(store, unit_ids=[f"unit-of-judge-{1 + number % 4}"])
    await a_rubric(store)
    given = await a_draw(store)
    found = await service.overview(store, CONTEST, ROUND, CHAIR)
    for script in found.scripts:
        had = [one.judge_id for one in given if one.entry_id == script.entry_id]
        left = {one.id for one in judges} - set(had)
        drawn = await third(store, script.entry_id, had)
        assert drawn in left
        assert (await third(store, script.entry_id, [])) is None, "the last one left has a conflict"


async def test_a_declared_conflict_counts_in_the_next_draw(store: Store) -> None:
    await a_contest(store)
    await some_judges(store, 3)
    script = await a_script(store)
    await a_rubric(store)

    async def declare(judge_id: str) -> None:
        what = (CONTEST, judge_id, script.code, "Cùng nhóm nghiên cứu")
        await store.transaction(lambda tx: service.declare(tx, *what, by=CHAIR, at=START))

    await declare("judge-2")
    assert {one.judge_id for one in await a_draw(store)} == {"judge-1", "judge-3"}
    with pytest.raises(NotOnPanel):
        await declare("nobody")


async def test_a_withdrawn_script_gets_no_readers(store: Store) -> None:
    await a_contest(store)
    await some_judges(store, 3)
    script = await a_script(store)
    await a_rubric(store)
    await store.transaction(lambda tx: copies.remember_withdrawal(tx, script.entry_id))
    with pytest.raises(NothingToAssign):
        await draw(store)
