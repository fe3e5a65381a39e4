"""The formal check of one entry as a page with its decisions, going from one to the next; decisions over JSON."""

from collections.abc import Awaitable
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from services.submissions.decisions import domain, service
from services.submissions.files import service as files
from services.submissions.intake import service as intake
from services.submissions.intake.domain import STAND_WORDS
from services.submissions.scanning import service as scanning
from services.submissions.states.domain import Rule, State
from services.submissions.texts.domain import Reason
from shared import forms
from shared.clock import now
from shared.errors import NotFound, Refusal
from shared.forms import Typed
from shared.identity import Person, Role, may
from shared.mongo import Document
from shared.pages import page, see_other, store_of
from shared.ui.filters import hanoi_input, typed_instant

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["register"])
Reader = Annotated[Person, may(Role.SECRETARY, Role.ORGANISER)]
Secretary = Annotated[Person, may(Role.SECRETARY)]


Until = Annotated[AwareDatetime | None, BeforeValidator(typed_instant)]
Ticked = Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=80)]


class DecisionForm(BaseModel):
    """Accept what was read at `revision`."""

    client_key: str = ""
    revision: int | None = None


class ReturnForm(DecisionForm):
    """What is missing, ticked and in words, and the instant until which it may be mended."""

    missing: Ticked = []
    reason: Reason = Field(title="Cần bổ sung gì")
    until: Until = None


class ExtendForm(DecisionForm):
    """Until when instead."""

    longer: Annotated[AwareDatetime, BeforeValidator(typed_instant)] = Field(title="Gia hạn bổ sung đến")


class RefuseForm(DecisionForm):
    """By which rule, and why in words."""

    rule: Rule = Field(title="Căn cứ theo thể lệ")
    why: Reason = Field(title="Lý do")


class ReopenForm(DecisionForm):
    """Why the refusal was a mistake."""

    because: Reason = Field(title="Lý do mở lại")


@routes.get("/tiep-nhan/{entry_id}")
async def check(request: Request, entry_id: str, person: Reader) -> Response:
    return await _check(request, entry_id, person)


async def _check(request: Request, entry_id: str, person: Person, *, status: int = 200, **more: Any) -> Response:
    sheet = await intake.sheet(store_of(request), entry_id, person)
    decides = person.may(Role.SECRETARY, sheet.line.contest_id)
    offers = domain.offers(sheet.entry, sheet.contest, now(), decides=decides)
    context = {"sheet": sheet, "words": STAND_WORDS, "values": {}, "errors": [], **offers._asdict(), **more}
    context["scans"] = await scanning.of(store_of(request).read, [file.id for file in sheet.last.files])
    context["copies"] = await files.copies(store_of(request).read, sheet.last.files)
    usual = hanoi_input(domain.usual_until(now()))
    context["values"] = {"until": usual, "longer": usual} | context["values"]
    return page(request, "decisions/check.html", status, **context)


async def _next(request: Request, entry_id: str, person: Person, note: str) -> Response:
    """On to the next entry that waits, or back to the register when none does."""
    store = store_of(request)
    line = await intake.seen(store.read, entry_id, person)
    after = await intake.next_waiting(store.read, line)
    address = f"/tiep-nhan/{after.entry_id}" if after else f"/tiep-nhan?cuoc-thi={line.contest_id}"
    more = f" Đây là bài kế tiếp đang chờ, số {after.number}." if after else " Không còn bài nào chờ kiểm tra."
    return see_other(request, address, note + more)


async def _decided(
    request: Request, entry_id: str, person: Person, form: Typed[Any], decision: Awaitable[Document], note: str
) -> Response:
    try:
        made = await decision
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return await _check(request, entry_id, person, values=form.typed, errors=form.errors, status=refusal.status)
    return await _next(request, entry_id, person, note.format(number=made["number"]))


@routes.post("/tiep-nhan/{entry_id}/nhan")
async def accept(request: Request, entry_id: str, person: Secretary) -> Response:
    form = await forms.read(request, DecisionForm)

    async def decide() -> Document:
        typed = form.valid()
        return await service.accept(
            store_of(request), entry_id, revision=typed.revision, key=typed.client_key, by=person, at=now()
        )

    note = "Đã tiếp nhận bài số {number}. Bài được chuyển để vào phách."
    return await _decided(request, entry_id, person, form, decide(), note)


