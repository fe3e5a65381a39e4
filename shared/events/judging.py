"""Facts published by the judging service. Entries go by id, judges by person id; marks are decimal strings."""

from decimal import Decimal
from typing import ClassVar

from pydantic import AwareDatetime

from shared.events.envelope import Body, Event


class ScriptCoded(Event):
    """An accepted entry got its secret code (số phách); the code itself stays in judging."""

    type: ClassVar[str] = "judging.script.coded.v1"
    topic: ClassVar[str] = "judging.scripts"

    entry_id: str
    contest_id: str
    coded_at: AwareDatetime


class Load(Body):
    """How many scripts a judge was given."""

    judge_id: str
    scripts: int


class ScriptsAssigned(Event):
    """The lot gave every script of a round its readers; each judge is told how many wait."""

    type: ClassVar[str] = "judging.scripts.assigned.v1"
    topic: ClassVar[str] = "judging.panels"

    contest_id: str
    round: str
    loads: list[Load]
    seed: str
    assigned_at: AwareDatetime


class ThirdReaderCalled(Event):
    """Two readers differ by more than the limit: a third one was drawn and is told."""

    type: ClassVar[str] = "judging.third-reader.called.v1"
    topic: ClassVar[str] = "judging.panels"

    contest_id: str
    round: str
    judge_id: str
    entry_id: str
    gap: Decimal
    called_at: AwareDatetime


class SheetSealed(Event):
    """A judge sealed a written-round sheet: the progress board counts it."""

    type: ClassVar[str] = "judging.sheet.sealed.v1"
    topic: ClassVar[str] = "judging.sheets"

    sheet_id: str
    contest_id: str
    round: str
    entry_id: str
    judge_id: str
    total: Decimal
    sealed_at: AwareDatetime


class Slot(Body):
    """A place in the running order of the final."""

    slot_id: str
    entry_id: str
    position: int
    starts_at: AwareDatetime | None = None


class RunningOrderDrawn(Event):
    """The order of the final was drawn by lot; finalists are told their place."""

    type: ClassVar[str] = "judging.running-order.drawn.v1"
    topic: ClassVar[str] = "judging.finals"

    contest_id: str
    slots: list[Slot]
    seed: str
    drawn_at: AwareDatetime


class SlotOpened(Event):
    """A finalist is on stage; the judges may mark this slot."""

    type: ClassVar[str] = "judging.slot.opened.v1"
    topic: ClassVar[str] = "judging.slots"

    slot_id: str
    contest_id: str
    entry_id: str
    position: int
    opened_at: AwareDatetime


class ScoreGiven(Event):
    """A judge gave or changed the marks of an open slot; the live board moves."""

    type: ClassVar[str] = "judging.score.given.v1"
    topic: ClassVar[str] = "judging.slots"

    slot_id: str
    contest_id: str
    entry_id: str
    judge_id: str
    revision: int
    marks: dict[str, Decimal]
    total: Decimal
    given_at: AwareDatetime


class SlotClosed(Event):
    """Marking of a slot ended; its average may be shown."""

    type: ClassVar[str] = "judging.slot.closed.v1"
    topic: ClassVar[str] = "judging.slots"

    slot_id: str
    contest_id: str
    entry_id: str
    position: int
    closed_at: AwareDatetime
    outcome: str = "closed"
    """closed, absent or withdrawn: an absent finalist has no mark, which is not zero."""


class Finalist(Body):
    """An entry that goes on to the final, with its place and score in the written round."""

    entry_id: str
    rank: int
    score: Decimal


class FinalistsNamed(Event):
    """The written round was signed off and its finalists were named; entrants are told."""

    type: ClassVar[str] = "judging.finalists.named.v1"
    topic: ClassVar[str] = "judging.results"

    contest_id: str
    round: str
    result_version: int
    finalists: list[Finalist]
    named_at: AwareDatetime


class Place(Body):
    """A line of the published result; `prize_id` is None for an entry without a prize."""

    entry_id: str
    rank: int
    score: Decimal
    track: str
    prize_id: str | None = None
    prize_title: str | None = None


class ResultPublished(Event):
    """The final result, locked and signed off, became public; its file lets anyone recompute it."""

    type: ClassVar[str] = "judging.result.published.v1"
    topic: ClassVar[str] = "judging.results"

    contest_id: str
    result_version: int
    slug: str
    places: list[Place]
    file_sha256: str
    log_head: str
    published_at: AwareDatetime
