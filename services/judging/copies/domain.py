"""Scripts, sealed authors, people and units as judging knows them. How they are used is decided by other rooms."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.errors import Refusal
from shared.events.judging import ScriptCoded
from shared.events.submissions import ContestPublished, Effect, EntryAccepted, File
from shared.events.submissions import Role as HeldRole
from shared.redaction import hide
from shared.ui.filters import vn_number

ContestCopy = ContestPublished
"""The contest as it was last published."""


class CodesExhausted(Refusal):
    """Every code that was drawn is taken; a further try draws others."""

    code = "codes_exhausted"
    status = 503
    message = "Chưa rút được số phách chưa dùng. Hệ thống sẽ thử lại."


class ScriptState(StrEnum):
    """Whether a script takes part."""

    ACTIVE = "active"
    WITHDRAWN = "withdrawn"


class _Copy(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Script(_Copy):
    """An accepted entry as judges meet it: code, title and text, nobody's name."""

    entry_id: str
    code: str
    contest_id: str
    title: str
    parts: dict[str, str]
    effects: list[Effect] = []
    content_group: str
    judge_copies: list[File] = []
    state: ScriptState = ScriptState.ACTIVE
    accepted_at: datetime
    version: int = 0
    facts: int = 0

    @classmethod
    def of(cls, accepted: EntryAccepted, code: str) -> "Script":
        """A new script under `code`."""
        return cls.model_validate(
            {**_text(accepted), "entry_id": accepted.entry_id, "contest_id": accepted.contest_id, "code": code}
        )

    def replaced(self, accepted: EntryAccepted) -> "Script":
        """The same script after the entry was accepted again: new text, the same code."""
        return self.model_copy(update={**_text(accepted), "state": ScriptState.ACTIVE})

    def without(self, names: Sequence[str]) -> "Script":
        """The same script after its author was erased: no sentence names the author any more."""
        parts = {part_id: hide(text, names) for part_id, text in self.parts.items()}
        effects = [
            one.model_copy(update={"unit": hide(one.unit, names), "basis": hide(one.basis, names)})
            for one in self.effects
        ]
        return self.model_copy(update={"title": hide(self.title, names), "parts": parts, "effects": effects})

    def announce(self, at: datetime) -> ScriptCoded:
        """The fact that this script got its code."""
        self.facts += 1
        return ScriptCoded(entry_id=self.entry_id, contest_id=self.contest_id, coded_at=at)


def _text(accepted: EntryAccepted) -> dict[str, object]:
    names = ("title", "parts", "effects", "content_group", "judge_copies", "accepted_at")
    return {name: getattr(accepted, name) for name in names}


class Sealed(_Copy):
    """Who stands behind a script. Judges never see it."""

    entry_id: str
    contest_id: str
    owner_id: str
    author_ids: list[str]
    unit_ids: list[str] = []
    entrant_group: str
    track: str
    shares: dict[str, Decimal] = {}
    """Percent by author; empty for an owner alone."""
    representative_id: str = ""

    @property
    def people(self) -> set[str]:
        """Owner and authors."""
        return {self.owner_id, *self.author_ids}

    def opened(self) -> dict[str, Any]:
        """For the published file: the track, authors by their ids, with their shares, and who spoke for them. No name."""
        authors = [{"id": one} | ({"share": self.shares[one]} if one in self.shares else {}) for one in self.author_ids]
        return {"track": self.track, "authors": authors, "representative_id": self.representative_id or self.owner_id}

    def beside(self, person_id: str) -> str:
        """What stands beside an author's name in a result: ` (60%, đại diện)`; nothing for somebody alone."""
        share = [vn_number(self.shares[person_id]) + "%"] if person_id in self.shares else []
        speaks = self.author_ids[1:] and person_id == (self.representative_id or self.owner_id)
        office = ["đại diện"] if speaks else []
        return f" ({', '.join([*share, *office])})" if share or office else ""


class PersonCopy(_Copy):
    """A person without contacts."""

    id: str
    name: str
    unit_id: str | None = None
    roles: list[HeldRole] = []
    active: bool = True
    signed_out_before: datetime | None = None
    erased: bool = False
    """Nothing is left but the id, so that tokens given out before are void."""

    def forgotten(self, at: datetime) -> "PersonCopy":
        """The same person after the account was erased."""
        return PersonCopy(id=self.id, name="", active=False, signed_out_before=at, erased=True)


class UnitCopy(_Copy):
    """A unit of the dated tree."""

    id: str
    name: str
    parent_id: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successors: list[str] = []


def free_code(drawn: Sequence[str], taken: Collection[str]) -> str:
    """The first drawn code that nobody has. Raises CodesExhausted."""
    for code in drawn:
        if code not in taken:
            return code
    raise CodesExhausted
