"""The register and the formal check as pages, the register as a file, and the same over JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from services.submissions.intake import domain, service
from services.submissions.intake.domain import Line, Query
from services.submissions.scanning import service as scanning
from services.submissions.spreadsheets import domain as spreadsheets
from services.submissions.states.domain import State
from services.submissions.texts.domain import Reason
from shared import forms
from shared.clock import local, now
from shared.errors import Refusal
from shared.identity import Person, Role, may
from shared.mongo import Document
from shared.pages import page, see_other, store_of
from shared.ui.filters import hanoi_input, read_hanoi_input

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["register"])
Reader = Annotated[Person, may(Role.SECRETARY, Role.ORGANISER)]
Secretary = Annotated[Person, may(Role.SECRETARY)]
_NAMES = {"cuoc-thi": "contest_id", "tinh-trang": "state", "nhom": "entrant_group", "linh-vuc": "content_group",
          "tim": "search", "sap-xep": "sort"}  # fmt: skip


def _instant(typed: Any) -> Any:
    if not isinstance(typed, str):
        return typed
    try:
        return read_hanoi_input(typed) if typed.strip() else None
    except ValueError:
        return typed


class DecisionForm(BaseModel):
    """Accept what was read at `revision`."""

    client_key: str = ""
    revision: int | None = None


class ReturnForm(DecisionForm):
    """With a reason, and the instant until which it may be mended."""

    reason: Reason
    until: Annotated[AwareDatetime | None, BeforeValidator(_instant)] = None


def asked(request: Request) -> Query:
    """The query of the address; what makes no sense is left out."""
    params = request.query_params
    typed: dict[str, Any] = {field: params[name][:200] for name, field in _NAMES.items() if params.get(name)}
    number, size = params.get("trang", ""), params.get("so-dong", "")
    if number.isdecimal():
        typed["page"] = max(1, int(number[:6]))
    if size.isdecimal() and int(size) in domain.SIZES:
        typed["size"] = int(size)
    return Query(**typed)


@routes.get("/tiep-nhan")
async def register(request: Request, person: Reader) -> Response:
    query = asked(request)
    listing = await service.listing(store_of(request), query, person)
    return page(
        request,
        "intake/register.html",
        listing=listing,
        query=query,
        params=dict(request.query_params),
        pages=-(-listing.total // query.size),
        by_id={contest.id: contest for contest in listing.contests},
        words=domain.STAND_WORDS,
    )


@routes.get("/tiep-nhan/so.csv")
async def register_csv(request: Request, person: Reader) -> Response:
    content = spreadsheets.as_csv(domain.HEADS, await service.rows(store_of(request), asked(request), person))
    return Response(content, media_type="text/csv; charset=utf-8", headers=_as_file("csv"))


@routes.get("/tiep-nhan/so.xlsx")
async def register_xlsx(request: Request, person: Reader) -> Response:
    rows = await service.rows(store_of(request), asked(request), person)
    content = spreadsheets.as_xlsx("Sổ tiếp nhận", domain.HEADS, rows, widest=2)
    return Response(content, media_type=spreadsheets.XLSX, headers=_as_file("xlsx"))


def _as_file(suffix: str) -> dict[str, str]:
    stamp = f"{local(now()):%Y%m%d-%H%M}"
    return {"Content-Disposition": f'attachment; filename="so-tiep-nhan-{stamp}.{suffix}"'}


@routes.get("/tiep-nhan/{entry_id}")
async def check(request: Request, entry_id: str, person: Reader) -> Response:
    return await _check(request, entry_id, person)


async def _check(request: Request, entry_id: str, person: Person, *, status: int = 200, **more: Any) -> Response:
    sheet = await service.sheet(store_of(request), entry_id, person)
    context = {
        "sheet": sheet,
        "scans": await scanning.of(store_of(request).read, [file.id for file in sheet.last.files]),
        "words": domain.STAND_WORDS,
        "may_decide": person.may(Role.SECRETARY, sheet.line.contest_id) and sheet.entry.state is State.SUBMITTED,
        "values": {"until": hanoi_input(domain.usual_until(now()))},
        "errors": [],
    }
    return page(request, "intake/check.html", status, **context | more)


@routes.post("/tiep-nhan/{entry_id}/nhan")
async def accept(request: Request, entry_id: str, person: Secretary) -> Response:
    form = await forms.read(request, DecisionForm)
    try:
        typed, store = form.valid(), store_of(request)
        made = await service.accept(store, entry_id, revision=typed.revision, key=typed.client_key, by=person, at=now())
    except Refusal as refusal:
        form.refuse(refusal)
        return await _check(request, entry_id, person, errors=form.errors, status=refusal.status)
    note = f"Đã tiếp nhận bài số {made['number']}. Bài được chuyển để vào phách."
    return see_other(request, "/tiep-nhan?tinh-trang=submitted", note)


@routes.post("/tiep-nhan/{entry_id}/tra")
async def send_back(request: Request, entry_id: str, person: Secretary) -> Response:
    form = await forms.read(request, ReturnForm)
    try:
        made = await _return(request, entry_id, form.valid(), person)
    except Refusal as refusal:
        form.refuse(refusal)
        return await _check(request, entry_id, person, values=form.typed, errors=form.errors, status=refusal.status)
    note = f"Đã trả lại bài số {made['number']} kèm lý do. Người dự thi sẽ nhận được thông báo."
    return see_other(request, "/tiep-nhan?tinh-trang=submitted", note)


async def _return(request: Request, entry_id: str, typed: "ReturnForm | ReturnIn", by: Person) -> Document:
    own = typed.model_dump(include={"reason", "until", "revision"})
    return await service.send_back(store_of(request), entry_id, key=typed.client_key, by=by, at=now(), **own)


class AcceptIn(BaseModel):
    """A decision; with `revision` it counts only for what was read."""

    model_config = ConfigDict(extra="forbid")

    client_key: str
    revision: int | None = None


class ReturnIn(AcceptIn):
    """With a reason; without `until` three days are given."""

    reason: Reason
    until: AwareDatetime | None = None


class Decided(BaseModel):
    """The state the entry has now, and its number in the register."""

    state: State
    number: int


class RegisterOut(BaseModel):
    """A page of the register; `by_state` adds up to what is there without a state asked for."""

    items: list[Line]
    total: int
    by_state: dict[str, int]


@api.get("/register")
async def read_register(
    request: Request,
    person: Reader,
    contest_id: str = "",
    state: str = "",
    page: Annotated[int, Field(ge=1, le=100_000)] = 1,
    size: Annotated[int, Field(ge=1, le=100)] = domain.SIZES[0],
) -> RegisterOut:
    query = Query(contest_id=contest_id, state=state, page=page, size=size)
    found = await service.listing(store_of(request), query, person)
    return RegisterOut(items=found.lines, total=found.total, by_state=found.by_state)


@api.post("/register/{entry_id}/accept")
async def accept_entry(request: Request, entry_id: str, typed: AcceptIn, person: Secretary) -> Decided:
    store = store_of(request)
    made = await service.accept(store, entry_id, revision=typed.revision, key=typed.client_key, by=person, at=now())
    return Decided(**made)


@api.post("/register/{entry_id}/return")
async def return_entry(request: Request, entry_id: str, typed: ReturnIn, person: Secretary) -> Decided:
    return Decided(**await _return(request, entry_id, typed, person))
