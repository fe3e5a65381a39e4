"""What judges do with their sheets, what a sealed sheet sets off, and how far a round is."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.judging.copies import service as copies
from services.judging.copies.domain import ContestCopy, Script, ScriptState
from services.judging.juries import service as juries
from services.judging.juries.domain import Assignment
from services.judging.rubrics import service as rubrics
from services.judging.rubrics.domain import Rubric
from services.judging.scorelog import service as scorelog
from services.judging.sheets import domain, repository
from services.judging.sheets.domain import Gap, JudgeProgress, ScriptWithdrawn, Sheet, SheetState
from services.judging.sheets.repository import INDEXES
from shared import outbox
from shared.errors import NotFound, Stale
from shared.events.judging import SheetSealed
from shared.identity import Person, Role
from shared.mongo import Document, Store, Tx
from shared.once import once

__all__ = ["INDEXES"]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a judge's queue."""

    sheet_id: str
    code: str
    title: str
    contest_id: str
    round: str
    third: bool
    state: SheetState
    total: Decimal | None


@dataclass(frozen=True, slots=True)
class View:
    """Everything a judge sees of one sheet: nothing in it leads to the author."""

    sheet: Sheet
    script: Script
    rubric: Rubric
    contest: ContestCopy
    state: SheetState


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a round is, for its chair."""

    judges: list[JudgeProgress]
    gaps: list[tuple[str, Gap]]
    """Code and gap of every script whose readers are too far apart."""

    @property
    def assigned(self) -> int:
        """Sheets given out."""
        return sum(one.assigned for one in self.judges)

    @property
    def sealed(self) -> int:
        """Sheets sealed."""
        return sum(one.sealed for one in self.judges)


def _state(sheet: Sheet, script: Script) -> SheetState:
    left = script.state is ScriptState.WITHDRAWN and sheet.state is not SheetState.SEALED
    return SheetState.WITHDRAWN if left else sheet.state


async def _mine(tx: Tx, sheet_id: str, by: Person) -> Assignment:
    """The assignment behind a sheet of this judge; of anybody else's sheet, and of one given back, nothing is known."""
    given = await juries.assignment(tx, sheet_id)
    if given.judge_id != by.id or given.recused:
        raise NotFound
    by.require(Role.JUDGE, scope=given.contest_id)
    return given


async def queue(store: Store, by: Person) -> list[Row]:
    """What the judge has to read, in the order of the codes, which says nothing of who wrote or when."""
    tx = store.read
    given = [one for one in await juries.of_judge(tx, by.id) if by.may(Role.JUDGE, one.contest_id)]
    written = {one.id: one for one in await repository.sheets(tx, {"judge_id": by.id})}
    scripts: dict[str, Script] = {}
    for contest_id in {one.contest_id for one in given}:
        scripts |= {one.entry_id: one for one in await copies.scripts(tx, contest_id)}
    rows = []
    for one in given:
        script, sheet = scripts[one.entry_id], written.get(one.id) or Sheet.blank(one)
        rows.append(
            Row(
                sheet_id=one.id,
                code=script.code,
                title=script.title,
                contest_id=one.contest_id,
                round=one.round,
                third=one.third,
                state=_state(sheet, script),
                total=sheet.total,
            )
        )
    return sorted(rows, key=lambda row: (row.contest_id, row.round, row.code))


async def view(store: Store, sheet_id: str, by: Person) -> View:
    """One sheet with its script. Raises NotFound for everybody but its judge."""
    tx = store.read
    given = await _mine(tx, sheet_id, by)
    sheet, script = await repository.sheet(tx, given), await copies.script(tx, given.entry_id)
    rubric = await rubrics.get(tx, given.contest_id, given.round)
    return View(sheet, script, rubric, await copies.contest(tx, given.contest_id), _state(sheet, script))


async def _open_sheet(tx: Tx, sheet_id: str, by: Person) -> tuple[Assignment, Sheet]:
    given = await _mine(tx, sheet_id, by)
    sheet = await repository.sheet(tx, given)
    sheet.open()
    if (await copies.script(tx, given.entry_id)).state is ScriptState.WITHDRAWN:
        raise ScriptWithdrawn
    return given, sheet


def _same_version(sheet: Sheet, version: int) -> None:
    if sheet.version != version:
        fields = {f"marks.{name}": f"{mark:f}".replace(".", ",") for name, mark in sheet.marks.items()}
        raise Stale(version=sheet.version, fields={**fields, "comment": sheet.comment})


async def save(  # noqa: PLR0913 - what a draft says
    store: Store,
    sheet_id: str,
    by: Person,
    version: int,
    marks: Mapping[str, Decimal],
    comment: str,
    *,
    at: datetime,
) -> Document:
    """Keep a draft. Raises MarksInvalid naming the criterion, AlreadySealed, ScriptWithdrawn; Stale with both versions."""

    async def work(tx: Tx) -> Document:
        _, sheet = await _open_sheet(tx, sheet_id, by)
        _same_version(sheet, version)
        rubric = await rubrics.get(tx, sheet.contest_id, sheet.round)
        sheet.write(rubric, marks, comment, at)
        await repository.save(tx, sheet)
        return {"version": sheet.version, "saved_at": at, "total": rubric.subtotal(sheet.marks)}

    return await store.transaction(work)


