"""The slip that a desk fills in for a paper, what it must say, and what is kept of the sender. Pure."""

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field

from services.submissions.arrivals.domain import Channel, Paper
from services.submissions.files.domain import Attachment
from services.submissions.inspection.domain import JPEG, PDF, PNG
from services.submissions.people.domain import Kind, Name, OptionalEmail, OptionalId, Phone
from shared.errors import Invalid, Refusal
from shared.redaction import hide
from shared.text import Line, Text, folded, one_line
from shared.ui.filters import typed_instant
from shared.written_dates import read_day

KINDS_OF_SCAN = [PDF, JPEG, PNG]
MOST_SCANS = 30
MOST_AUTHORS = 20
_LIST_MARK = re.compile(r"^\s*(?:\d{1,2}\s*[.)]|[-–•*+])\s*")
"""Before the name, where authors were numbered."""
_FIGURE, _MOST_FIGURES = re.compile(r"\d"), 4
"""In a name that is no telephone number."""


class ReceivedInFuture(Refusal):
    """Nothing was received later than now."""

    code = "received_in_future"
    status = 422
    message = "Lúc nhận bài không thể sau thời điểm hiện tại."


class PostmarkOnlyByPost(Refusal):
    """Only what came by post has a postmark."""

    code = "postmark_only_by_post"
    status = 422
    message = "Chỉ bài gửi qua bưu điện mới có dấu bưu điện. Hãy bỏ trống ngày dấu, hoặc chọn lại cách nhận."


class TooManyScans(Refusal):
    """The limit of one paper is reached."""

    code = "too_many_scans"
    status = 422
    message = f"Mỗi bài giấy kèm được nhiều nhất {MOST_SCANS} tệp quét. Hãy gộp các trang vào một tệp PDF."


class NotOnPaper(Refusal):
    """The entry was only ever handed in online."""

    code = "not_on_paper"
    message = "Bài này không phải bài giấy."


Instant = Annotated[AwareDatetime | None, BeforeValidator(typed_instant)]
Day = Annotated[
    date | None, BeforeValidator(lambda typed: (isinstance(typed, str) and read_day(typed)) or typed or None)
]
Contact = Annotated[Line, Field(max_length=300)]
Why = Annotated[Line, Field(min_length=1, max_length=500)]


class Sender(BaseModel):
    """Who sent it and how to reach them, as kept: no more than is needed, and gone when they are erased."""

    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    kind: Kind = Kind.RESIDENT
    unit_id: str | None = None
    representative: str = ""


class Slip(BaseModel):
    """Everything a desk writes down about a paper, in the order of the page. Without `received_at` it is received now."""

    contest_id: str = Field(min_length=1, max_length=60)
    channel: Literal["desk", "post", "email", "commune"] = Field(title="Bài đến bằng cách nào")
    received_at: Instant = None
    postmark: Day = None
    kind: Kind = Kind.RESIDENT
    name: Name = Field(title="Họ và tên, hoặc tên tổ chức")
    representative: Annotated[Line, Field(max_length=120)] = ""
    """Who speaks for an organisation."""
    phone: Phone = ""
    email: OptionalEmail = ""
    address: Contact = ""
    unit_id: OptionalId = None
    authors: Annotated[Text, Field(max_length=3000)] = ""
    """Further authors, one a line: name; phone or e-mail; unit."""
    entrant_group: str = Field(min_length=1, max_length=60, title="Nhóm đối tượng", json_schema_extra={"chosen": True})
    content_group: str = Field(min_length=1, max_length=60, title="Lĩnh vực", json_schema_extra={"chosen": True})
    title: Line = Field(min_length=1, max_length=500, title="Tên sáng kiến")
    pages: int = Field(ge=1, le=5000, title="Số trang")
    handwritten: bool = False
    note: Annotated[Text, Field(max_length=2000)] = ""

    @property
    def sender(self) -> Sender:
        """The part that is about the sender."""
        return Sender(**self.model_dump(include=set(Sender.model_fields)))

    def record(self, entry_id: str, *, by: str, at: datetime) -> "Record":
        """What is kept beside the entry."""
        own = {"sender": self.sender, "sender_key": folded(self.name), "note": self.note}
        return Record(entry_id=entry_id, contest_id=self.contest_id, by=by, at=at, **own)

    def received(self, at: datetime) -> datetime:
        """When it was received; `at` is now. Raises ReceivedInFuture, PostmarkOnlyByPost."""
        if self.received_at is not None and self.received_at > at:
            raise ReceivedInFuture(field="received_at")
        if self.postmark is not None and Channel(self.channel) is not Channel.POST:
            raise PostmarkOnlyByPost(field="postmark")
        return self.received_at or at


