"""The page where two entries are compared by what the desk knows, joined and parted; the same over JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.submissions.joins import service
from services.submissions.papers.domain import Why
from shared import forms
from shared.clock import now
from shared.errors import NotFound, Refusal
from shared.identity import Person, Role, may
from shared.pages import page, see_other, store_of

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["papers"])
Reader = Annotated[Person, may(Role.SECRETARY, Role.ORGANISER)]
Secretary = Annotated[Person, may(Role.SECRETARY)]
PAGE = "/tiep-nhan/nhap-bai"
_Id = Annotated[str, Field(min_length=1, max_length=60)]


class JoinForm(BaseModel):
    """The entry that is the same."""

    other_id: _Id


class PartForm(JoinForm):
    """Why they are two after all."""

    reason: Why = Field(title="Vì sao là hai bài khác nhau")


@routes.get(PAGE + "/{entry_id}")
async def show(request: Request, entry_id: str, person: Reader, voi: str = "") -> Response:
    """`voi`: the other entry to lay beside it."""
    if not voi:
        return await _show(request, entry_id, person)
    one, other = await service.compare(store_of(request), entry_id, voi, person)
    may_write = person.may(Role.SECRETARY, one.entry.contest_id)
    return page(request, "joins/compare.html", one=one, other=other, may_write=may_write)


async def _show(request: Request, entry_id: str, person: Person, *, status: int = 200, **more: Any) -> Response:
    sheet = await service.sheet(store_of(request), entry_id, person)
    may_write = person.may(Role.SECRETARY, sheet.entry.contest_id)
    context = {"sheet": sheet, "may_write": may_write, "values": {}, "errors": []}
    return page(request, "joins/show.html", status, **context | more)


@routes.post(PAGE + "/{entry_id}")
async def join(request: Request, entry_id: str, person: Secretary) -> Response:
    form, store = await forms.read(request, JoinForm), store_of(request)
    try:
        made = await service.join(store, entry_id, form.valid().other_id, by=person, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return await _show(request, entry_id, person, status=refusal.status, errors=form.errors)
    note = f"Đã nhập số {made['other']} vào số {made['number']}: hai bản chỉ tính một bài."
    return see_other(request, f"{PAGE}/{entry_id}", note)


@routes.post(PAGE + "/{entry_id}/tach")
async def part(request: Request, entry_id: str, person: Secretary) -> Response:
    form, store = await forms.read(request, PartForm), store_of(request)
    try:
        typed = form.valid()
        await service.part(store, entry_id, typed.other_id, typed.reason, by=person, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return await _show(request, entry_id, person, status=refusal.status, values=form.typed, errors=form.errors)
    return see_other(request, f"{PAGE}/{entry_id}", "Đã tách thành hai bài.")


class JoinIn(JoinForm):
    """The same over JSON."""

    model_config = ConfigDict(extra="forbid")


class Joined(BaseModel):
    """`kept` counts under `number`; `other` is the number that points to it."""

    kept: str
    number: int
    other: int


@api.post("/register/{entry_id}/join")
async def join_entries(request: Request, entry_id: str, asked: JoinIn, person: Secretary) -> Joined:
    return Joined(**await service.join(store_of(request), entry_id, asked.other_id, by=person, at=now()))
