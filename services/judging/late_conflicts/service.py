"""Looking again at who has a script, deciding about what was begun, and what the chair sees of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.judging.copies import service as copies
from services.judging.copies.domain import ScriptState
from services.judging.juries import service as juries
from services.judging.juries.domain import Assignment
from services.judging.late_conflicts import domain, repository
from services.judging.late_conflicts.domain import FINAL, FOUND, Cause, Choice, LateConflict, State
from services.judging.late_conflicts.repository import INDEXES
from services.judging.rubrics import service as rubrics
from services.judging.rubrics.domain import Round
from services.judging.scorelog import service as scorelog
from services.judging.sheets import service as sheets
from services.judging.sheets.domain import SheetState
from shared.errors import NotFound
from shared.identity import Person, Role
from shared.ids import new_id
from shared.mongo import Store, Tx

__all__ = ["INDEXES"]

_WRITTEN = Round.PRELIMINARY.value
_SIGNED = {_WRITTEN: "finalists.named", FINAL: "result.signed"}
_SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Row:
    """A late conflict as the chair sees it: script and judge, and nothing that leads to the author."""

    conflict: LateConflict
    code: str
    judge: str
    sheet: SheetState
    state: State
    choices: list[Choice]
    decided_by: str


async def look(tx: Tx, entry_id: str, *, at: datetime, cause: Cause = Cause.AUTHORS, reason: str = FOUND) -> None:
    """Find who has a script, or marked it on stage, and is in conflict now. Twice is once."""
    if await copies.find_sealed(tx, entry_id) is None:
        return
    script = await copies.script(tx, entry_id)
    readers = await _readers(tx, script.contest_id, entry_id)
    met: dict[tuple[str, str], Assignment | None] = {(_WRITTEN, judge): one for judge, one in readers.items()}
    met |= dict.fromkeys(await _marked(tx, script.contest_id, entry_id))
    if script.state is ScriptState.WITHDRAWN or not met:
        return
    judges = await copies.people(tx, {judge for _, judge in met})
    found = await juries.conflicting(tx, script.contest_id, entry_id, judges, at)
    where = {"contest_id": script.contest_id, "entry_id": entry_id}
    known = {(one.round, one.judge_id): one for one in await repository.find(tx, where)}
    for (round_, judge), reader in met.items():
        before = known.get((round_, judge))
        if judge in found and (before is None or before.state is State.CLEARED):
            id_ = before.id if before else reader.id if reader else new_id()
            one = LateConflict(id=id_, **where, round=round_, judge_id=judge, cause=cause, found_at=at)
            await _meet(tx, one, reader, reason)
        elif judge not in found and before is not None and before.state is State.UNDECIDED:
            before.state = State.CLEARED
            await _keep(tx, before, reader)


async def _readers(tx: Tx, contest_id: str, entry_id: str) -> dict[str, Assignment]:
    every = await juries.of_script(tx, contest_id, _WRITTEN, entry_id)
    return {one.judge_id: one for one in every if not one.recused}


async def _marked(tx: Tx, contest_id: str, entry_id: str) -> list[tuple[str, str]]:
    """Who gave the entry marks in the final."""
    given = await scorelog.lines(tx, contest_id, kinds=("score.given",))
    return [(FINAL, judge) for judge in {one.data["judge_id"] for one in given if one.data["entry_id"] == entry_id}]


async def _meet(tx: Tx, conflict: LateConflict, reader: Assignment | None, reason: str) -> None:
    at = conflict.found_at
    if await _is_signed(tx, conflict):
        conflict.state = State.TOO_LATE
    elif reader is not None and await sheets.state_of(tx, reader) is SheetState.ASSIGNED:
        replaced = await sheets.take_back(tx, reader, reason, by=_SYSTEM, at=at)
        conflict.state = State.REPLACED if replaced else State.READER_MISSING
    else:
        # A line of the log, so that of this and a signature given at the same moment one sees the other.
        await _log(tx, conflict, "mark.held", by=_SYSTEM, at=at)
    await _keep(tx, conflict, reader)


async def _keep(tx: Tx, conflict: LateConflict, reader: Assignment | None) -> None:
    await repository.put(tx, conflict)
    if reader is not None:
        await juries.set_held(tx, reader.id, held=conflict.state in (State.UNDECIDED, State.THIRD_PENDING))


async def _log(tx: Tx, conflict: LateConflict, kind: str, *, by: str, at: datetime, **more: str) -> None:
    data = {"judge_id": conflict.judge_id, "entry_id": conflict.entry_id, **more}
    place = {"contest_id": conflict.contest_id, "round": conflict.round}
    await scorelog.append(tx, **place, kind=kind, data=data, by=by, at=at)


async def _is_signed(tx: Tx, conflict: LateConflict) -> bool:
    return bool(await scorelog.lines(tx, conflict.contest_id, kinds=(_SIGNED[conflict.round],)))


async def declare(  # noqa: PLR0913 - what a declaration says
    store: Store, contest_id: str, judge_id: str, code: str, reason: str, *, by: Person, at: datetime
) -> None:
    """Note a conflict that the data does not show; somebody who has the script already does not keep it.

    Raises NotFound for an unknown code, NotOnPanel; Forbidden for all but chair and organiser.
    """

    async def work(tx: Tx) -> None:
        entry_id = await juries.declare(tx, contest_id, judge_id, code, reason, by=by, at=at)
        await look(tx, entry_id, at=at, cause=Cause.DECLARED, reason=reason)

    await store.transaction(work)


async def decide(  # noqa: PLR0913 - what a decision says
    store: Store, contest_id: str, conflict_id: str, choice: Choice, *, reason: str, by: Person, at: datetime
) -> None:
    """What becomes of a mark that was begun or given. Raises NotFound, OwnCase, NotOpen, ChoiceInvalid, NobodyLeft."""
    by.require(Role.CHAIR, Role.ORGANISER, scope=contest_id)

    async def work(tx: Tx) -> None:
        conflict = await _of_contest(tx, contest_id, conflict_id)
        reader = await _reader(tx, conflict)
        conflict.decide(choice, await _offered(tx, conflict, reader), by=by.id, at=at)
        await _log(tx, conflict, "conflict.decided", by=by.id, at=at, choice=choice.value, reason=reason)
        if reader is None:
            await _log(tx, conflict, "judge.recused", by=by.id, at=at, reason=reason)
        elif choice is Choice.THIRD:
            await _call_third(tx, reader, at)
        elif not await sheets.take_back(tx, reader, reason, by=by.id, at=at):
            conflict.state = State.READER_MISSING
        await _keep(tx, conflict, reader)

    await store.transaction(work)


async def _of_contest(tx: Tx, contest_id: str, conflict_id: str) -> LateConflict:
    conflict = await repository.get(tx, conflict_id)
    if conflict.contest_id != contest_id:
        raise NotFound
    return conflict


async def _reader(tx: Tx, conflict: LateConflict) -> Assignment | None:
    """Who still has the script in the written round."""
    known = await _readers(tx, conflict.contest_id, conflict.entry_id) if conflict.round == _WRITTEN else {}
    return known.get(conflict.judge_id)


async def _offered(tx: Tx, conflict: LateConflict, reader: Assignment | None) -> list[Choice]:
    if conflict.round == _WRITTEN and reader is None:
        return []
    sheet = await sheets.state_of(tx, reader) if reader else SheetState.SEALED
    rubric = await rubrics.find(tx, conflict.contest_id, conflict.round)
    third_reader = rubric is not None and rubric.third_reader and reader is not None and not reader.third
    return conflict.choices(sheet, third_reader=third_reader, signed=await _is_signed(tx, conflict))


async def _call_third(tx: Tx, reader: Assignment, at: datetime) -> None:
    """The one that was called already will do, when nothing is wrong with them. Raises NobodyLeft."""
    known = (await _readers(tx, reader.contest_id, reader.entry_id)).values()
    if (
        not any(one.third and not one.held for one in known)
        and await juries.instead(tx, reader, at, third=True) is None
    ):
        raise domain.NobodyLeft


async def require_settled(tx: Tx, contest_id: str, round_: str) -> None:
    """Raises Unsettled with the entries that a mark of somebody in conflict may count for."""
    gone = {one.entry_id for one in await copies.scripts(tx, contest_id) if one.state is ScriptState.WITHDRAWN}
    found = await repository.find(tx, {"contest_id": contest_id, "round": round_})
    left = {one.entry_id for one in found if one.entry_id not in gone and await _is_unsettled(tx, one)}
    if left:
        raise domain.Unsettled(unfinished=sorted(left))


async def _is_unsettled(tx: Tx, conflict: LateConflict) -> bool:
    if conflict.state is State.THIRD_PENDING:
        return not await _third_sealed(tx, conflict)
    return conflict.state is State.UNDECIDED


async def _third_sealed(tx: Tx, conflict: LateConflict) -> bool:
    readers = await _readers(tx, conflict.contest_id, conflict.entry_id)
    thirds = [one for one in readers.values() if one.third and not one.held]
    return any([await sheets.state_of(tx, one) is SheetState.SEALED for one in thirds])


async def rows(store: Store, contest_id: str, by: Person) -> list[Row]:
    """What came to light late, the first first. Raises Forbidden for all but chair, organiser and auditor."""
    by.require(Role.CHAIR, Role.ORGANISER, Role.AUDITOR, scope=contest_id)
    tx = store.read
    found = await repository.find(tx, {"contest_id": contest_id})
    codes = {one.entry_id: one.code for one in await copies.scripts(tx, contest_id)}
    met = {person for one in found for person in (one.judge_id, one.decided_by)}
    names = {one.id: one.name for one in await copies.people(tx, met)}
    return [await _row(tx, one, codes[one.entry_id], names) for one in found]


async def row(store: Store, contest_id: str, conflict_id: str, by: Person) -> Row:
    """One of them. Raises NotFound, Forbidden."""
    found = [one for one in await rows(store, contest_id, by) if one.conflict.id == conflict_id]
    if not found:
        raise NotFound
    return found[0]


async def _row(tx: Tx, conflict: LateConflict, code: str, names: Mapping[str, str]) -> Row:
    every = await juries.of_script(tx, conflict.contest_id, _WRITTEN, conflict.entry_id)
    own = next((one for one in every if conflict.id == one.id), None)
    return Row(
        conflict,
        code,
        names.get(conflict.judge_id) or "(không còn trong ban)",
        await sheets.state_of(tx, own) if own else SheetState.SEALED,
        await _shown(tx, conflict, every),
        await _offered(tx, conflict, own if own and not own.recused else None),
        names.get(conflict.decided_by) or "",
    )


async def _shown(tx: Tx, conflict: LateConflict, every: Sequence[Assignment]) -> State:
    match conflict.state:
        case State.UNDECIDED if await _is_signed(tx, conflict):
            return State.TOO_LATE
        case State.THIRD_PENDING if await _third_sealed(tx, conflict):
            return State.THIRD_READ
        case State.READER_MISSING if await _is_read(tx, conflict, every):
            return State.REPLACED
    return conflict.state


async def _is_read(tx: Tx, conflict: LateConflict, every: Sequence[Assignment]) -> bool:
    """Whether a later lot found the reader that was missing."""
    third = any(one.third for one in every if one.id == conflict.id)
    reading = [one for one in every if not one.recused and one.third == third]
    rubric = await rubrics.find(tx, conflict.contest_id, conflict.round)
    return len(reading) >= (1 if third or rubric is None else rubric.readers)


async def waiting(tx: Tx, contest_id: str) -> int:
    """How many wait for a decision."""
    found = await repository.find(tx, {"contest_id": contest_id, "state": State.UNDECIDED})
    return len([one for one in found if not await _is_signed(tx, one)])
