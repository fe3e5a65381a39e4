"""Findings of one row under the heads of its sheet. They warn; what keeps a row out is `entry_sheets`. Pure."""

from collections.abc import Iterator, Sequence

from services.submissions.anonymity import domain as anonymity
from services.submissions.contests.domain import Contest
from services.submissions.eligibility import domain as eligible
from services.submissions.eligibility.domain import Entrant
from services.submissions.entry_sheets.domain import Candidate, heads
from services.submissions.texts import domain as texts
from shared.tables import Fault

_Said = tuple[str, str, str]
"""Field, the words it is about, what is said."""


def notices(contest: Contest, one: Candidate, authors: Sequence[Entrant]) -> list[Fault]:
    """In the order in which the formal check shows them."""
    columns = heads(contest)
    said = [*_lateness(contest, one), *_objections(contest, one, authors), *_traces(one, authors), *_marks(one)]
    return [Fault(row=one.row, column=columns[field], value=value, text=text) for field, value, text in said]


def _lateness(contest: Contest, one: Candidate) -> Iterator[_Said]:
    received = one.slip.received_at
    verdict = eligible.paper_in_time(contest.timetable, received_at=received) if received else None
    if verdict and not verdict.in_time:
        yield "received_at", "", f"{verdict.reason} Bài vẫn vào sổ nhưng không tiếp nhận được."


def _objections(contest: Contest, one: Candidate, authors: Sequence[Entrant]) -> Iterator[_Said]:
    for reason in eligible.objections(contest, one.slip.entrant_group, authors):
        yield "entrant_group", "", f"Có thể không đúng đối tượng: {reason}"


def _traces(one: Candidate, authors: Sequence[Entrant]) -> Iterator[_Said]:
    met = set()
    for trace in anonymity.read(one.words, authors).traces:
        must = "giám khảo chấm kín không được biết" if trace.forbidden else "hãy xem có cần bỏ không"
        if (trace.field, trace.words) not in met:  # once a cell, however often it stands there
            met.add((trace.field, trace.words))
            yield trace.field, trace.words, f"Có {trace.in_words}; {must}."


def _marks(one: Candidate) -> Iterator[_Said]:
    found = texts.find(one.words)
    encodings = found.encodings
    readings = {"title": found.title} | {f"parts.{part_id}": reading for part_id, reading in found.parts.items()}
    for field, reading in readings.items():
        lines = found.doubtful_paragraphs.get(field.removeprefix("parts."), [])
        if field in encodings:
            yield field, "", f"{encodings[field].in_words}."
        elif reading.doubtful:
            yield field, "", f"{reading.in_words}."
        elif lines:
            yield field, "", f"Đoạn {', '.join(map(str, lines))} có thể thiếu dấu hoặc chép từ nơi khác."
