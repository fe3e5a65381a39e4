"""What is kept of finished contests and until when, for the administrator."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from services.submissions.retention import service
from shared.clock import now
from shared.identity import Person, Role, may
from shared.pages import page, see_other, store_of

routes = APIRouter(include_in_schema=False)
Administrator = Annotated[Person, may(Role.ADMINISTRATOR)]


@routes.get("/quan-tri/luu-tru")
async def listed(request: Request, person: Administrator) -> Response:
    automatic = request.app.state.desk.settings.retention == "automatic"
    cases = await service.listed(store_of(request), person)
    return page(request, "retention/list.html", cases=cases, at=now(), automatic=automatic)


@routes.post("/quan-tri/luu-tru/{contest_id}")
async def confirm(request: Request, contest_id: str, person: Administrator) -> Response:
    await service.confirm(store_of(request), contest_id, by=person, at=now())
    return see_other(request, "/quan-tri/luu-tru", "Đã xác nhận. Dữ liệu cá nhân của cuộc thi này đang được xóa.")
