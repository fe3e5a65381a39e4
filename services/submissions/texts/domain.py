"""Words as typed, complete or not, marked or not. The thresholds for marks were measured on real plans (five seeds)."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from services.submissions.contests.domain import Contest
from services.submissions.encodings import domain as encodings
from services.submissions.encodings.domain import Offer, Suspicion
from services.submissions.files.domain import Attachment
from shared.errors import Invalid
from shared.redaction import hide
from shared.text import OTHER_LETTER, Tally, folded, nfc, tally, word_count

_SAID = ("title", "reason", "asked", "message")
RULE = "vi-2026.2"
"""Names the thresholds below; a reading keeps it, so that an old verdict can still be explained."""
_MAX_SIGNS = 60_000
_WHOLE_TEXT, _PARAGRAPH, _SHORTEST, _TITLE = 100, 30, 20, 5
_STRIPPED, _PARTIAL, _PARTIAL_SHORT = 0.30, 0.65, 0.55
_MARKED_ENOUGH, _TONED_ENOUGH, _TONED_OF_MARKED = 0.45, 0.35, 0.6
_FOREIGN_SHARE, _FOREIGN_LETTERS = 0.04, 0.3
_LONGEST_SYLLABLE = 7
_OURS = frozenset(["va", "cua", "cac", "cho", "duoc", "khong", "mot", "nguoi", "trong", "voi"])
_THEIRS = frozenset(["the", "of", "and", "to", "in", "is", "for", "that", "with", "are"])


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

    def fields(self) -> dict[str, str]:
        """By the names of the form's fields."""
        own = {"title": self.title, "entrant_group": self.entrant_group, "content_group": self.content_group}
        return own | {f"parts.{part_id}": text for part_id, text in self.parts.items()}

    def same_words(self, other: "Words") -> bool:
        """Whether both say the same."""
        return all(getattr(self, name) == getattr(other, name) for name in Words.model_fields)

    def offers(self) -> dict[str, Offer]:
        """What could be converted from an old or mistaken encoding, by the names of the form's fields."""
        texts = {"title": self.title} | {f"parts.{part_id}": text for part_id, text in self.parts.items()}
        return {name: found for name, text in texts.items() if (found := encodings.offer(text))}

    def check_parts(self, contest: Contest) -> None:
        """Raises Invalid for a part that the contest does not have."""
        known = {part.id for part in contest.parts}
        unknown = [part_id for part_id in self.parts if part_id not in known]
        if unknown:
            raise Invalid([{"field": f"parts.{one}", "text": "Cuộc thi không có phần này."} for one in unknown])

    def check_complete(self, contest: Contest) -> None:
        """What the contest asks of an entry that is handed in. Raises Incomplete with every fault."""
        _refuse([*self._faults_of_heading(contest), *self._faults_of_parts(contest)])

    def check_heading(self, contest: Contest) -> None:
        """Title and groups, which also a paper must have. Raises Incomplete with every fault."""
        _refuse(self._faults_of_heading(contest))

    def _faults_of_heading(self, contest: Contest) -> Iterator[tuple[str, str, str]]:
        if self.entrant_group not in {group.id for group in contest.entrant_groups}:
            yield "entrant_group_unknown", "entrant_group", "Hãy chọn nhóm đối tượng dự thi."
        if self.content_group not in {group.id for group in contest.content_groups}:
            yield "content_group_unknown", "content_group", "Hãy chọn lĩnh vực nội dung."
        words, limit = word_count(self.title), contest.form_rules.title_max_words
        if not words:
            yield "title_missing", "title", "Hãy đặt tên cho sáng kiến."
        elif words > limit:
            yield "title_too_long", "title", f"Tên sáng kiến dài {words} từ, tối đa {limit} từ."

    def _faults_of_parts(self, contest: Contest) -> Iterator[tuple[str, str, str]]:
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
    return said.model_copy(update=change) if words else said


class Verdict(StrEnum):
    """What the numbers say."""

    FINE = "fine"
    SHORT = "short"
    STRIPPED = "stripped"
    PARTIAL = "partial"
    TONELESS = "toneless"
    FOREIGN = "foreign"
    ENCODED = "encoded"


WORDS = {
    Verdict.FINE: "Có dấu đầy đủ",
    Verdict.SHORT: "Quá ngắn để kết luận",
    Verdict.STRIPPED: "Viết không dấu",
    Verdict.PARTIAL: "Một phần không dấu",
    Verdict.TONELESS: "Thiếu dấu thanh",
    Verdict.FOREIGN: "Có thể không phải tiếng Việt",
    Verdict.ENCODED: "Chữ ở bảng mã cũ hoặc bị đọc sai",
}


