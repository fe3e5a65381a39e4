"""The running figure of a slot and what the screens show of it. Marks stay unseen until their slot is closed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import BaseModel

from services.judging.finals.domain import FinalState, Score, Slot, SlotState
from shared import recount
from shared.events.judging import ScoreGiven, SlotClosed, SlotOpened

Figure = dict[str, object]
"""The running figure of a slot as JSON: who has marked, with which revision and total, and how far the slot is."""
_ORDER = {SlotState.DRAWN: 0, SlotState.OPEN: 1, SlotState.CLOSED: 2, SlotState.ABSENT: 2, SlotState.WITHDRAWN: 2}


class Board(BaseModel):
    """The figure of a slot as the screens read it. `moves` only grows, whatever the order facts come in."""

    id: str
    contest_id: str
    entry_id: str
    position: int | None = None
    state: SlotState = SlotState.DRAWN
    seq: int = 0
    judges: dict[str, dict[str, str]] = {}
    count: int = 0
    mean: Decimal | None = None
    moves: int = 0

    def after(self, event: SlotOpened | ScoreGiven | SlotClosed, seq: int) -> "Board":
        """The board once `event` is known. Known and older facts change nothing, so a replay is harmless."""
        judges, state = dict(self.judges), self.state
        if isinstance(event, ScoreGiven):
            if event.revision > int(judges.get(event.judge_id, {}).get("revision", 0)):
                judges[event.judge_id] = {"revision": str(event.revision), "total": f"{event.total:f}"}
        else:
            reached = SlotState.OPEN if isinstance(event, SlotOpened) else SlotState(event.outcome)
            state = max(state, reached, key=_ORDER.__getitem__)
        totals = [Decimal(given["total"]) for given in judges.values()]
        moves = _ORDER[state] + sum(int(given["revision"]) for given in judges.values())
        return Board(
            id=self.id,
            contest_id=self.contest_id,
            entry_id=self.entry_id,
            seq=max(self.seq, seq),
            state=state,
            position=self.position if isinstance(event, ScoreGiven) else event.position,
            judges=judges,
            count=len(judges),
            mean=recount.mean(totals) if totals else None,
            moves=moves,
        )


def figure_of(slot: Slot, scores: Sequence[Score]) -> Board:
    """The figure as the final itself knows it, to hold the running one against."""
    totals = [given.total for given in scores if given.total is not None]
    return Board(
        id=slot.id,
        contest_id=slot.contest_id,
        entry_id=slot.entry_id,
        position=slot.position,
        state=slot.state,
        seq=slot.facts,
        judges={one.judge_id: {"revision": str(one.revision), "total": f"{one.total:f}"} for one in scores},
        count=len(totals),
        mean=recount.mean(totals) if totals else None,
        moves=_ORDER[slot.state] + sum(one.revision for one in scores),
    )


def board_of(figure: Figure | None, event: SlotOpened | ScoreGiven | SlotClosed) -> Board:
    """The board kept in a figure, or an empty one for the slot of `event`."""
    if figure:
        return Board.model_validate(figure)
    return Board(id=event.slot_id, contest_id=event.contest_id, entry_id=event.entry_id)


class Row(BaseModel):
    """A finalist on the board. `mean` is None while the slot is open, and for good below the quorum."""

    slot_id: str
    position: int
    title: str
    state: SlotState
    starts_at: datetime | None
    opened_at: datetime | None
    marked: int
    panel: int
    mean: Decimal | None = None
    rank: int | None = None


class Screen(BaseModel):
    """The whole board of a final as everybody may see it. `version` grows with every move."""

    contest_id: str
    slug: str
    name: str
    state: FinalState
    version: int
    quorum: int
    presentation_minutes: int
    question_minutes: int
    rows: list[Row]

    @property
    def current(self) -> Row | None:
        """The finalist on stage."""
        return next((row for row in self.rows if row.state is SlotState.OPEN), None)

    @property
    def talk_ends(self) -> datetime | None:
        """When the finalist on stage should have finished speaking."""
        current = self.current
        if current is None or current.opened_at is None:
            return None
        return current.opened_at + timedelta(minutes=self.presentation_minutes)

    @property
    def questions_end(self) -> datetime | None:
        """When the judges' questions should be over."""
        talk = self.talk_ends
        return talk + timedelta(minutes=self.question_minutes) if talk else None

    @property
    def waiting(self) -> list[Row]:
        """Who is still to come, in order."""
        return [row for row in self.rows if row.state is SlotState.DRAWN]

    @property
    def finished(self) -> list[Row]:
        """Who is done: by mean, then those without one."""
        over = [row for row in self.rows if row.state not in (SlotState.OPEN, SlotState.DRAWN)]
        return sorted(over, key=lambda row: (row.mean is None, -(row.mean or 0), row.position))


def row_of(slot: Slot, board: Board | None, *, panel: int, quorum: int) -> Row:
    """A line of the board: the slot says how far it is, the figure how many have marked and with which mean."""
    known = board is not None and board.state is SlotState.CLOSED and slot.state is SlotState.CLOSED
    shown = board.mean if board is not None and known and board.count >= quorum else None
    return Row(
        slot_id=slot.id,
        position=slot.position,
        title=slot.title,
        state=slot.state,
        starts_at=slot.starts_at,
        opened_at=slot.opened_at,
        marked=board.count if board else 0,
        panel=panel,
        mean=shown,
    )


def ranked(rows: list[Row]) -> list[Row]:
    """The rows with the rank of every shown mean; equal means share it."""
    means = sorted((row.mean for row in rows if row.mean is not None), reverse=True)
    return [
        row.model_copy(update={"rank": means.index(row.mean) + 1 if row.mean is not None else None}) for row in rows
    ]
