"""Deliveries over HTTP, for organisers and auditors: the table, its counts, one delivery, another try, CSV and JSON."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from services.notifications.announcements.domain import Message
from services.notifications.copies import service as copies
from services.notifications.deliveries import service
from services.notifications.deliveries.domain import Channel, Delivery, State
from services.notifications.deliveries.service import Listing, Sought
from shared import forms
from shared.clock import local, now
from shared.errors import Refusal
from shared.identity import Person, Role, may
from shared.pages import page, see_other, store_of
from shared.text import Line

routes = APIRouter()
Reader = Annotated[Person, may(Role.ORGANISER, Role.AUDITOR)]
Sender = Annotated[Person, may(Role.ORGANISER)]
_SIZES = (20, 50, 100)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")
MESSAGES = {
    Message.RECEIPT: "Biên nhận",
    Message.RETURNED: "Yêu cầu bổ sung",
    Message.ACCEPTED: "Tiếp nhận",
    Message.REFUSED: "Không hợp lệ",
    Message.REOPENED: "Mở lại bài",
    Message.WITHDRAWN: "Rút bài",
    Message.ASSIGNED: "Giao bài chấm",
    Message.THIRD_READER: "Mời chấm lần ba",
    Message.FINALIST: "Vào chung khảo",
    Message.NOT_FINALIST: "Cảm ơn sau sơ khảo",
    Message.ORDER: "Thứ tự trình bày",
    Message.RESULT: "Kết quả",
    Message.RESCHEDULED: "Dời lịch",
    Message.REMINDER: "Nhắc nộp bài",
    Message.PARTED: "Thôi đứng tên",
    Message.FILE_REFUSED: "Tệp không dùng được",
    Message.SHARES_OPEN: "Chia lại tỉ lệ",
    Message.CODE: "Mã dùng một lần",
}
CHANNELS = {Channel.EMAIL: "Thư điện tử", Channel.SMS: "Tin nhắn", Channel.IN_APP: "Hộp thư trên trang"}
STATES = {
    State.PLANNED: ("Chờ dữ liệu", "quiet"),
    State.READY: ("Chờ gửi", "quiet"),
    State.CLAIMED: ("Đang gửi", "busy"),
    State.RETRY_WAIT: ("Sẽ gửi lại", "warn"),
    State.UNCERTAIN: ("Chưa rõ kết quả", "warn"),
    State.ACCEPTED: ("Nơi chuyển đã nhận", "good"),
    State.REJECTED: ("Bị từ chối", "bad"),
    State.EXHAUSTED: ("Hết lượt thử", "bad"),
    State.SUPPRESSED: ("Không gửi", "quiet"),
    State.INVALID: ("Địa chỉ không dùng được", "bad"),
    State.EXPIRED: ("Hết hạn, không gửi", "quiet"),
    State.POSTED: ("Đã vào hộp thư", "good"),
    State.READ: ("Đã đọc", "good"),
}
WORDS: dict[str, Any] = {"messages": MESSAGES, "channels": CHANNELS, "states": STATES}


class Filter(BaseModel):
    """What the address asks for; an unknown value finds nothing rather than everything."""

    model_config = ConfigDict(extra="ignore")

    contest_id: str = Field("", max_length=100)
    about_id: str = Field("", max_length=100)
    message: str = Field("", max_length=40)
    channel: str = Field("", max_length=20)
    state: str = Field("", max_length=20)

    def sought(self, person: Person) -> Sought:
        """Within what the person may see."""
        return Sought(contests=service.scope_of(person), **self.model_dump())


class PageFilter(Filter):
    """The same with the words of the address, and paging."""

    contest_id: str = Field("", max_length=100, alias="cuoc-thi")
    about_id: str = Field("", max_length=100, alias="ve")
    message: str = Field("", max_length=40, alias="loai")
    channel: str = Field("", max_length=20, alias="kenh")
    state: str = Field("", max_length=20, alias="tinh-trang")
    number: int = Field(1, ge=1, le=10_000, alias="trang", exclude=True)
    size: int = Field(20, alias="so-dong", exclude=True)


class Again(BaseModel):
    """Why a delivery is sent once more."""

    model_config = ConfigDict(extra="forbid")

    reason: Line = Field(min_length=3, max_length=300)


class Item(BaseModel):
    """A delivery as programs see it: no name, a masked address."""

    id: str
    cause: str
    message: Message
    channel: Channel
    state: State
    person_id: str
    recipient: str
    about_id: str
    contest_id: str
    attempt: int
    resends: int
    reason: str
    planned_at: datetime
    changed_at: datetime


class Deliveries(BaseModel):
    """A page of deliveries."""

    items: list[Item]
    total: int


class Counts(BaseModel):
    """Counts by message and state. `total` rows and the `waiting` recipients, not known yet, make up `expected`."""

    counts: dict[str, dict[str, int]]
    total: int
    expected: int
    waiting: int


@routes.get("/thong-bao")
async def show(request: Request, person: Reader, asked: Annotated[PageFilter, Query()]) -> Response:
    """The table with its counts."""
    store, size = store_of(request), asked.size if asked.size in _SIZES else _SIZES[0]
    sought = asked.sought(person)
    listing = await service.listed(store, sought, page=asked.number, size=size)
    counted = await service.summary(store, Sought(contests=sought.contests, contest_id=sought.contest_id))
    scope = service.scope_of(person)
    contests = [one for one in await copies.contests(store.read) if scope is None or one.contest_id in scope]
    pages = max(1, -(-listing.total // size))
    context: dict[str, Any] = {
        "summary": counted,
        "contests": contests,
        "number": asked.number,
        "size": size,
        "pages": pages,
    }
    return page(request, "deliveries/list.html", listing=listing, **context, **WORDS)


@routes.get("/thong-bao/danh-sach.csv")
async def export(request: Request, person: Reader, asked: Annotated[PageFilter, Query()]) -> Response:
    """The same list as a file."""
    headers = {"Content-Disposition": 'attachment; filename="thong-bao.csv"'}
    pages = service.exported(store_of(request), asked.sought(person))
    return StreamingResponse(_csv(pages), media_type="text/csv; charset=utf-8", headers=headers)


async def _csv(pages: AsyncIterator[Listing]) -> AsyncIterator[str]:
    heads = ("Mã", "Loại", "Kênh", "Tình trạng", "Người nhận", "Về", "Lần thử", "Lý do", "Lập lúc", "Đổi lúc")
    yield "\ufeff" + _lines([heads])  # without the mark Excel reads Vietnamese as another code page
    async for listing in pages:
        yield _lines(_cells(one, listing) for one in listing.items)


def _lines(rows: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([_harmless(str(cell)) for cell in row] for row in rows)
    return out.getvalue()


def _cells(one: Delivery, listing: Listing) -> list[Any]:
    cells: list[Any] = [one.id, MESSAGES[one.message], CHANNELS[one.channel], STATES[one.state][0]]
    cells += [listing.addresses.get(one.person_id, ""), _about(one, listing) or one.about_id]
    return [*cells, one.attempt, one.reason, local(one.planned_at).isoformat(), local(one.changed_at).isoformat()]


def _about(one: Delivery, listing: Listing) -> str:
    return "Tài khoản" if one.message is Message.CODE else listing.titles.get(one.about_id, "")


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return "'" + cell if cell.startswith(_FORMULA) else cell


@routes.get("/thong-bao/{delivery_id}")
async def show_one(request: Request, delivery_id: str, person: Reader) -> Response:
    """One delivery and its history."""
    return await _one(request, delivery_id, person)


async def _one(request: Request, delivery_id: str, person: Person, status: int = 200, **typed: Any) -> Response:
    row = await service.open_for(store_of(request), delivery_id, person)
    contact = (await copies.contacts(store_of(request).read, [row.person_id])).get(row.person_id)
    again = (
        row.state is State.EXHAUSTED and row.message is not Message.CODE and person.may(Role.ORGANISER, row.contest_id)
    )
    address = service.masked(contact.email) if contact else ""
    entry = await copies.find_entry(store_of(request).read, row.about_id)
    context = {
        "row": row,
        "about": entry.title if entry else "Tài khoản" if row.message is Message.CODE else "Cuộc thi",
        "address": address,
        "again": again,
        "typed_values": {},
        "errors": [],
    } | typed
    return page(request, "deliveries/show.html", status, **context, **WORDS)


@routes.post("/thong-bao/{delivery_id}/gui-lai")
async def send_again(request: Request, delivery_id: str, person: Sender) -> Response:
    """Another try for a delivery that ran out of them."""
    form = await forms.read(request, Again)
    try:
        await service.retry(store_of(request), delivery_id, form.valid().reason, person, now())
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        if form.value is not None:
            form.refuse(refusal)
        return await _one(request, delivery_id, person, refusal.status, typed_values=form.typed, errors=form.errors)
    return see_other(request, f"/thong-bao/{delivery_id}", "Đã xếp thư vào hàng chờ gửi lại.")


@routes.get("/api/notifications/v1/deliveries")
async def deliveries(
    request: Request,
    person: Reader,
    asked: Annotated[Filter, Query()],
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
    size: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Deliveries:
    """Deliveries, the youngest first."""
    listing = await service.listed(store_of(request), asked.sought(person), page=number, size=size)
    return Deliveries(items=[_item(one, listing) for one in listing.items], total=listing.total)


def _item(one: Delivery, listing: Listing) -> Item:
    return Item(recipient=listing.addresses.get(one.person_id, ""), **one.model_dump(include=set(Item.model_fields)))


@routes.get("/api/notifications/v1/deliveries/summary")
async def summary(request: Request, person: Reader, contest_id: Annotated[str, Query(max_length=100)] = "") -> Counts:
    """Counts by message and state, of one contest or of all the asker may see."""
    sought = Sought(contests=service.scope_of(person), contest_id=contest_id)
    counted = await service.summary(store_of(request), sought)
    return Counts(counts=counted.counts, total=counted.total, expected=counted.expected, waiting=counted.waiting)
