"""Facts published by the submissions service. Names and contacts travel only on `submissions.people`."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from pydantic import AwareDatetime

from shared.events.envelope import Body, Event
from shared.events.rules import Choice, EntrantGroup, Move, Part, Plan, Prize, Role, Timetable

__all__ = ["Choice", "EntrantGroup", "Move", "Part", "Plan", "Prize", "Role", "Timetable"]


class ContestPublished(Event):
    """A contest, or a new version of it, became public: every service keeps its rules as a copy."""

    type: ClassVar[str] = "submissions.contest.published.v1"
    topic: ClassVar[str] = "submissions.contests"

    contest_id: str
    version: int
    slug: str
    name: str
    short_name: str
    year: int
    plan: Plan | None = None
    entrant_groups: list[EntrantGroup]
    content_groups: list[Choice]
    goals: list[Choice] = []
    parts: list[Part]
    timetable: Timetable
    finalists: int
    presentation_minutes: int
    question_minutes: int
    prizes: list[Prize]
    state: str = "published"
    """`published`, `closed` or `archived`."""
    complaint_days: int | None = None
    """Working days after publication of the result in which complaints are taken; None: no window."""
    retention_months: int | None = None
    """How long personal data of this contest is kept after its result; None: not decided."""


class ContestRescheduled(Event):
    """A deadline or the final of a published contest was moved: those concerned are told the old and the new instant.

    Comes right after the `ContestPublished` with the new timetable.
    """

    type: ClassVar[str] = "submissions.contest.rescheduled.v1"
    topic: ClassVar[str] = "submissions.contests"

    contest_id: str
    version: int
    changes: list[Move]
    reason: str
    rescheduled_at: AwareDatetime


class CodeIssued(Event):
    """A one-time code is to be sent. Address and code travel sealed (`shared.sealed`, purpose `codes`), for minutes only.

    Unsealed: `address` (e-mail or E.164), `code` (digits), `name` (how to greet, may be empty).
    """

    type: ClassVar[str] = "submissions.code.issued.v1"
    topic: ClassVar[str] = "submissions.codes"

    code_id: str
    purpose: str
    """`sign_up`, `sign_in`, `reset`, `confirm` (a new address of an account), `known` (an address that has an account),
    `invitation` (a link); `moved`, `password`, `factor`, `factors_off`: news without a code."""
    channel: str
    """`email` or `sms`."""
    sealed: str
    expires_at: AwareDatetime


class PersonUpdated(Event):
    """A person's account was created or changed: full state. Compacted, so that a person can be erased."""

    type: ClassVar[str] = "submissions.person.updated.v1"
    topic: ClassVar[str] = "submissions.people"

    person_id: str
    name: str
    email: str = ""
    phone: str = ""
    unit_id: str | None = None
    roles: list[Role] = []
    kind: str = ""
    """`resident`, `organisation` or `official`."""
    sort_name: str = ""
    """Key that sorts by given name; empty: made from `name`."""
    consents: list[str] = []
    """Purposes the person agrees to now."""
    active: bool = True
    signed_out_before: AwareDatetime | None = None
    """Identity tokens issued before this instant are void in every service."""


class UnitUpdated(Event):
    """A unit of the dated tree was created or changed: full state, for conflicts and for lists."""

    type: ClassVar[str] = "submissions.unit.updated.v1"
    topic: ClassVar[str] = "submissions.units"

    unit_id: str
    name: str
    level: str
    parent_id: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successors: list[str] = []
    code: str = ""
    """Official code of the unit, where there is one."""


class File(Body):
    """A file of an entry; its bytes stay with submissions, its name may name the author and stays too."""

    file_id: str
    media_type: str
    size: int
    sha256: str


class Effect(Body):
    """What an initiative saves, as a number; `basis` says how it was computed."""

    what: str
    """`time`, `cost` or `other`."""
    amount: Decimal
    unit: str
    basis: str


class OfEntry(Body):
    """Whose entry it is about; letters go to the `representative_id`, where a group named one."""

    entry_id: str
    contest_id: str
    owner_id: str
    representative_id: str = ""


class EntryBegun(Event):
    """A draft was begun: whoever is told of a moved deadline must be known before handing in."""

    type: ClassVar[str] = "submissions.entry.begun.v1"
    topic: ClassVar[str] = "submissions.entries"

    entry_id: str
    contest_id: str
    owner_id: str
    begun_at: AwareDatetime


