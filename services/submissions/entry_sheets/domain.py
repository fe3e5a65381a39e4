"""The sheet of a contest, its rows as entries, and everything that is wrong with them, by row and column. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from pydantic import BaseModel, ValidationError

from services.submissions.arrivals.domain import CHANNELS, Channel
from services.submissions.contests.domain import Contest
from services.submissions.eligibility.domain import KINDS
from services.submissions.papers import domain as papers
from services.submissions.papers.domain import Further, Slip
from services.submissions.texts.domain import Incomplete, Words
from services.submissions.units.domain import Unit
from shared import tables, written_dates
from shared.clock import HANOI, local
from shared.errors import Invalid, Refusal
from shared.ids import derived_id
from shared.tables import Fault
from shared.text import folded, one_line

MAX_ROWS = 1000
MAX_SIGNS = 4_000_000
"""Of all cells together: a staged file is one document."""
WAYS = {one.value: CHANNELS[one] for one in (Channel.EMAIL, Channel.DESK)}
HEADS = {
    "name": "Họ và tên hoặc tên tổ chức",
    "kind": "Người nộp là",
    "email": "Thư điện tử",
    "phone": "Điện thoại",
    "unit": "Đơn vị",
    "representative": "Người đại diện",
    "authors": "Đồng tác giả",
    "received_at": "Ngày nhận",
    "entrant_group": "Nhóm đối tượng",
    "content_group": "Lĩnh vực",
    "title": "Tên sáng kiến",
}
FAULTS = "Cần sửa"
NOTICES = "Máy lưu ý"
"""Heads of the columns that a returned sheet has and that are passed over when it comes back."""
_KIND_WORDS = {kind: words[0].upper() + words[1:] for kind, words in KINDS.items()}
_KIND_OF = {folded(words): kind for kind, words in KINDS.items()}
_NOON = time(12, tzinfo=HANOI)
"""When only the day is written."""
_SHORT, _LONG = "Hãy điền mục này.", "Dài quá {max_length} ký tự."
_SENTENCES = {"string_too_short": _SHORT, "too_short": _SHORT, "string_too_long": _LONG, "too_long": _LONG}


class HeadsMissing(Refusal):
    """The first row is not that of this contest's sheet."""

    code = "columns_missing"
    status = 422


class SheetTooLong(Refusal):
    """More text than one file may bring."""

    code = "sheet_too_long"
    status = 422
    message = "Tệp có quá nhiều chữ. Hãy chia thành nhiều tệp nhỏ hơn."


class Candidate(BaseModel):
    """A row as an entry: what the desk would write down, and the words."""

    row: int
    entry_id: str
    """Made of contest, title and sender: the same row in another file is the same entry."""
    slip: Slip
    words: Words
    further: list[Further] = []
    """Its authors beside the sender."""


def heads(contest: Contest) -> dict[str, str]:
    """Field to its head, in the order of the sheet; a part that is called like another column shows its id too."""
    made, used = dict(HEADS), {folded(head) for head in (*HEADS.values(), FAULTS, NOTICES)}
    for part in contest.parts:
        head = part.title if folded(part.title) not in used else f"{part.title} ({part.id})"
        used.add(folded(head))
        made[f"parts.{part.id}"] = head
    return made


def choices(contest: Contest) -> dict[int, list[str]]:
    """The words of the columns that are chosen from a list, by column."""
    places = {field: place for place, field in enumerate(heads(contest))}
    words = {
        "kind": list(_KIND_WORDS.values()),
        "entrant_group": [one.title for one in contest.entrant_groups],
        "content_group": [one.title for one in contest.content_groups],
    }
    return {places[field]: listed for field, listed in words.items() if listed}