def add_file(paper: Paper, file: Attachment, *, envelope: bool) -> None:
    """A scan, or the picture of the envelope; a former one of it becomes a scan. Raises TooManyScans."""
    if envelope:
        paper.scans += [paper.envelope] if paper.envelope else []
        paper.envelope = file
        return
    if len(paper.scans) >= MOST_SCANS:
        raise TooManyScans(field="scans")
    paper.scans.append(file)


class Further(BaseModel):
    """An author beside the sender, as written on the paper."""

    name: Name
    phone: Phone = ""
    email: OptionalEmail = ""
    unit_id: str | None = None


def read_authors(text: str, units: dict[str, str]) -> list[Further]:
    """Of lines `name; phone or e-mail; unit`, the last two may be missing; `units` is id by folded name. Raises Invalid."""
    found, errors = [], []
    lines = [line for line in text.split("\n") if line.strip()]
    for number, line in enumerate(lines, 1):
        try:
            found.append(_author(line, units))
        except ValueError as error:
            errors.append({"field": "authors", "text": f"Dòng {number}: {_said(error)}"})
    if len(lines) > MOST_AUTHORS:
        errors.append({"field": "authors", "text": f"Tối đa {MOST_AUTHORS} đồng tác giả."})
    if errors:
        raise Invalid(errors)
    return found


def _author(line: str, units: dict[str, str]) -> Further:
    parts = [one_line(part) for part in re.split("[;\t]", _LIST_MARK.sub("", line))]
    name, contact, unit = [*parts, "", ""][:3]
    if not name:
        raise ValueError("thiếu họ tên.")
    if "@" in name or len(_FIGURE.findall(name)) > _MOST_FIGURES:
        raise ValueError(
            f"“{name}” có cả địa chỉ liên hệ. Hãy ngăn bằng dấu chấm phẩy: họ tên; điện thoại hoặc thư; đơn vị."
        )
    if unit and folded(unit) not in units:
        raise ValueError(f"không có đơn vị “{unit}” vào ngày nhận bài. Hãy viết đúng tên trong danh sách đơn vị.")
    address = {"email": contact} if "@" in contact else {"phone": contact}
    return Further(name=name, unit_id=units.get(folded(unit)) if unit else None, **address)


def _said(error: ValueError) -> str:
    """Of pydantic's report the sentence for people."""
    reports = getattr(error, "errors", None)
    if reports is None:
        return str(error)
    first = reports()[0]
    return str(first.get("ctx", {}).get("error", "họ tên dài quá 120 ký tự."))


class Change(BaseModel):
    """A correction of what the desk wrote down, with its reason: the postmark was read wrongly."""

    reason: str
    before: str
    after: str
    by: str
    at: AwareDatetime


class Proof(StrEnum):
    """What showed that a paper is somebody's."""

    RECEIPT = "receipt"
    ADDRESS = "address"


PROOFS = {Proof.RECEIPT: "mã biên nhận và mã PIN", Proof.ADDRESS: "số điện thoại hoặc thư đã ghi lúc nhận"}


class Claim(BaseModel):
    """An author of the paper has an account by now, which stands for `seat`."""

    person_id: str
    seat: str
    """The account that the desk had written down."""
    proof: Proof
    at: AwareDatetime


class Record(BaseModel):
    """What is kept beside the entry: the sender, a note of the desk, corrections, who took it over."""

    entry_id: str
    contest_id: str
    sender: Sender
    sender_key: str
    """The folded name: the same address with the same name is the same person."""
    note: str = ""
    by: str
    at: AwareDatetime
    changes: list[Change] = []
    claims: list[Claim] = []

    def forgotten(self, words: list[str]) -> "Record":
        """Without the sender; what is left of notes names nobody."""
        changes = [one.model_copy(update={"reason": hide(one.reason, words)}) for one in self.changes]
        gone = {
            "sender": Sender(kind=self.sender.kind),
            "sender_key": "",
            "note": hide(self.note, words),
            "changes": changes,
        }
        return self.model_copy(update=gone)