class EntrySubmitted(OfEntry, Event):
    """An entry was handed in, or handed in again before the deadline; asks for a receipt and a register line."""

    type: ClassVar[str] = "submissions.entry.submitted.v1"
    topic: ClassVar[str] = "submissions.entries"

    receipt: str
    revision: int
    channel: str = "online"
    """`online`, or how a paper came: `desk`, `post`, `email`, `commune`."""
    received_at: AwareDatetime | None = None
    """When a paper arrived; None: it was handed in online."""
    entrant_group: str
    content_group: str
    author_ids: list[str]
    unit_id: str | None = None
    title: str
    files: list[File] = []
    submitted_at: AwareDatetime


class EntryWithdrawn(OfEntry, Event):
    """The entrant took the entry back before the deadline."""

    type: ClassVar[str] = "submissions.entry.withdrawn.v1"
    topic: ClassVar[str] = "submissions.entries"

    reason: str = ""


class EntryReturned(OfEntry, Event):
    """The secretary sent the entry back with a reason; the entrant may mend it until `until`."""

    type: ClassVar[str] = "submissions.entry.returned.v1"
    topic: ClassVar[str] = "submissions.entries"

    reason: str
    until: AwareDatetime
    missing: list[str] = []
    """What of the contest's requirements is missing, in words."""


class EntryRefused(OfEntry, Event):
    """The formal check refused the entry for good; `rule` names what the contest's rules say, `reason` says it in words."""

    type: ClassVar[str] = "submissions.entry.refused.v1"
    topic: ClassVar[str] = "submissions.entries"

    rule: str
    reason: str
    refused_at: AwareDatetime


class EntryReopened(OfEntry, Event):
    """A refusal was taken back with a reason: the entry waits for the formal check again."""

    type: ClassVar[str] = "submissions.entry.reopened.v1"
    topic: ClassVar[str] = "submissions.entries"

    reason: str
    reopened_at: AwareDatetime


class EntryAttributed(OfEntry, Event):
    """Whose it is was told anew: somebody took their paper over, or a paper that was joined names further authors."""

    type: ClassVar[str] = "submissions.entry.attributed.v1"
    topic: ClassVar[str] = "submissions.entries"

    author_ids: list[str]
    unit_ids: list[str] = []
    """As of EntryAccepted, and those of whoever is new."""
    shares: dict[str, Decimal] = {}
    attributed_at: AwareDatetime


class AuthorParted(OfEntry, Event):
    """A co-author is none any more: by their `own_wish`, or the owner took them out. Both of them are told."""

    type: ClassVar[str] = "submissions.author.parted.v1"
    topic: ClassVar[str] = "submissions.entries"

    person_id: str
    title: str
    own_wish: bool
    handed_in: bool
    """Whether the entry was handed in with them, and so has to be handed in again."""


class EntryReminded(OfEntry, Event):
    """A complete draft has not been handed in and the contest closes in `hours`: its owner is to be reminded."""

    type: ClassVar[str] = "submissions.entry.reminded.v1"
    topic: ClassVar[str] = "submissions.entries"

    title: str
    hours: int
    """72, 24 or 2."""
    closes_at: AwareDatetime


class FileRefused(OfEntry, Event):
    """A file turned out to be of no use after it was taken: its owner is told once, the register shows it.

    `fault`: `infected` (malicious code, nobody opens it) or `not_copied` (no copy for the jury can be made from it).
    """

    type: ClassVar[str] = "submissions.file.refused.v1"
    topic: ClassVar[str] = "submissions.entries"

    file_id: str
    fault: str
    title: str
    handed_in: bool
    """Whether the version that counts has it."""


class EntryAccepted(OfEntry, Event):
    """The entry passed the formal check: judging copies its text, gives it a code and seals its authors."""

    type: ClassVar[str] = "submissions.entry.accepted.v1"
    topic: ClassVar[str] = "submissions.entries"

    author_ids: list[str]
    unit_ids: list[str] = []
    """Units of all authors on the day of submission, for conflicts of interest."""
    entrant_group: str
    content_group: str
    track: str
    title: str
    parts: dict[str, str]
    effects: list[Effect] = []
    judge_copies: list[File] = []
    """Files made again without metadata and without names, for the jury."""
    accepted_at: AwareDatetime
    shares: dict[str, Decimal] = {}
    """Percent by author; empty for an owner alone."""
