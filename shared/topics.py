"""Every topic in one table: publisher, key, partitions, retention, order. A deploy job creates them."""

from dataclasses import dataclass
from enum import StrEnum


class Order(StrEnum):
    """What a reader of a topic does with `seq`."""

    EVERY = "every"
    """Each fact of a key is applied, in order; a gap is parked and filled."""
    LATEST = "latest"
    """Facts carry full state and the topic is compacted: an older one is passed over, gaps are normal."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. `reason` says why nobody consumes it, where that is so."""

    name: str
    key: str
    partitions: int = 4
    order: Order = Order.EVERY
    compacted: bool = False
    retention_hours: int | None = None
    """How long messages are kept; None is for ever."""
    reason: str = ""

    @property
    def publisher(self) -> str:
        """The service whose relay is the only one to write here."""
        return self.name.split(".", maxsplit=1)[0]


CODES = Topic("submissions.codes", key="code id", retention_hours=1)
CONTESTS = Topic("submissions.contests", key="contest id", partitions=1)
PEOPLE = Topic("submissions.people", key="person id", order=Order.LATEST, compacted=True)
UNITS = Topic("submissions.units", key="unit id", partitions=1, order=Order.LATEST, compacted=True)
ENTRIES = Topic("submissions.entries", key="entry id")
SCRIPTS = Topic("judging.scripts", key="entry id")
PANELS = Topic("judging.panels", key="contest id : round", partitions=1)
SHEETS = Topic("judging.sheets", key="sheet id")
FINALS = Topic("judging.finals", key="contest id", partitions=1)
SLOTS = Topic("judging.slots", key="slot id")
RESULTS = Topic("judging.results", key="contest id : round", partitions=1)
DELIVERIES = Topic("notifications.deliveries", key="delivery id")

TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (CODES, CONTESTS, PEOPLE, UNITS, ENTRIES, SCRIPTS, PANELS, SHEETS, FINALS, SLOTS, RESULTS, DELIVERIES)
}


@dataclass(frozen=True, slots=True)
class Changelog:
    """The changelog of a Faust table; it must have as many partitions as the topic that feeds the table."""

    service: str
    table: str
    source: Topic

    @property
    def name(self) -> str:
        """The name Faust derives from the application's id and the table's."""
        return f"{self.service}-{self.table}-changelog"


SLOT_TOTALS = Changelog("judging", "slot_totals", SLOTS)
SHEET_PROGRESS = Changelog("judging", "sheet_progress", SHEETS)
CHANGELOGS = (SLOT_TOTALS, SHEET_PROGRESS)