async def seal(store: Store, sheet_id: str, by: Person, key: str, version: int, *, at: datetime) -> Document:
    """Seal a complete sheet: a line of the score log, a fact, and the gap rule, in one transaction.

    Raises MarksInvalid when something is missing, AlreadySealed, ScriptWithdrawn, Stale.
    """

    async def work(tx: Tx) -> Document:
        _, sheet = await _open_sheet(tx, sheet_id, by)
        _same_version(sheet, version)
        rubric = await rubrics.get(tx, sheet.contest_id, sheet.round)
        event = sheet.seal(rubric, at)
        await rubrics.freeze(tx, sheet.contest_id, sheet.round, at, by=by.id)
        line = await scorelog.append(
            tx,
            contest_id=sheet.contest_id,
            round=sheet.round,
            kind="sheet.sealed",
            data=sheet.logged(),
            by=by.id,
            at=at,
        )
        sheet.hash = line.hash
        await repository.save(tx, sheet)
        await outbox.add(tx, event, subject=sheet.id, seq=sheet.facts, by=by.id, time=at)
        await _settle_gap(tx, sheet, rubric, at)
        return {"sealed_at": at, "total": event.total, "hash": sheet.hash}

    body = {"sheet_id": sheet_id, "version": version}
    return await once(store, action="sheets.seal", by=by.id, key=key, body=body, work=work)


async def _settle_gap(tx: Tx, sealed: Sheet, rubric: Rubric, at: datetime) -> None:
    """Call a third reader when this was the last reader's sheet and the readers are too far apart.

    Two readers who seal at once both move the head of the score log, so one of them runs again and sees the other.
    """
    where = {"contest_id": sealed.contest_id, "round": sealed.round, "entry_id": sealed.entry_id}
    given = await juries.of_script(tx, sealed.contest_id, sealed.round, sealed.entry_id)
    gap = domain.gap_of(given, await repository.sheets(tx, where), rubric)
    if gap is not None and gap.too_wide and gap.third is None and rubric.third_reader:
        readers = [one.judge_id for one in given]
        await juries.assign_third(tx, sealed.contest_id, sealed.round, sealed.entry_id, readers, at, gap=gap.size)


async def recuse(store: Store, sheet_id: str, by: Person, key: str, reason: str, *, at: datetime) -> Document:
    """Step back from a script before sealing: the draft is voided, the act logged, a replacement drawn.

    Raises AlreadySealed, ReasonNeeded.
    """

    async def work(tx: Tx) -> Document:
        given, sheet = await _open_sheet(tx, sheet_id, by)
        sheet.give_back(reason)
        await repository.save(tx, sheet)
        replaced = await juries.recuse(tx, given, reason, at)
        return {"recused_at": at, "replaced": replaced is not None}

    body = {"sheet_id": sheet_id, "reason": reason}
    return await once(store, action="sheets.recuse", by=by.id, key=key, body=body, work=work)


async def count_sealed(tx: Tx, sealed: SheetSealed) -> None:
    """Enter a sealed sheet on the board."""
    place = (sealed.contest_id, sealed.round, sealed.judge_id)
    await repository.count_sealed(tx, sealed.sheet_id, place, sealed.total, sealed.sealed_at)


async def standing(store: Store, contest_id: str, round_: str, by: Person) -> Standing:
    """How far a round is: progress by judge from the board, and the gaps. For chair, organiser and auditor."""
    by.require(Role.CHAIR, Role.ORGANISER, Role.AUDITOR, scope=contest_id)
    tx = store.read
    given = await juries.assignments(tx, contest_id, round_)
    names = {one.id: one.name for one in await copies.judges(tx, contest_id)}
    judges = domain.progress(given, await repository.sealed(tx, contest_id, round_), names)
    return Standing(judges, await _gaps(tx, contest_id, round_, given))


async def _gaps(tx: Tx, contest_id: str, round_: str, given: list[Assignment]) -> list[tuple[str, Gap]]:
    rubric = await rubrics.find(tx, contest_id, round_)
    if rubric is None:
        return []
    codes = {one.entry_id: one.code for one in await copies.scripts(tx, contest_id)}
    sheets, by_entry = defaultdict(list), defaultdict(list)
    for sheet in await repository.sheets(tx, {"contest_id": contest_id, "round": round_, "state": SheetState.SEALED}):
        sheets[sheet.entry_id].append(sheet)
    for one in given:
        by_entry[one.entry_id].append(one)
    gaps = [domain.gap_of(by_entry[entry], sheets[entry], rubric) for entry in by_entry]
    return sorted((codes[gap.entry_id], gap) for gap in gaps if gap is not None and gap.too_wide)


async def call_thirds(store: Store, contest_id: str, round_: str, by: Person, *, at: datetime) -> int:
    """Call the third readers that could not be had when the gap showed; how many were found."""
    by.require(Role.CHAIR, Role.ORGANISER, scope=contest_id)

    async def work(tx: Tx) -> int:
        given = await juries.assignments(tx, contest_id, round_)
        rubric = await rubrics.get(tx, contest_id, round_)
        called = 0
        for _, gap in await _gaps(tx, contest_id, round_, given):
            if gap.third is None and rubric.third_reader:
                readers = [one.judge_id for one in given if one.entry_id == gap.entry_id]
                found = await juries.assign_third(
                    tx, contest_id, round_, gap.entry_id, readers, at, gap=gap.size, by=by.id
                )
                called += found is not None
        return called

    return await store.transaction(work)