@routes.post("/tiep-nhan/{entry_id}/tra")
async def send_back(request: Request, entry_id: str, person: Secretary) -> Response:
    form = await forms.read(request, ReturnForm)

    async def decide() -> Document:
        return await _return(request, entry_id, form.valid(), person)

    note = "Đã đề nghị bổ sung bài số {number} kèm lý do. Người dự thi sẽ nhận được thông báo."
    return await _decided(request, entry_id, person, form, decide(), note)


async def _return(request: Request, entry_id: str, typed: "ReturnForm | ReturnIn", by: Person) -> Document:
    own = typed.model_dump(include={"reason", "missing", "until", "revision"})
    return await service.send_back(store_of(request), entry_id, key=typed.client_key, by=by, at=now(), **own)


@routes.post("/tiep-nhan/{entry_id}/gia-han")
async def extend(request: Request, entry_id: str, person: Secretary) -> Response:
    form = await forms.read(request, ExtendForm)

    async def decide() -> Document:
        typed = form.valid()
        return await service.extend(
            store_of(request), entry_id, until=typed.longer, key=typed.client_key, by=person, at=now()
        )

    note = "Đã gia hạn bổ sung cho bài số {number}. Người dự thi sẽ nhận được thông báo."
    return await _decided(request, entry_id, person, form, decide(), note)


@routes.post("/tiep-nhan/{entry_id}/tu-choi")
async def refuse(request: Request, entry_id: str, person: Secretary) -> Response:
    form = await forms.read(request, RefuseForm)

    async def decide() -> Document:
        typed = form.valid()
        own: dict[str, Any] = {"rule": typed.rule, "reason": typed.why, "revision": typed.revision}
        return await service.refuse(store_of(request), entry_id, key=typed.client_key, by=person, at=now(), **own)

    note = "Đã kết luận bài số {number} không hợp lệ. Người dự thi được báo căn cứ và lý do."
    return await _decided(request, entry_id, person, form, decide(), note)


@routes.post("/tiep-nhan/{entry_id}/mo-lai")
async def reopen(request: Request, entry_id: str, person: Secretary) -> Response:
    form = await forms.read(request, ReopenForm)
    try:
        typed, store = form.valid(), store_of(request)
        await service.reopen(store, entry_id, reason=typed.because, key=typed.client_key, by=person, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return await _check(request, entry_id, person, values=form.typed, errors=form.errors, status=refusal.status)
    return see_other(request, f"/tiep-nhan/{entry_id}", "Đã mở lại bài. Người dự thi được báo, bài chờ kiểm tra lại.")


class AcceptIn(BaseModel):
    """A decision about what was read: without `revision`, the number of the hand-in, it is refused."""

    model_config = ConfigDict(extra="forbid")

    client_key: str
    revision: int | None = None


class ReturnIn(AcceptIn):
    """What is missing, ticked and in words; without `until` three days are given."""

    missing: Ticked = []
    reason: Reason
    until: Until = None


class RefuseIn(AcceptIn):
    """By which rule, and why in words."""

    rule: Rule
    reason: Reason


class Decided(BaseModel):
    """The state the entry has now, and its number in the register."""

    state: State
    number: int


@api.post("/register/{entry_id}/accept")
async def accept_entry(request: Request, entry_id: str, typed: AcceptIn, person: Secretary) -> Decided:
    store = store_of(request)
    made = await service.accept(store, entry_id, revision=typed.revision, key=typed.client_key, by=person, at=now())
    return Decided(**made)


@api.post("/register/{entry_id}/return")
async def return_entry(request: Request, entry_id: str, typed: ReturnIn, person: Secretary) -> Decided:
    return Decided(**await _return(request, entry_id, typed, person))


@api.post("/register/{entry_id}/refuse")
async def refuse_entry(request: Request, entry_id: str, typed: RefuseIn, person: Secretary) -> Decided:
    own = typed.model_dump(include={"rule", "reason", "revision"})
    made = await service.refuse(store_of(request), entry_id, key=typed.client_key, by=person, at=now(), **own)
    return Decided(**made)
