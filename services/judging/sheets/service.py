"""What judges do with their sheets, and what a sealed sheet sets off."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.judging.copies import service as copies
from services.judging.copies.domain import ContestCopy, Script, ScriptState
from services.judging.juries import service as juries
from services.judging.juries.domain import Assignment
from services.judging.rubrics import service as rubrics
from services.judging.rubrics.domain import Rubric
from services.judging.scorelog import service as scorelog
from services.judging.sheets import domain, repository
from services.judging.sheets.domain import ScriptWithdrawn, Sheet, SheetHeld, SheetState
from services.judging.sheets.repository import INDEXES
from shared import outbox
from shared.errors import NotFound, Stale
from shared.identity import Person, Role
from shared.mongo import Document, Store, Tx
from shared.once import once

__all__ = ["INDEXES"]


def _comma(mark: Decimal) -> str:
    return f"{mark:f}".replace(".", ",")


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

    def fields(self) -> dict[str, Any]:
        """The saved sheet as its form shows it."""
        marks = {name: _comma(mark) for name, mark in self.sheet.marks.items()}
        return {"version": self.sheet.version, "marks": marks, "comment": self.sheet.comment}

    def unlike(self, marks: Mapping[str, Decimal], comment: str) -> list[dict[str, str]]:
        """The facts of the saved sheet that are not these, in words: what another tab or device saved."""
        saved = self.sheet.marks
        rows = [
            {"key": one.title, "value": _comma(saved[one.id]) if one.id in saved else "(chưa chấm)"}
            for one in self.rubric.criteria
            if saved.get(one.id) != marks.get(one.id)
        ]
        if self.sheet.comment != comment:
            rows.append({"key": "Nhận xét", "value": self.sheet.comment or "(trống)"})
        return rows


def _state(given: Assignment, sheet: Sheet, script: Script) -> SheetState:
    if sheet.state is SheetState.SEALED:
        return sheet.state
    if script.state is ScriptState.WITHDRAWN:
        return SheetState.WITHDRAWN
    return SheetState.HELD if given.held else sheet.state


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
                state=_state(one, sheet, script),
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
    return View(sheet, script, rubric, await copies.contest(tx, given.contest_id), _state(given, sheet, script))


async def _open_sheet(tx: Tx, sheet_id: str, by: Person) -> tuple[Assignment, Sheet]:
    given = await _mine(tx, sheet_id, by)
    sheet = await repository.sheet(tx, given)
    sheet.open()
    if (await copies.script(tx, given.entry_id)).state is ScriptState.WITHDRAWN:
        raise ScriptWithdrawn
    if given.held:
        raise SheetHeld
    return given, sheet


def _same_version(sheet: Sheet, version: int, refused: type[Stale] = Stale) -> None:
    if sheet.version != version:
        fields = {f"marks.{name}": _comma(mark) for name, mark in sheet.marks.items()}
        raise refused(version=sheet.version, fields={**fields, "comment": sheet.comment})


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
    """Keep a draft.

    Raises MarksInvalid naming the criterion, AlreadySealed, ScriptWithdrawn, SheetHeld; Stale with both versions.
    """

    async def work(tx: Tx) -> Document:
        _, sheet = await _open_sheet(tx, sheet_id, by)
        rubric = await rubrics.get(tx, sheet.contest_id, sheet.round)
        # The page saves by itself when a field is left, and the press of a button saves the same again at once.
        if not sheet.holds(marks, comment):
            _same_version(sheet, version)
            sheet.write(rubric, marks, comment, at)
            await repository.save(tx, sheet)
        return {"version": sheet.version, "saved_at": sheet.saved_at, "total": rubric.subtotal(sheet.marks)}

    return await store.transaction(work)


async def seal(store: Store, sheet_id: str, by: Person, key: str, version: int, *, at: datetime) -> Document:
    """Seal a complete sheet: a line of the score log, a fact, and the gap rule, in one transaction.

    Raises MarksInvalid when something is missing, AlreadySealed, ScriptWithdrawn, ReadBackOutdated.
    """

    async def work(tx: Tx) -> Document:
        _, sheet = await _open_sheet(tx, sheet_id, by)
        _same_version(sheet, version, domain.ReadBackOutdated)
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

    Raises AlreadySealed, SheetHeld, ReasonNeeded.
    """

    async def work(tx: Tx) -> Document:
        given, sheet = await _open_sheet(tx, sheet_id, by)
        sheet.give_back(reason)
        await repository.save(tx, sheet)
        replaced = await juries.recuse(tx, given, reason, at)
        return {"recused_at": at, "replaced": replaced is not None}

    body = {"sheet_id": sheet_id, "reason": reason}
    return await once(store, action="sheets.recuse", by=by.id, key=key, body=body, work=work)


async def state_of(tx: Tx, given: Assignment) -> SheetState:
    """How far a sheet is in the database."""
    return (await repository.sheet(tx, given)).state


async def take_back(tx: Tx, given: Assignment, reason: str, *, by: str, at: datetime) -> bool:
    """Somebody else than its judge ends a sheet: a draft is voided, a sealed one stays as it is and counts no more.

    Whether somebody else has the script now.
    """
    sheet = await repository.sheet(tx, given)
    if sheet.state is not SheetState.SEALED:
        sheet.give_back(reason)
        await repository.save(tx, sheet)
    return await juries.recuse(tx, given, reason, at, by=by) is not None


async def sealed(tx: Tx, contest_id: str, round_: str) -> list[Sheet]:
    """Every sealed sheet of a round."""
    where = {"contest_id": contest_id, "round": round_, "state": SheetState.SEALED}
    return await repository.sheets(tx, where)