def notes(contest: Contest) -> list[str]:
    """How the sheet is filled in."""
    needed = [HEADS[one] for one in ("name", "received_at", "entrant_group", "content_group", "title")]
    parts = [
        f"– {one.title}: {'bắt buộc, ' if one.required else ''}tối đa {one.max_words} từ." for one in contest.parts
    ]
    return [
        f"Mẫu nhập bài dự thi: {contest.name}",
        "Mỗi dòng là một bài. Đừng đổi tên cột ở dòng đầu của trang thứ nhất; cột không dùng thì để trống.",
        f"Bắt buộc: {', '.join(needed)}, và các phần bài viết bắt buộc.",
        "Thư điện tử hoặc điện thoại: nên có ít nhất một, để báo tin cho người nộp.",
        "Ngày nhận: ví dụ 15/10/2025 hoặc 15/10/2025 16:30 (giờ Hà Nội). Không ghi giờ thì tính là 12:00.",
        "Đơn vị: ghi đúng tên trong danh sách đơn vị của thành phố vào ngày nhận.",
        "Đồng tác giả: mỗi người một dòng trong ô (Alt+Enter): họ tên; điện thoại hoặc thư điện tử; đơn vị.",
        "Nội dung trong tệp phải do chính tác giả gõ. Bài viết tay thì nhận ở màn hình bài giấy để có người chép, người đối chiếu.",
        *parts,
        f"Tối đa {MAX_ROWS} bài một tệp. Còn một dòng sai thì không bài nào được ghi.",
        f"Tệp trả lại có thêm cột “{FAULTS}” và “{NOTICES}”; để nguyên hay xóa hai cột ấy đều được.",
    ]


def _columns(row: Sequence[str], contest: Contest) -> dict[str, int]:
    known = heads(contest)
    field_of = {folded(head): field for field, head in known.items()}
    found = {field_of[folded(text)]: place for place, text in enumerate(row) if folded(text) in field_of}
    needed = {"name", "received_at", "entrant_group", "content_group", "title"}
    needed |= {f"parts.{part.id}" for part in contest.parts if part.required}
    missing = [head for field, head in known.items() if field in needed and field not in found]
    if missing:
        raise HeadsMissing(
            f"Dòng đầu của tệp thiếu cột: {', '.join(missing)}. Hãy dùng mẫu của cuộc thi này.", field="file"
        )
    return found


class Reader:
    """Reads the rows of one sheet for one contest, at one moment."""

    def __init__(self, contest: Contest, channel: str, units: Sequence[Unit], at: datetime) -> None:
        """`units`: the whole tree with its past."""
        self._contest, self._channel, self._units, self._at = contest, channel, units, at
        self._heads = heads(contest)
        self._groups = {folded(one.title): one.id for one in contest.entrant_groups}
        self._fields = {folded(one.title): one.id for one in contest.content_groups}

    def read(self, rows: Sequence[Sequence[str]]) -> tuple[list[Candidate], list[Fault]]:
        """Every right row as an entry, and every fault. Raises HeadsMissing, SheetTooLong."""
        if sum(len(cell) for row in rows for cell in row) > MAX_SIGNS:
            raise SheetTooLong(field="file")
        columns = _columns(rows[0], self._contest)
        right: list[Candidate] = []
        faults: list[Fault] = []
        met: dict[str, int] = {}
        for number, row in enumerate(rows[1:], 2):
            cells = {field: row[place] if place < len(row) else "" for field, place in columns.items()}
            if not any(cells.values()):
                continue
            wrong: dict[str, str] = {}
            one = self._candidate(number, cells, wrong)
            if one is not None and one.entry_id in met:
                wrong["title"] = f"Trùng với dòng {met[one.entry_id]}: cùng người nộp, cùng tên sáng kiến."
            elif one is not None:
                met[one.entry_id] = number
                right.append(one)
            faults += [self._fault(number, field, cells, text) for field, text in wrong.items()]
        return right, faults

    def _fault(self, number: int, field: str, cells: Mapping[str, str], text: str) -> Fault:
        column = self._heads.get(field, HEADS["name"])
        return Fault(row=number, column=column, value=one_line(cells.get(field, ""))[:100], text=text)

    def _candidate(self, number: int, cells: Mapping[str, str], wrong: dict[str, str]) -> Candidate | None:
        wrong |= {field: tables.BROKEN for field, text in cells.items() if text in tables.ERRORS}
        received = self._received(cells["received_at"], wrong)
        words = self._words(cells, wrong)
        said = {
            field: cells.get(field, "") for field in ("name", "email", "phone", "representative", "authors", "title")
        }
        said = {field: text if field == "authors" else one_line(text) for field, text in said.items()}
        known = self._units_on(local(received).date())
        slip = self._slip(
            {
                **said,
                "kind": self._one_of(cells, "kind", _KIND_OF, wrong, empty="resident"),
                "unit_id": self._one_of(cells, "unit", known, wrong),
                "contest_id": self._contest.id,
                "channel": self._channel,
                "received_at": received,
                "entrant_group": words.entrant_group or "-",
                "content_group": words.content_group or "-",
                "pages": 1,
            },
            wrong,
        )
        further = self._authors(slip, known, wrong) if slip is not None else []
        if wrong or slip is None:
            return None
        who = slip.email or slip.phone or folded(slip.name)
        entry_id = derived_id("entry-import", self._contest.id, folded(slip.title), folded(slip.name), who)
        return Candidate(row=number, entry_id=entry_id, slip=slip, words=words, further=further)

    def _one_of(
        self, cells: Mapping[str, str], field: str, known: Mapping[str, str], wrong: dict[str, str], empty: str = ""
    ) -> str:
        text = cells.get(field, "")
        if not text:
            return empty
        if folded(text) not in known:
            wrong[field] = (
                "Không có đơn vị này vào ngày nhận bài." if field == "unit" else "Hãy chọn trong danh sách của mẫu."
            )
        return known.get(folded(text), empty)

    def _units_on(self, day: date) -> dict[str, str]:
        return {unit.search_key: unit.id for unit in self._units if unit.valid_on(day)}

    def _received(self, text: str, wrong: dict[str, str]) -> datetime:
        found = _instant(text, self._at, self._contest.timetable.opens_at)
        if found is None:
            wrong["received_at"] = "Hãy ghi ngày nhận, ví dụ 15/10/2025 hoặc 15/10/2025 16:30."
        elif found > self._at:
            wrong["received_at"] = "Ngày nhận không thể sau thời điểm hiện tại."
        return found or self._at

    def _words(self, cells: Mapping[str, str], wrong: dict[str, str]) -> Words:
        typed: dict[str, Any] = {
            "title": one_line(cells["title"])[:500],
            "entrant_group": self._one_of(cells, "entrant_group", self._groups, wrong),
            "content_group": self._one_of(cells, "content_group", self._fields, wrong),
            "parts": {part.id: cells.get(f"parts.{part.id}", "") for part in self._contest.parts},
        }
        words = Words.model_validate(typed)
        try:
            words.check_complete(self._contest)
        except Incomplete as incomplete:
            for error in incomplete.errors:
                wrong.setdefault(error["field"], error["text"])
        return words

    @staticmethod
    def _slip(said: dict[str, Any], wrong: dict[str, str]) -> Slip | None:
        try:
            return Slip.model_validate(said)
        except ValidationError as error:
            for one in error.errors():
                field = str(one["loc"][0]) if one["loc"] else "name"
                text = _SENTENCES.get(one["type"], str(one.get("ctx", {}).get("error", "Nội dung chưa hợp lệ.")))
                wrong.setdefault(field, text.format(**one.get("ctx", {})))
            return None

    @staticmethod
    def _authors(slip: Slip, known: dict[str, str], wrong: dict[str, str]) -> list[Further]:
        try:
            return papers.read_authors(slip.authors, known)
        except Invalid as invalid:
            wrong.setdefault("authors", " ".join(error["text"] for error in invalid.errors))
            return []


