"""The chair's page of conflicts of interest: declaring one, those that came to light late, and deciding one of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from services.judging.copies import service as copies
from services.judging.late_conflicts import service
from services.judging.late_conflicts.domain import CAUSES, Choice
from shared import forms
from shared.clock import now
from shared.errors import Invalid, NotFound, Refusal
from shared.identity import Person, Role, may
from shared.ids import read_code
from shared.pages import page, see_other, store_of
from shared.text import Line

routes = APIRouter(include_in_schema=False)
Chair = Annotated[Person, may(Role.CHAIR, Role.ORGANISER)]
Reader = Annotated[Person, may(Role.CHAIR, Role.ORGANISER, Role.AUDITOR)]
_PAGE = "/cham-thi/quan-ly/{contest_id}/xung-dot"
_NOTED = (
    "Nội dung xung đột đã ghi nhận và có hiệu lực cho các lần rút thăm sau. Giám khảo đã nhận bài mà chưa chấm thì bài "
    "được chuyển người khác; phiếu đã bắt đầu chấm thì chờ quyết định trên trang này."
)
_DECIDED = "Đã ghi quyết định vào nhật ký điểm."


class Declaration(BaseModel):
    """A conflict that the data does not show."""

    model_config = ConfigDict(extra="forbid")

    judge_id: Annotated[str, Field(min_length=1)]
    code: Annotated[Line, Field(min_length=1)]
    reason: Annotated[Line, Field(min_length=1, max_length=500)]


class Decision(BaseModel):
    """How, and why."""

    model_config = ConfigDict(extra="forbid")

    choice: Choice = Field(title="Cách xử lý")
    reason: Annotated[Line, Field(min_length=1, max_length=500)] = Field(title="Lý do")


async def _shown(request: Request, contest_id: str, person: Person, *, status: int = 200, **more: Any) -> Response:
    store = store_of(request)
    context = {
        "contest": await copies.contest(store.read, contest_id),
        "rows": await service.rows(store, contest_id, person),
        "judges": await copies.judges(store.read, contest_id),
        "may_decide": any(person.may(role, contest_id) for role in (Role.CHAIR, Role.ORGANISER)),
        "causes": CAUSES,
        "values": {},
        "errors": [],
        "back": {"href": f"/cham-thi/quan-ly/{contest_id}", "text": "Quản lý chấm thi"},
        **more,
    }
    return page(request, "late_conflicts/list.html", status, **context)


@routes.get(_PAGE)
async def listing(request: Request, contest_id: str, person: Reader) -> Response:
    return await _shown(request, contest_id, person)


@routes.post(_PAGE)
async def declare(request: Request, contest_id: str, person: Chair) -> Response:
    form = await forms.read(request, Declaration)
    try:
        said = form.valid()
        code = read_code(said.code)
        if code is None:
            raise Invalid([{"field": "code", "text": "Số phách không đúng; hãy kiểm tra lại từng ký tự."}])
        await service.declare(store_of(request), contest_id, said.judge_id, code, said.reason, by=person, at=now())
    except Refusal as refusal:
        missing = Refusal("Không có bài nào mang số phách này.", field="code")
        form.refuse(missing if isinstance(refusal, NotFound) else refusal)
        return await _shown(request, contest_id, person, status=refusal.status, values=form.typed, errors=form.errors)
    return see_other(request, _PAGE.format(contest_id=contest_id), _NOTED)


async def _case(
    request: Request, contest_id: str, conflict_id: str, person: Person, *, status: int = 200, **more: Any
) -> Response:
    store = store_of(request)
    context = {
        "contest": await copies.contest(store.read, contest_id),
        "row": await service.row(store, contest_id, conflict_id, person),
        "own": person.id,
        "causes": CAUSES,
        "values": {},
        "errors": [],
        "back": {"href": _PAGE.format(contest_id=contest_id), "text": "Xung đột lợi ích"},
        **more,
    }
    return page(request, "late_conflicts/decide.html", status, **context)


@routes.get(_PAGE + "/{conflict_id}")
async def case(request: Request, contest_id: str, conflict_id: str, person: Chair) -> Response:
    return await _case(request, contest_id, conflict_id, person)


@routes.post(_PAGE + "/{conflict_id}")
async def decide(request: Request, contest_id: str, conflict_id: str, person: Chair) -> Response:
    form = await forms.read(request, Decision)
    try:
        said, store = form.valid(), store_of(request)
        await service.decide(store, contest_id, conflict_id, said.choice, reason=said.reason, by=person, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        typed = {"values": form.typed, "errors": form.errors}
        return await _case(request, contest_id, conflict_id, person, status=refusal.status, **typed)
    return see_other(request, _PAGE.format(contest_id=contest_id), _DECIDED)
