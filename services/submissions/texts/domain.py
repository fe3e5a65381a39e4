"""Words as typed, complete or not, and what the machine finds in them. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from services.submissions.contests.domain import Contest
from services.submissions.effects import domain as effects
from services.submissions.effects.domain import Effects, Fault
from services.submissions.encodings import domain as encodings
from services.submissions.encodings.domain import Offer, Suspicion
from services.submissions.files.domain import Attachment
from services.submissions.marks import domain as marks
from services.submissions.marks.domain import Reading
from shared.errors import Invalid
from shared.redaction import hide
from shared.text import Tally, nfc, tally, word_count

_SAID = ("title", "reason", "asked", "message")
_MAX_SIGNS = 60_000


# Composed before it is measured; a limit behind `shared.text.Text` would be checked in words that forms cannot explain.
_composed = BeforeValidator(lambda value: nfc(value) if isinstance(value, str) else value)
_tidied = BeforeValidator(lambda value: encodings.tidy(value) if isinstance(value, str) else value)
_tidied_line = BeforeValidator(lambda value: encodings.tidy_line(value) if isinstance(value, str) else value)
Prose = Annotated[str, StringConstraints(max_length=_MAX_SIGNS), _tidied]
"""A part of an entry."""
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), _composed]
"""Why somebody decided something; never empty."""


Said = TypeVar("Said", bound=BaseModel)


class Incomplete(Invalid):
    """What is missing or too long, all of it at once; each error also has the `code` of its rule."""

    code = "entry_incomplete"
    message = "Bài chưa nộp được vì còn mục thiếu hoặc chưa đúng. Nội dung đã lưu vẫn còn nguyên."


class Words(BaseModel):
    """What an entrant types; saved however incomplete it is."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, StringConstraints(max_length=500), _tidied_line] = ""
    parts: dict[str, Prose] = Field(default={}, max_length=60)
    entrant_group: str = Field(default="", max_length=60)
    content_group: str = Field(default="", max_length=60)
    effects: Effects = Field(default=[])

    def fields(self) -> dict[str, str]:
        """By the names of the form's fields."""
        own = {"title": self.title, "entrant_group": self.entrant_group, "content_group": self.content_group}
        parts = {f"parts.{part_id}": text for part_id, text in self.parts.items()}
        return own | parts | effects.fields(self.effects)

    def prose(self) -> dict[str, str]:
        """Everything written freely, by the names of the form's fields."""
        chosen = ("entrant_group", "content_group")
        return {name: text for name, text in self.fields().items() if name not in chosen and name[-4:] != "what"}

    def same_words(self, other: "Words") -> bool:
        """Whether both say the same."""
        return all(getattr(self, name) == getattr(other, name) for name in Words.model_fields)

    def offers(self) -> dict[str, Offer]:
        """What could be converted from an old or mistaken encoding, by the names of the form's fields."""
        texts = {name: text for name, text in self.prose().items() if not name.endswith(".amount")}
        return {name: found for name, text in texts.items() if (found := encodings.offer(text))}

    def saying(self, texts: Mapping[str, str]) -> "Words":
        """The same with other texts in the fields that `texts` names."""
        parts = {part_id: texts.get(f"parts.{part_id}", text) for part_id, text in self.parts.items()}
        said = {"title": texts.get("title", self.title), "parts": parts, "effects": effects.saying(self.effects, texts)}
        return Words(**{name: getattr(self, name) for name in Words.model_fields} | said)

    def check_parts(self, contest: Contest) -> None:
        """Raises Invalid for a part that the contest does not have."""
        known = {part.id for part in contest.parts}
        unknown = [part_id for part_id in self.parts if part_id not in known]
        if unknown:
            raise Invalid([{"field": f"parts.{one}", "text": "Cuộc thi không có phần này."} for one in unknown])

    def check_complete(self, contest: Contest) -> None:
        """What the contest asks of an entry that is handed in. Raises Incomplete with every fault."""
        _refuse(self.faults(contest))

    def check_heading(self, contest: Contest) -> None:
        """Title and groups, which also a paper must have. Raises Incomplete with every fault."""
        _refuse(self._faults_of_heading(contest))

    def faults(self, contest: Contest) -> Iterator[Fault]:
        """What is missing or too long, in the order of the form."""
        yield from self._faults_of_heading(contest)
        yield from self._faults_of_parts(contest)
        yield from effects.faults(self.effects, required=contest.form_rules.effects_required)

    def _faults_of_heading(self, contest: Contest) -> Iterator[Fault]:
        if self.entrant_group not in {group.id for group in contest.entrant_groups}:
            yield "entrant_group_unknown", "entrant_group", "Hãy chọn nhóm đối tượng dự thi."
        if self.content_group not in {group.id for group in contest.content_groups}:
            yield "content_group_unknown", "content_group", "Hãy chọn lĩnh vực nội dung."
        words, limit = word_count(self.title), contest.form_rules.title_max_words
        if not words:
            yield "title_missing", "title", "Hãy đặt tên cho sáng kiến."
        elif words > limit:
            yield "title_too_long", "title", f"Tên sáng kiến dài {words} từ, tối đa {limit} từ."

    def _faults_of_parts(self, contest: Contest) -> Iterator[Fault]:
        for part in contest.parts:
            words, field = word_count(self.parts.get(part.id, "")), f"parts.{part.id}"
            if not words and part.required:
                yield "part_missing", field, f"Hãy viết phần “{part.title}”."
            elif words > part.max_words:
                over = words - part.max_words
                yield (
                    "part_too_long",
                    field,
                    f"Phần “{part.title}” dài {words} từ, thừa {over} từ (tối đa {part.max_words}).",
                )


