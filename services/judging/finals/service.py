"""What happens in a final: draw, open, mark, step back, close, set aside, lock; and what its two desks show."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from services.judging.copies import service as copies
from services.judging.copies.domain import PersonCopy, ScriptState
from services.judging.finals import domain, repository
from services.judging.finals.domain import Final, FinalState, Score, Slot, SlotState
from services.judging.juries import service as juries
from services.judging.rubrics import service as rubrics
from services.judging.scorelog import service as scorelog
from services.judging.scorelog.domain import Line
from shared import once, outbox
from shared.clock import now
from shared.errors import NotFound
from shared.events.judging import ScoreGiven, SlotClosed, SlotOpened
from shared.identity import Person, Role
from shared.mongo import Document, Store, Tx

INDEXES = repository.INDEXES
FINAL, _BOTH_ROUNDS = "final", "all"
_NOBODY, _TAKEN_BACK = Person("system", "", frozenset()), "Tác giả rút bài"


class Act(NamedTuple):
    """Who acts, under which client key, when."""

    by: Person
    key: str
    at: datetime

    async def once(
        self, store: Store, name: str, body: Document, work: Callable[[Tx], Awaitable[Document]]
    ) -> Document:
        """Do `work` once under this key."""
        return await once.once(store, action=name, by=self.by.id, key=self.key, body=body, work=work)

    async def note(self, tx: Tx, contest_id: str, kind: str, data: Document, round_: str = FINAL) -> Line:
        """Write a line into the score log."""
        place = {"contest_id": contest_id, "round": round_, "kind": kind}
        return await scorelog.append(tx, **place, data=data, by=self.by.id, at=self.at)

    async def log(self, tx: Tx, slot: Slot, kind: str, **data: Any) -> None:
        """Write a line about a slot into the score log."""
        await self.note(tx, slot.contest_id, kind, {"slot_id": slot.id, "entry_id": slot.entry_id, **data})

    async def tell(self, tx: Tx, slot: Slot, event: SlotOpened | ScoreGiven | SlotClosed) -> None:
        """Publish a fact of a slot."""
        await outbox.add(tx, event, subject=slot.id, seq=slot.facts, by=self.by.id, time=self.at)


async def draw(store: Store, contest_id: str, act: Act, *, asked: str | None, fresh: str) -> Document:
    """Draw the running order of the named finalists, from the seed `asked` for or else from the `fresh` one.

    Raises NoFinalists, OrderAlreadyDrawn.
    """
    act.by.require(Role.ORGANISER, scope=contest_id)

    async def work(tx: Tx) -> Document:
        drawn, contest = await repository.final(tx, contest_id), await copies.contest(tx, contest_id)
        named = await scorelog.lines(tx, contest_id, kinds=("finalists.named",))
        gone = {one.entry_id for one in await copies.scripts(tx, contest_id) if one.state is ScriptState.WITHDRAWN}
        chosen = [one["entry_id"] for one in named[-1].data["entries"]] if named else []
        each = timedelta(minutes=contest.presentation_minutes + contest.question_minutes)
        entries = [entry for entry in chosen if entry not in gone]
        event = drawn.draw(entries, asked or fresh, act.at, first_at=contest.timetable.final_at, each=each)
        shown = []
        for place in event.slots:
            script = await copies.script(tx, place.entry_id)
            slot = Slot(
                id=place.slot_id,
                contest_id=contest_id,
                code=script.code,
                title=script.title,
                **place.model_dump(exclude={"slot_id"}),
            )
            await repository.save_slot(tx, slot)
            shown.append({"slot_id": slot.id, "position": slot.position, "code": slot.code})
        await repository.save_final(tx, drawn)
        await rubrics.freeze(tx, contest_id, FINAL, act.at)
        data = {"seed": event.seed, "slots": [place.model_dump(exclude={"starts_at"}) for place in event.slots]}
        await act.note(tx, contest_id, "order.drawn", data)
        await outbox.add(tx, event, subject=contest_id, seq=drawn.facts, by=act.by.id, time=act.at)
        return {"seed": event.seed, "slots": shown}

    return await act.once(store, "finals.draw", {"contest_id": contest_id, "seed": asked}, work)


async def _stage(
    store: Store, slot_id: str, act: Act, body: Document, step: Callable[[Tx, Final, Slot], Awaitable[None]]
) -> Document:
    """One step of the organiser with a slot: `step` changes slot and final, both are saved."""

    async def work(tx: Tx) -> Document:
        slot = await repository.slot(tx, slot_id)
        act.by.require(Role.ORGANISER, scope=slot.contest_id)
        whole = await repository.final(tx, slot.contest_id)
        await step(tx, whole, slot)
        await repository.save_slot(tx, slot)
        await repository.save_final(tx, whole)
        return {"slot_id": slot.id, "contest_id": slot.contest_id, "state": slot.state.value}

    return await act.once(store, f"finals.{step.__name__}", {"slot_id": slot_id, **body}, work)


async def open_slot(store: Store, slot_id: str, act: Act) -> Document:
    """Let the judges mark a finalist. Raises FinalIsLocked, AnotherSlotOpen, SlotNotWaiting."""

    async def opening(tx: Tx, whole: Final, slot: Slot) -> None:
        whole.opened(slot)
        event = slot.open(act.at)
        await act.log(tx, slot, "slot.opened", position=slot.position)
        await act.tell(tx, slot, event)

    return await _stage(store, slot_id, act, {}, opening)


async def close_slot(store: Store, slot_id: str, act: Act, *, reason: str = "") -> Document:
    """End the marking of a finalist. Raises FinalIsLocked, SlotNotOpen, BelowQuorum."""

    async def closing(tx: Tx, whole: Final, slot: Slot) -> None:
        whole.ended(slot)
        rubric = await rubrics.get(tx, slot.contest_id, FINAL)
        given = len(await repository.scores(tx, slot.id))
        event = slot.close(act.at, given=given, quorum=rubric.quorum, reason=reason)
        await act.log(tx, slot, "slot.closed", judges=given, reason=reason)
        await act.tell(tx, slot, event)

    return await _stage(store, slot_id, act, {"reason": reason}, closing)


async def set_aside(store: Store, slot_id: str, act: Act, *, outcome: SlotState, reason: str) -> Document:
    """A finalist did not come (absent) or withdrew: no mark, which is not zero. Raises SlotNotWaiting, ReasonNeeded."""

    async def setting_aside(tx: Tx, whole: Final, slot: Slot) -> None:
        whole.ended(slot)
        event = slot.set_aside(outcome, act.at, reason=reason)
        await act.log(tx, slot, f"slot.{outcome.value}", reason=reason)
        await act.tell(tx, slot, event)

    return await _stage(store, slot_id, act, {"outcome": outcome.value, "reason": reason}, setting_aside)


async def withdraw(tx: Tx, entry_id: str, at: datetime) -> None:
    """The entrant took an accepted entry back: one line of the log, and its slot is over if it was still to come.

    The lines name nobody: they are published, and an owner's id would tie the code of the script to a person.
    """
    gone = await copies.remember_withdrawal(tx, entry_id)
    if gone is None:
        return
    act = Act(_NOBODY, "", at)
    await act.note(tx, gone.contest_id, "script.withdrawn", {"entry_id": entry_id, "at": at}, _BOTH_ROUNDS)
    for slot in await repository.slots(tx, gone.contest_id):
        if slot.entry_id == entry_id and slot.state is SlotState.DRAWN:
            event = slot.set_aside(SlotState.WITHDRAWN, at, reason=_TAKEN_BACK)
            await repository.save_slot(tx, slot)
            await act.log(tx, slot, "slot.withdrawn", reason=_TAKEN_BACK)
            await act.tell(tx, slot, event)


async def excluded(tx: Tx, slot: Slot) -> set[str]:
    """The judges who may not mark a slot: conflicts on the day it was opened (now, while it waits), and recusals."""
    away = await juries.conflicted(tx, slot.contest_id, slot.entry_id, slot.opened_at or now())
    return away | await repository.recused(tx, slot.id)


async def panel(tx: Tx, slot: Slot) -> list[PersonCopy]:
    """The judges of the contest who may mark a slot, by given name."""
    away = await excluded(tx, slot)
    return [judge for judge in await copies.judges(tx, slot.contest_id) if judge.id not in away]


async def _markable(tx: Tx, slot_id: str, by: Person) -> Slot:
    slot = await repository.slot(tx, slot_id)
    if not by.may(Role.JUDGE, slot.contest_id):
        raise NotFound
    (await repository.final(tx, slot.contest_id)).require_unlocked()
    if by.id in await excluded(tx, slot):
        raise domain.JudgeExcluded
    return slot


async def give(store: Store, slot_id: str, act: Act, *, revision: int, marks: dict[str, Decimal]) -> Document:
    """Take a judge's marks for the open slot: log line, fact and score in one transaction.

    `revision` is what the judge's screen showed (0 for none yet). Raises StaleScore, SlotNotOpen, FinalIsLocked,
    JudgeExcluded, MarksInvalid.
    """

    async def work(tx: Tx) -> Document:
        slot = await _markable(tx, slot_id, act.by)
        rubric = await rubrics.get(tx, slot.contest_id, FINAL)
        total, fitted = rubric.check(marks), rubric.fitted(marks)
        score = await repository.score(tx, slot, act.by.id)
        score.renew(revision, fitted, total, act.at)
        event = slot.give(score)
        await repository.save_slot(tx, slot)
        await repository.save_score(tx, score)
        given = {"judge_id": act.by.id, "marks": fitted, "total": total, "revision": score.revision}
        await act.log(tx, slot, "score.given", **given, rubric_version=rubric.version)
        await act.tell(tx, slot, event)
        return {"total": f"{total:f}", "revision": score.revision}

    asked = {"slot_id": slot_id, "revision": revision, "marks": {name: f"{mark:f}" for name, mark in marks.items()}}
    return await act.once(store, "finals.give", asked, work)


async def recuse(store: Store, slot_id: str, act: Act, *, reason: str) -> Document:
    """A judge steps back from a slot before marking it. Raises ReasonNeeded, AlreadyScored, JudgeExcluded."""

    async def work(tx: Tx) -> Document:
        slot = await _markable(tx, slot_id, act.by)
        if not reason:
            raise domain.ReasonNeeded(field="reason")
        if (await repository.score(tx, slot, act.by.id)).revision:
            raise domain.AlreadyScored
        await repository.recuse(tx, slot.id, act.by.id)
        await act.log(tx, slot, "judge.recused", judge_id=act.by.id, reason=reason)
        return {"slot_id": slot.id, "state": "recused"}

    return await act.once(store, "finals.recuse", {"slot_id": slot_id, "reason": reason}, work)


async def lock(store: Store, contest_id: str, act: Act) -> Document:
    """End the final for good. Raises FinalIsLocked, SlotsUnfinished."""
    act.by.require(Role.ORGANISER, scope=contest_id)

    async def work(tx: Tx) -> Document:
        whole = await repository.final(tx, contest_id)
        whole.lock(await repository.slots(tx, contest_id), act.by.id, act.at)
        await repository.save_final(tx, whole)
        line = await act.note(tx, contest_id, "final.locked", {})
        return {"contest_id": contest_id, "state": whole.state.value, "log_head": line.hash}

    return await act.once(store, "finals.lock", {"contest_id": contest_id}, work)


async def is_locked(tx: Tx, contest_id: str) -> bool:
    """Whether the final of a contest has ended."""
    return (await repository.final(tx, contest_id)).state is FinalState.LOCKED


async def final(tx: Tx, contest_id: str) -> Final:
    """The final of a contest, an empty one before the order is drawn."""
    return await repository.final(tx, contest_id)


async def finals(tx: Tx) -> list[Final]:
    """Every final that has an order, the latest first."""
    return await repository.finals(tx)


async def slots(tx: Tx, contest_id: str) -> list[Slot]:
    """The slots of a final in the running order."""
    return await repository.slots(tx, contest_id)


async def scores(tx: Tx, slot_id: str) -> list[Score]:
    """What the judges have given a slot so far."""
    return await repository.scores(tx, slot_id)


async def _desk(tx: Tx, contest_id: str) -> Document:
    whole = await repository.final(tx, contest_id)
    return {
        "final": whole,
        "slot": await repository.slot(tx, whole.open_slot) if whole.open_slot else None,
        "slots": await repository.slots(tx, contest_id),
        "rubric": await rubrics.find(tx, contest_id, FINAL),
    }


async def judge_desk(tx: Tx, contest_id: str, judge_id: str) -> Document:
    """What a judge's tablet shows: the open slot, the rubric, the marks sent so far."""
    desk = await _desk(tx, contest_id)
    slot: Slot | None = desk["slot"]
    return {
        **desk,
        "score": await repository.score(tx, slot, judge_id) if slot else None,
        "excluded": slot is not None and judge_id in await excluded(tx, slot),
        "mine": await repository.mine(tx, contest_id, judge_id),
    }


async def console(tx: Tx, contest_id: str) -> Document:
    """What the organiser's console shows: the order, and who has marked the open slot."""
    desk = await _desk(tx, contest_id)
    slot: Slot | None = desk["slot"]
    given = {score.judge_id: score.revision for score in await repository.scores(tx, slot.id)} if slot else {}
    judges = await panel(tx, slot) if slot else []
    return {
        **desk,
        "judges": [{"name": judge.name, "revision": given.get(judge.id, 0)} for judge in judges],
        "given": len(given),
        "named": bool(await scorelog.lines(tx, contest_id, kinds=("finalists.named",))),
    }
