"""How far a round is, and calling the third readers that could not be had when a gap showed."""

from collections import defaultdict
from datetime import datetime

from services.judging.copies import service as copies
from services.judging.copies.domain import ScriptState
from services.judging.juries import service as juries
from services.judging.juries.domain import Assignment
from services.judging.progress import domain, repository
from services.judging.progress.domain import Standing
from services.judging.progress.repository import INDEXES
from services.judging.rubrics import service as rubrics
from services.judging.sheets import service as sheets
from services.judging.sheets.domain import Gap, gap_of
from shared.events.judging import SheetSealed
from shared.identity import Person, Role
from shared.mongo import Store, Tx

__all__ = ["INDEXES", "call_thirds", "count_sealed", "standing"]


async def count_sealed(tx: Tx, sealed: SheetSealed) -> None:
    """Enter a sealed sheet on the board."""
    place = (sealed.contest_id, sealed.round, sealed.judge_id)
    await repository.count_sealed(tx, sealed.sheet_id, place, sealed.total, sealed.sealed_at)


async def standing(store: Store, contest_id: str, round_: str, by: Person) -> Standing:
    """Progress by judge from the board, and the gaps. Raises Forbidden for all but chair, organiser and auditor."""
    by.require(Role.CHAIR, Role.ORGANISER, Role.AUDITOR, scope=contest_id)
    tx = store.read
    given = await _expected(tx, contest_id, round_)
    names = {one.id: one.name for one in await copies.judges(tx, contest_id)}
    set_aside = {one.id for one in given if one.recused}
    judges = domain.by_judge(given, await repository.sealed(tx, contest_id, round_, set_aside), names)
    return Standing(judges, await _gaps(tx, contest_id, round_, given))


async def _expected(tx: Tx, contest_id: str, round_: str) -> list[Assignment]:
    """The assignments that still count: of a script that left the contest only those sealed before."""
    given = await juries.assignments(tx, contest_id, round_)
    gone = {one.entry_id for one in await copies.scripts(tx, contest_id) if one.state is ScriptState.WITHDRAWN}
    sealed = {one.id for one in await sheets.sealed(tx, contest_id, round_)} if gone else set()
    return [one for one in given if one.entry_id not in gone or one.id in sealed]


async def _gaps(tx: Tx, contest_id: str, round_: str, given: list[Assignment]) -> list[tuple[str, Gap]]:
    rubric = await rubrics.find(tx, contest_id, round_)
    if rubric is None:
        return []
    scripts = await copies.scripts(tx, contest_id)
    codes = {one.entry_id: one.code for one in scripts if one.state is ScriptState.ACTIVE}
    sealed, readers = defaultdict(list), defaultdict(list)
    for sheet in await sheets.sealed(tx, contest_id, round_):
        sealed[sheet.entry_id].append(sheet)
    for one in given:
        readers[one.entry_id].append(one)
    found = [gap_of(readers[entry], sealed[entry], rubric) for entry in readers if entry in codes]
    wide = [gap for gap in found if gap is not None and gap.too_wide]
    return sorted(((codes[gap.entry_id], gap) for gap in wide), key=lambda pair: pair[0])


async def call_thirds(store: Store, contest_id: str, round_: str, by: Person, *, at: datetime) -> int:
    """Call the third readers that are missing; how many were found. Raises Forbidden for all but chair and organiser."""
    by.require(Role.CHAIR, Role.ORGANISER, scope=contest_id)

    async def work(tx: Tx) -> int:
        given = await juries.assignments(tx, contest_id, round_)
        rubric = await rubrics.get(tx, contest_id, round_)
        called = 0
        for _, gap in await _gaps(tx, contest_id, round_, given):
            if gap.third is None and rubric.third_reader:
                had = [one.judge_id for one in given if one.entry_id == gap.entry_id]
                found = await juries.assign_third(tx, contest_id, round_, gap.entry_id, had, at, gap=gap.size, by=by.id)
                called += found is not None
        return called

    return await store.transaction(work)
