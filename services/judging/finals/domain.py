"""The final, its slots and its marks: states and rules. A slot without marks, absent and withdrawn are never zero."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel

from shared import recount
from shared.errors import Refusal
from shared.events.judging import RunningOrderDrawn, ScoreGiven, SlotClosed, SlotOpened
from shared.events.judging import Slot as Place
from shared.ids import derived_id


class FinalState(StrEnum):
    """How far the final of a contest is."""

    NONE = "none"
    ORDERED = "ordered"
    RUNNING = "running"
    LOCKED = "locked"


class SlotState(StrEnum):
    """How far one finalist is."""

    DRAWN = "drawn"
    OPEN = "open"
    CLOSED = "closed"
    ABSENT = "absent"
    WITHDRAWN = "withdrawn"


class OrderAlreadyDrawn(Refusal):
    """The lot is drawn once."""

    code = "order_already_drawn"
    message = "Thứ tự thi đã được bốc thăm và ghi vào nhật ký, không bốc lại được."


class NoFinalists(Refusal):
    """Nobody was named for the final yet."""

    code = "no_finalists"
    message = "Chưa công bố danh sách vào chung khảo nên chưa bốc thăm được."


class FinalIsLocked(Refusal):
    """After the lock nothing is written, ever."""

    code = "final_locked"
    message = "Vòng chung khảo đã khóa; không ghi thêm gì được nữa."


class AnotherSlotOpen(Refusal):
    """One finalist is on stage at a time."""

    code = "another_slot_open"
    message = "Đang có một phần thi mở. Hãy đóng phần thi đó trước."


class SlotNotWaiting(Refusal):
    """The slot was opened or ended before."""

    code = "slot_not_waiting"
    message = "Phần thi này không còn ở trạng thái chờ."


class SlotNotOpen(Refusal):
    """Marks are taken only while the slot is open."""

    code = "slot_not_open"
    message = "Phần thi này không mở chấm (chưa mở hoặc đã đóng), nên điểm chưa được ghi."


class SlotsUnfinished(Refusal):
    """Every slot must be over before the lock."""

    code = "slots_unfinished"
    message = "Còn phần thi chưa đóng, chưa khóa vòng chung khảo được."


class BelowQuorum(Refusal):
    """Too few judges have marked."""

    code = "below_quorum"
    message = "Số giám khảo đã chấm chưa đủ. Nếu vẫn đóng, bài này không được xếp hạng; hãy ghi rõ lý do."


class ReasonNeeded(Refusal):
    """An act that takes marks away needs a reason."""

    code = "reason_needed"
    status = 422
    message = "Hãy ghi lý do; lý do được lưu trong nhật ký."


class JudgeExcluded(Refusal):
    """A conflict of interest, or the judge stepped back."""

    code = "judge_excluded"
    status = 403
    message = "Bạn không chấm bài này vì có xung đột lợi ích hoặc đã xin không chấm."


class AlreadyScored(Refusal):
    """Marks that were sent are in the log and count: only other marks can take their place."""

    code = "already_scored"
    message = (
        "Bạn đã gửi điểm cho bài này nên không xin rút khỏi bài được nữa: điểm đã vào nhật ký và được tính. "
        "Khi phần thi còn mở, bạn vẫn đổi được điểm bằng cách gửi lại."
    )


class StaleScore(Refusal):
    """Two tablets of one judge: the second saw an old revision."""

    code = "stale_score"
    message = "Điểm của bạn vừa được gửi từ thiết bị khác. Hãy xem cả hai bản rồi gửi lại bản đúng."


class Score(BaseModel):
    """The marks of one judge for one slot; every sending is a new revision."""

    id: str
    slot_id: str
    contest_id: str
    entry_id: str
    judge_id: str
    revision: int = 0
    marks: dict[str, Decimal] = {}
    total: Decimal | None = None
    given_at: datetime | None = None

    def renew(self, revision: int, marks: dict[str, Decimal], total: Decimal, at: datetime) -> None:
        """Take `marks` in place of what `revision` saw. Raises StaleScore with both values."""
        if revision != self.revision:
            raise StaleScore(
                revision=self.revision,
                stored={name: f"{mark:f}" for name, mark in self.marks.items()},
                yours={name: f"{mark:f}" for name, mark in marks.items()},
            )
        self.revision, self.marks, self.total, self.given_at = revision + 1, marks, total, at


class Slot(BaseModel):
    """One finalist's place on stage; `facts` counts what was published of it."""

    id: str
    version: int = 0
    facts: int = 0
    contest_id: str
    entry_id: str
    code: str
    title: str
    position: int
    state: SlotState = SlotState.DRAWN
    starts_at: datetime | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more is expected of this slot."""
        return self.state not in (SlotState.DRAWN, SlotState.OPEN)

    def open(self, at: datetime) -> SlotOpened:
        """Let the judges mark. Raises SlotNotWaiting."""
        if self.state is not SlotState.DRAWN:
            raise SlotNotWaiting
        self.state, self.opened_at, self.facts = SlotState.OPEN, at, self.facts + 1
        return SlotOpened(
            slot_id=self.id, contest_id=self.contest_id, entry_id=self.entry_id, position=self.position, opened_at=at
        )

    def give(self, score: Score) -> ScoreGiven:
        """Take a judge's marks. Raises SlotNotOpen."""
        if self.state is not SlotState.OPEN:
            raise SlotNotOpen
        assert score.total is not None  # noqa: S101 - a renewed score has one
        assert score.given_at is not None  # noqa: S101 - the same
        self.facts += 1
        return ScoreGiven(
            slot_id=self.id,
            contest_id=self.contest_id,
            entry_id=self.entry_id,
            judge_id=score.judge_id,
            revision=score.revision,
            marks=score.marks,
            total=score.total,
            given_at=score.given_at,
        )

    def close(self, at: datetime, *, given: int, quorum: int, reason: str) -> SlotClosed:
        """End marking. Raises SlotNotOpen, or BelowQuorum when too few have marked and no reason is given."""
        if self.state is not SlotState.OPEN:
            raise SlotNotOpen
        if given < quorum and not reason:
            raise BelowQuorum(given=given, quorum=quorum, field="reason")
        return self._end(SlotState.CLOSED, at)

    def set_aside(self, outcome: SlotState, at: datetime, *, reason: str) -> SlotClosed:
        """The finalist did not come, or withdrew. Raises SlotNotWaiting, ReasonNeeded."""
        if self.over:
            raise SlotNotWaiting
        if not reason:
            raise ReasonNeeded(field="reason")
        return self._end(outcome, at)

    def _end(self, state: SlotState, at: datetime) -> SlotClosed:
        self.state, self.closed_at, self.facts = state, at, self.facts + 1
        return SlotClosed(
            slot_id=self.id,
            contest_id=self.contest_id,
            entry_id=self.entry_id,
            position=self.position,
            closed_at=at,
            outcome=state.value,
        )


