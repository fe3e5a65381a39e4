"""A resemblance of two texts, and what a person made of it. No storage."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.submissions.likeness.domain import Item, Kind, Match
from shared.errors import Refusal
from shared.ids import derived_id

_GREW = 0.10
"""A text that took over so much more since a decision is looked at again."""


class DecidedAlready(Refusal):
    """Somebody else decided meanwhile."""

    code = "resemblance_decided"
    message = "Cặp bài này vừa được người khác kết luận. Hãy xem kết luận đó trước."


class State(StrEnum):
    """What a secretary made of it."""

    UNDECIDED = "undecided"
    COPY = "copy"
    DISTINCT = "distinct"


Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class Resemblance(BaseModel):
    """Two texts that say the same in part. `entry_id` came in last; `other_id` was there, or is of an earlier year."""

    model_config = ConfigDict(extra="ignore")

    id: str
    version: int = 0
    contest_id: str
    contest_ids: list[str]
    """Of both texts; whoever works in one of them may look."""
    entry_id: str
    other_id: str
    other_kind: Kind
    title: str
    other_title: str
    other_source: str = ""
    covered: float = Field(ge=0, le=1)
    """The larger of the two shares of one text that the other one covers."""
    ratio: float = Field(ge=0, le=1)
    same_owner: bool = False
    state: State = State.UNDECIDED
    reason: str = ""
    decided_by: str = ""
    decided_at: AwareDatetime | None = None
    found_at: AwareDatetime

    @classmethod
    def of(cls, item: Item, match: Match, covered: float, at: AwareDatetime) -> Self:
        """As the search found it."""
        other = match.item
        return cls(
            id=pair_id(item.id, other.id),
            contest_id=item.contest_id,
            contest_ids=sorted({one for one in (item.contest_id, other.contest_id) if one}),
            entry_id=item.id,
            other_id=other.id,
            other_kind=other.kind,
            title=item.title,
            other_title=other.title,
            other_source=other.source or str(other.year),
            covered=round(covered, 4),
            ratio=round(match.ratio, 4),
            same_owner=bool(set(item.owner_ids) & set(other.owner_ids)),
            found_at=at,
        )

    def after(self, known: Self | None) -> Self:
        """What is kept when the pair was known: the decision stays unless much more is shared now."""
        if known is None:
            return self
        titles = {self.entry_id: self.title, self.other_id: self.other_title}
        new: dict[str, object] = {
            "title": titles[known.entry_id],
            "other_title": titles[known.other_id],
            "covered": self.covered,
            "ratio": self.ratio,
        }
        if self.covered >= known.covered + _GREW:
            new |= {"state": State.UNDECIDED, "reason": "", "decided_by": "", "decided_at": None}
        return known.model_copy(update=new)

    def decide(self, state: State, reason: str, *, by: str, at: AwareDatetime) -> None:
        """Raises DecidedAlready when it is no longer open."""
        if self.state is not State.UNDECIDED:
            raise DecidedAlready
        self.state, self.reason, self.decided_by, self.decided_at = state, reason, by, at

    def reopen(self) -> None:
        """Take a conclusion back, to decide anew."""
        self.state, self.reason, self.decided_by, self.decided_at = State.UNDECIDED, "", "", None


def pair_id(one: str, other: str) -> str:
    """The same for two texts whichever was found first."""
    return derived_id("resemblance", *sorted((one, other)))


def gone(before: Iterable[Resemblance], found: Iterable[Resemblance]) -> list[Resemblance]:
    """Open resemblances of an entry that its new words no longer have."""
    still = {one.id for one in found}
    return [one for one in before if one.id not in still and one.state is State.UNDECIDED]
