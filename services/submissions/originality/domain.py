"""A resemblance of two texts, and what a person made of it. No storage."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.submissions.likeness.domain import Item, Kind, Match
from shared.errors import Refusal
from shared.ids import derived_id
from shared.redaction import hide
from shared.ui.filters import vn_datetime

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


class Conclusion(BaseModel):
    """What somebody concluded, and why."""

    state: State
    reason: str
    by: str
    at: AwareDatetime


class Resemblance(BaseModel):
    """Two texts that say the same in part. `entry_id` is the younger, `other_id` was there before it."""

    model_config = ConfigDict(extra="ignore")

    id: str
    version: int = 0
    contest_id: str
    """Of the younger text: who works there looks and concludes, and nobody of the contest that the other came from."""
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
    conclusions: list[Conclusion] = []
    """Every conclusion there was, the last one last; it counts only while `state` is its own."""
    found_at: AwareDatetime

    @classmethod
    def of(cls, one: Item, match: Match, covered: float, at: AwareDatetime) -> Self:
        """As the search for `one` found it."""
        other, younger = sorted((one, match.item), key=lambda item: item.age)
        return cls(
            id=pair_id(one.id, match.item.id),
            contest_id=younger.contest_id,
            entry_id=younger.id,
            other_id=other.id,
            other_kind=other.kind,
            title=younger.title,
            other_title=other.title,
            other_source=other.source or str(other.year),
            covered=round(covered, 4),
            ratio=round(match.ratio, 4),
            same_owner=bool(set(one.owner_ids) & set(match.item.owner_ids)),
            found_at=at,
        )

    @property
    def standing(self) -> Conclusion | None:
        """The conclusion that counts now."""
        return self.conclusions[-1] if self.conclusions and self.state is not State.UNDECIDED else None

    @property
    def earlier(self) -> list[Conclusion]:
        """What was concluded before and taken back."""
        return self.conclusions[:-1] if self.standing else self.conclusions

    def other_than(self, entry_id: str) -> str:
        """The id of the other side."""
        return self.other_id if entry_id == self.entry_id else self.entry_id

    def after(self, known: Self | None) -> Self:
        """What is kept when the pair was known: the conclusion stays unless much more is shared now."""
        if known is None:
            return self.model_copy()  # saving numbers what it is given, and a transaction may run again
        kept: dict[str, object] = {name: getattr(known, name) for name in ("version", "conclusions", "found_at")}
        grew = self.covered >= known.covered + _GREW
        return self.model_copy(update=kept | {"state": State.UNDECIDED if grew else known.state})

    def decide(self, state: State, reason: str, *, by: str, at: AwareDatetime) -> None:
        """Raises DecidedAlready when it is no longer open."""
        if self.state is not State.UNDECIDED:
            raise DecidedAlready
        self.state = state
        self.conclusions.append(Conclusion(state=state, reason=reason, by=by, at=at))

    def reopen(self) -> None:
        """Take a conclusion back, to decide anew; it stays readable."""
        self.state = State.UNDECIDED

    def nameless(self, words: Sequence[str]) -> None:
        """Its author was erased: no reason and no title names anybody."""
        for one in self.conclusions:
            one.reason = hide(one.reason, words)
        self.title, self.other_title = hide(self.title, words), hide(self.other_title, words)


def pair_id(one: str, other: str) -> str:
    """The same for two texts whichever was found first."""
    return derived_id("resemblance", *sorted((one, other)))


def gone(before: Iterable[Resemblance], found: Iterable[Resemblance]) -> list[Resemblance]:
    """Open resemblances of an entry that its new words no longer have."""
    still = {one.id for one in found}
    return [one for one in before if one.id not in still and one.state is State.UNDECIDED]


SIZES = (20, 50, 100)
SORT_WORDS = {"trung": "covered", "ten": "title_folded", "giong": "other_title_folded", "thay": "found_at"}
STATE_WORDS = {State.UNDECIDED: "Chờ kết luận", State.COPY: "Trùng lặp", State.DISTINCT: "Không trùng"}
KIND_WORDS = {Kind.ENTRY: "Bài dự thi", Kind.WORK: "Sáng kiến đã công bố"}


class Query(BaseModel):
    """Which pairs somebody wants to see; `contest_ids` None means every contest."""

    contest_ids: list[str] | None = None
    contest_id: str = ""
    state: str = ""
    kind: str = ""
    search: str = ""
    sort: str = "-trung"
    page: int = 1
    size: int = SIZES[0]

    @property
    def order(self) -> tuple[str, int]:
        """Field and direction; a word that is not known sorts by what is shared, the most first."""
        name = self.sort.removeprefix("-")
        return (SORT_WORDS[name], -1 if self.sort.startswith("-") else 1) if name in SORT_WORDS else ("covered", -1)


HEADS = (
    "Bài dự thi", "Giống với", "Là", "Nguồn", "Phần trùng (%)", "Giống theo thứ tự chữ (%)", "Cùng tác giả",
    "Máy thấy lúc", "Kết luận", "Lý do", "Kết luận lúc",
)  # fmt: skip


def cells(pair: Resemblance) -> list[object]:
    """A pair as a row under HEADS, in words; who concluded is on the page only."""
    last = pair.standing
    return [
        pair.title, pair.other_title, KIND_WORDS[pair.other_kind], pair.other_source, round(pair.covered * 100),
        round(pair.ratio * 100), "có" if pair.same_owner else "", vn_datetime(pair.found_at),
        STATE_WORDS[pair.state], last.reason if last else "", vn_datetime(last.at) if last else "",
    ]  # fmt: skip