class Final(BaseModel):
    """The final of a contest; only one of its slots is open at a time, and after the lock nothing is written."""

    id: str
    version: int = 0
    facts: int = 0
    state: FinalState = FinalState.NONE
    seed: str = ""
    open_slot: str | None = None
    drawn_at: datetime | None = None
    locked_at: datetime | None = None
    locked_by: str | None = None

    def draw(
        self, entries: Iterable[str], seed: str, at: datetime, *, first_at: datetime | None, each: timedelta
    ) -> RunningOrderDrawn:
        """Draw the order of `entries` from `seed`. Raises OrderAlreadyDrawn, NoFinalists."""
        if self.state is not FinalState.NONE:
            raise OrderAlreadyDrawn
        order = recount.running_order(seed, entries)
        if not order:
            raise NoFinalists
        self.state, self.seed, self.drawn_at, self.facts = FinalState.ORDERED, seed, at, self.facts + 1
        slots = [
            Place(
                slot_id=derived_id("slot", self.id, entry),
                entry_id=entry,
                position=position,
                starts_at=first_at + (position - 1) * each if first_at else None,
            )
            for position, entry in enumerate(order, start=1)
        ]
        return RunningOrderDrawn(contest_id=self.id, slots=slots, seed=seed, drawn_at=at)

    def require_unlocked(self) -> None:
        """Raises FinalIsLocked."""
        if self.state is FinalState.LOCKED:
            raise FinalIsLocked

    def opened(self, slot: Slot) -> None:
        """Remember the open slot. Raises FinalIsLocked, AnotherSlotOpen."""
        self.require_unlocked()
        if self.open_slot is not None:
            raise AnotherSlotOpen(slot_id=self.open_slot)
        self.state, self.open_slot = FinalState.RUNNING, slot.id

    def ended(self, slot: Slot) -> None:
        """A slot is over. Raises FinalIsLocked."""
        self.require_unlocked()
        if self.open_slot == slot.id:
            self.open_slot = None

    def lock(self, slots: Sequence[Slot], by: str, at: datetime) -> None:
        """End the final for good. Raises FinalIsLocked, SlotsUnfinished."""
        self.require_unlocked()
        waiting = [slot.code for slot in slots if not slot.over]
        if waiting or not slots:
            raise SlotsUnfinished(waiting=waiting)
        self.state, self.locked_at, self.locked_by = FinalState.LOCKED, at, by
