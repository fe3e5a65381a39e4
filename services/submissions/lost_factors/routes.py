"""The administrator's page for somebody who lost every second factor."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from services.submissions.factors import service as factors
from services.submissions.lost_factors import service
from services.submissions.lost_factors.domain import Reason
from services.submissions.people import service as people
from shared import forms
from shared.errors import NotFound, Refusal
from shared.identity import Person, Role, may
from shared.pages import page, see_other, store_of

routes = APIRouter(include_in_schema=False)
Administrator = Annotated[Person, may(Role.ADMINISTRATOR)]
PAGE = "/quan-tri/nguoi-dung/{person_id}/xac-nhan-hai-buoc"


class ResetForm(BaseModel):
    """Why, for whoever reads it later; an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")
    why: Reason


@routes.get(PAGE)
async def show(request: Request, person_id: str, _: Administrator) -> Response:
    return await _page(request, person_id, 200, {}, [])


async def _page(
    request: Request, person_id: str, status: int, values: dict[str, Any], errors: list[dict[str, str]]
) -> Response:
    tx = store_of(request).read
    shown = {"account": await people.get(tx, person_id), "own": await factors.overview(tx, person_id)}
    earlier = await service.of(tx, person_id)
    return page(request, "lost_factors/reset.html", status, **shown, earlier=earlier, values=values, errors=errors)


@routes.post(PAGE)
async def reset(request: Request, person_id: str, person: Administrator) -> Response:
    """Whoever asks showed their papers; the reason says which."""
    form = await forms.read(request, ResetForm)
    try:
        why, key = form.valid().why, request.app.state.desk.settings.secret_key.get_secret_value()
        await service.reset(store_of(request), person_id, why, by=person, secret_key=key)
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return await _page(request, person_id, refusal.status, form.typed, form.errors)
    note = "Đã gỡ xác nhận hai bước. Người này đăng nhập bằng mật khẩu và cần thiết lập lại ngay."
    return see_other(request, PAGE.format(person_id=person_id), note)