class Reading(BaseModel):
    """The numbers of one text: words, syllables counted, the shares with a mark and with a tone (0 to 1)."""

    rule: str = RULE
    words: int
    counted: int
    marked: float
    toned: float
    verdict: Verdict

    @property
    def doubtful(self) -> bool:
        """Whether a person should look."""
        return self.verdict not in (Verdict.FINE, Verdict.SHORT)

    @property
    def in_words(self) -> str:
        """The verdict for people."""
        return WORDS[self.verdict]


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
    tallies = {part_id: [tally(line) for line in _paragraphs(text)] for part_id, text in words.parts.items()}
    found = {name: offer.suspicion for name, offer in words.offers().items()}
    parts = {
        part_id: _read(text, sum(tallies[part_id], Tally()), encoded=f"parts.{part_id}" in found)
        for part_id, text in words.parts.items()
    }
    every = sum((one for lines in tallies.values() for one in lines), Tally())
    counted = sum(part.words for part in parts.values())
    return Findings(
        title=_read_title(words.title, encoded="title" in found),
        whole=_read("\n".join(words.parts.values()), every, encoded=bool(found.keys() - {"title"}), words=counted),
        parts=parts,
        doubtful_paragraphs={
            part_id: sorted({*_doubtful(lines), *(found[name].lines if (name := f"parts.{part_id}") in found else ())})
            for part_id, lines in tallies.items()
        },
        encodings=found,
    )


def read(text: str) -> Reading:
    """The reading of running text (Kế hoạch 34/KH-UBND 2019, III.2: "tiếng Việt có dấu")."""
    return _read(text, tally(text), encoded=encodings.detect(text) is not None)


def read_title(text: str) -> Reading:
    """The reading of a title: only one without any mark is doubtful, because titles are short."""
    return _read_title(text, encoded=encodings.detect(text) is not None)


def _read_title(text: str, *, encoded: bool) -> Reading:
    found = tally(text)
    if encoded:
        verdict = Verdict.ENCODED
    elif _foreign_letters(text):
        verdict = Verdict.FOREIGN
    else:
        verdict = Verdict.SHORT if found.counted < _TITLE else Verdict.FINE if found.marked else Verdict.STRIPPED
    return _reading(found, verdict, word_count(text))


def _paragraphs(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _doubtful(paragraphs: Sequence[Tally]) -> Iterator[int]:
    for number, found in enumerate(paragraphs, 1):
        if found.counted >= _PARAGRAPH and found.shares[0] < _PARTIAL_SHORT:
            yield number


def _read(text: str, found: Tally, *, encoded: bool, words: int | None = None) -> Reading:
    if encoded:
        verdict = Verdict.ENCODED
    elif found.counted < _SHORTEST and sum(map(str.isalpha, text)) <= _SHORTEST * _LONGEST_SYLLABLE:
        verdict = Verdict.SHORT
    else:
        verdict = _verdict(text, found.counted, *found.shares)
    return _reading(found, verdict, word_count(text) if words is None else words)


def _verdict(text: str, counted: int, marked: float, toned: float) -> Verdict:
    if _foreign_letters(text):
        return Verdict.FOREIGN
    if marked >= _MARKED_ENOUGH and toned < min(_TONED_ENOUGH, marked * _TONED_OF_MARKED):
        return Verdict.TONELESS
    if marked >= (_PARTIAL if counted >= _WHOLE_TEXT else _PARTIAL_SHORT):
        return Verdict.FINE
    if _looks_foreign(text):
        return Verdict.FOREIGN
    return Verdict.STRIPPED if marked < _STRIPPED else Verdict.PARTIAL


def _foreign_letters(text: str) -> bool:
    """Another script, whatever stands between its words."""
    foreign = len(OTHER_LETTER.findall(text))
    return bool(foreign) and foreign >= sum(map(str.isalpha, text)) * _FOREIGN_LETTERS


def _looks_foreign(text: str) -> bool:
    words = folded(text).split()
    theirs = sum(word in _THEIRS for word in words)
    return theirs > sum(word in _OURS for word in words) and theirs / max(1, len(words)) >= _FOREIGN_SHARE


def _reading(found: Tally, verdict: Verdict, words: int) -> Reading:
    marked, toned = found.shares
    return Reading(words=words, counted=found.counted, marked=round(marked, 3), toned=round(toned, 3), verdict=verdict)