def _instant(text: str, at: datetime, opens: datetime) -> datetime | None:
    """A written day or instant on the Hanoi clock; a day alone is noon, or when the contest opened on it after noon.

    Today in the morning it is now.
    """
    written = written_dates.read(text)
    if written is None:
        return None
    if written.at is not None:
        return datetime.combine(written.day, written.at, HANOI)
    noon = datetime.combine(written.day, _NOON)
    noon = max(noon, opens) if local(opens).date() == written.day else noon
    return at if written.day == local(at).date() and noon > at else noon


def with_remarks(
    rows: Sequence[Sequence[str]], faults: Sequence[Fault], notices: Sequence[Fault]
) -> Iterator[list[str]]:
    """The sheet as it came, with first columns that say what is to be mended in each row, and what the machine noticed."""
    remarks = {head: _by_row(said) for head, said in ((FAULTS, faults), (NOTICES, notices)) if said or head == FAULTS}
    added = {folded(head) for head in (FAULTS, NOTICES)}
    own = [place for place, head in enumerate(rows[0]) if folded(head) in added]
    for number, row in enumerate(rows, 1):
        kept = [cell for place, cell in enumerate(row) if place not in own]
        yield [*(head if number == 1 else "\n".join(said.get(number, [])) for head, said in remarks.items()), *kept]


def _by_row(said: Sequence[Fault]) -> dict[int, list[str]]:
    texts: dict[int, list[str]] = {}
    for one in said:
        about = f" “{one.value}”" if one.value and one.column not in one.text else ""
        texts.setdefault(one.row, []).append(f"{one.column}{about}: {one.text}")
    return texts
