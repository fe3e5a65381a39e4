"""The administrator's desk for requests about personal data."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.submissions.requests import domain, service
from services.submissions.requests.domain import Words
from shared import forms
from shared.clock import now
from shared.errors import Refusal
from shared.identity import Person, Role, may
from shared.pages import page, see_other, store_of

routes = APIRouter(include_in_schema=False)
Administrator = Annotated[Person, may(Role.ADMINISTRATOR)]
PageNumber = Annotated[int, Query(alias="trang", ge=1, le=10_000)]


class AnswerForm(BaseModel):
    """What the person reads."""

    outcome: Literal["answered", "refused"] = Field(title="Kết quả")
    text: Words = Field(title="Câu trả lời")


@routes.get("/quan-tri/yeu-cau")
async def desk(
    request: Request,
    person: Administrator,
    shown: Annotated[Literal["cho", "tat-ca"], Query(alias="xem")] = "cho",
    number: PageNumber = 1,
) -> Response:
    store = store_of(request)
    cases, total = await service.desk(store, open_only=shown == "cho", page=number, by=person)
    context: dict[str, Any] = {"cases": cases, "total": total, "shown": shown, "number": number, "at": now()}
    pages = max(1, -(-total // service.PAGE))
    return page(request, "requests/desk.html", pages=pages, params=dict(request.query_params), **context)


@routes.get("/quan-tri/yeu-cau/{request_id}")
async def show(request: Request, request_id: str, person: Administrator) -> Response:
    return await _show(request, request_id, person)


async def _show(
    request: Request, request_id: str, person: Person, status: int = 200, *, values: Any = None, errors: Any = ()
) -> Response:
    case = await service.case(store_of(request), request_id, person)
    typed: dict[str, Any] = {"values": values or {}, "errors": list(errors), "at": now()}
    return page(request, "requests/show.html", status, case=case, kind=domain.Kind, **typed)


@routes.post("/quan-tri/yeu-cau/{request_id}/nhan")
async def take(request: Request, request_id: str, person: Administrator) -> Response:
    await service.take(store_of(request), request_id, by=person, at=now())
    return see_other(request, f"/quan-tri/yeu-cau/{request_id}", "Bạn đã nhận xử lý yêu cầu này.")


@routes.post("/quan-tri/yeu-cau/{request_id}/tra-loi")
async def answer(request: Request, request_id: str, person: Administrator) -> Response:
    form = await forms.read(request, AnswerForm)
    try:
        typed = form.valid()
        refused = typed.outcome == "refused"
        await service.answer(store_of(request), request_id, typed.text, refused=refused, by=person, at=now())
    except Refusal as refusal:
        form.refuse(refusal)
        return await _show(request, request_id, person, refusal.status, values=form.typed, errors=form.errors)
    return see_other(request, "/quan-tri/yeu-cau", "Đã trả lời. Người yêu cầu thấy câu trả lời trên trang của họ.")
