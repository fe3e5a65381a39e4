"""Carrying out an erasure that was asked for at the desk."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from services.submissions.erasures import service
from shared.clock import now
from shared.identity import Person, Role, may
from shared.pages import see_other, store_of

routes = APIRouter(include_in_schema=False)


@routes.post("/quan-tri/yeu-cau/{request_id}/xoa")
async def carry_out(request: Request, request_id: str, person: Annotated[Person, may(Role.ADMINISTRATOR)]) -> Response:
    """Erase whoever asked for it; the request is thereby answered."""
    secret_key = request.app.state.desk.settings.secret_key.get_secret_value()
    await service.carry_out(store_of(request), request_id, by=person, secret_key=secret_key, at=now())
    return see_other(
        request, "/quan-tri/yeu-cau", "Đã xóa tài khoản; việc gỡ thông tin ở những nơi khác đang chạy tiếp."
    )
