"""What the demo's people hold when it is over, and what the system shows of the same: plain values, nothing is asked here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from deploy.demo.client import Json
from deploy.demo.writing import HandedIn


@dataclass(frozen=True, slots=True)
class Sealed:
    """A judge's proof of a sealed sheet."""

    sheet_id: str
    judge_id: str
    total: str
    hash: str


@dataclass(frozen=True, slots=True)
class Given:
    """A judge's proof of marks given in the final."""

    slot_id: str
    judge_id: str
    total: str
    revision: int


@dataclass(slots=True)
class Held:
    """The proofs that people were given in the course of a contest."""

    sealed: list[Sealed] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    """Entries sent back by the secretary."""
    mended: list[str] = field(default_factory=list)
    """Entries handed in a second time."""
    withdrawn: list[HandedIn] = field(default_factory=list)
    """Handed in beside the others and taken back."""
    refused: list[HandedIn] = field(default_factory=list)
    """Handed in beside the others and refused."""
    slots: dict[str, str] = field(default_factory=dict)
    """Slot of the final -> position, as drawn."""
    slug: str = ""
    """Of the published result."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the services show. `mails` are Message-IDs at the mail catcher, None where nobody can look there."""

    register: Sequence[Json]
    log: Sequence[Json]
    """The lines of the published file."""
    progress: Json
    board: Json
    deliveries: Sequence[Json]
    inboxes: Mapping[str, Sequence[str]]
    """Person -> ids of the notices in the list, as far as anybody looked."""
    files: Mapping[str, int]
    """Entry -> attached files."""
    mails: Sequence[str] | None