def _refuse(faults: Iterable[tuple[str, str, str]]) -> None:
    errors = [{"code": code, "field": field, "text": text} for code, field, text in faults]
    if errors:
        raise Incomplete(errors)


def without(said: Said, words: Sequence[str], instead: str) -> Said:
    """The same words or fact, in whose title, reason and parts none of `words` is left."""
    change: dict[str, Any] = {name: hide(getattr(said, name), words, instead) for name in _SAID if hasattr(said, name)}
    if isinstance(parts := getattr(said, "parts", None), dict):
        change["parts"] = {part_id: hide(text, words, instead) for part_id, text in parts.items()}
    if told := getattr(said, "effects", None):
        change["effects"] = [_bare(one, words, instead) for one in told]
    return said.model_copy(update=change) if words else said


def _bare(effect: BaseModel, words: Sequence[str], instead: str) -> BaseModel:
    return effect.model_copy(update={name: hide(getattr(effect, name), words, instead) for name in ("unit", "basis")})


class Findings(BaseModel):
    """What the machine saw at the moment of handing in. It warns; the secretary decides."""

    title: Reading
    whole: Reading
    parts: dict[str, Reading]
    doubtful_paragraphs: dict[str, list[int]]
    encodings: dict[str, Suspicion] = {}
    """By the names of the form's fields; none for what was handed in before this was looked for."""

    @property
    def doubtful(self) -> bool:
        """Whether somebody should look at the marks."""
        return bool(
            self.title.doubtful or self.whole.doubtful or any(self.doubtful_paragraphs.values()) or self.encodings
        )


class Revision(Words):
    """What was handed in, once: never changed afterwards."""

    model_config = ConfigDict(extra="ignore")

    entry_id: str
    number: int
    files: list[Attachment] = []
    unit_ids: list[str] = []
    """The authors' units on that day, or the units that took over from them."""
    author_ids: list[str] = []
    """Who handed it in together; empty where an entry was kept before this was written down."""
    shares: dict[str, Decimal] = {}
    """Percent by author; empty for somebody alone."""
    representative_id: str = ""
    findings: Findings
    asked: str = ""
    """What the secretary had asked for, when this answers it."""
    message: str = ""
    """The author's words to the secretary about this revision."""
    at: AwareDatetime
    by: str
    checked_by: str = ""
    """Of the words of a paper: who compared what `by` typed with the scan."""


def find(words: Words) -> Findings:
    """Everything about the marks and the encoding of an entry, with its numbers."""
    tallies = {part_id: [tally(line) for line in marks.paragraphs(text)] for part_id, text in words.parts.items()}
    found = {name: offer.suspicion for name, offer in words.offers().items()}
    parts = {
        part_id: marks.running(text, sum(tallies[part_id], Tally()), encoded=f"parts.{part_id}" in found)
        for part_id, text in words.parts.items()
    }
    every = sum((one for lines in tallies.values() for one in lines), Tally())
    return Findings(
        title=marks.title(words.title, encoded="title" in found),
        whole=marks.running(
            "\n".join(words.parts.values()), every, encoded=any(name[:6] == "parts." for name in found)
        ),
        parts=parts,
        doubtful_paragraphs={
            part_id: sorted(
                {*marks.doubtful(lines), *(found[name].lines if (name := f"parts.{part_id}") in found else ())}
            )
            for part_id, lines in tallies.items()
        },
        encodings=found,
    )
