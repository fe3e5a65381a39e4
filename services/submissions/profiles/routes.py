"""The owner's profile as a page."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from services.submissions.people import service as people
from services.submissions.profiles import service
from services.submissions.profiles.domain import IdNumber, Profile
from services.submissions.settings import Settings
from services.submissions.units.domain import level_words
from shared import forms
from shared.errors import Refusal
from shared.identity import SIGNED_IN, Person
from shared.pages import page, see_other, store_of

routes = APIRouter(include_in_schema=False)
Owner = Annotated[Person, SIGNED_IN]
PAGE = "/tai-khoan/ho-so"


def _secret_key(request: Request) -> str:
    settings: Settings = request.app.state.desk.settings
    return settings.secret_key.get_secret_value()


@routes.get(PAGE)
async def show(request: Request, person: Owner) -> Response:
    return await _page(request, person, 200, None, [])


async def _page(
    request: Request, person: Person, status: int, typed: dict[str, Any] | None, errors: list[dict[str, str]]
) -> Response:
    tx = store_of(request).read
    account, here = await people.get(tx, person.id), await service.units_today(tx)
    units = [{"value": unit.id, "text": f"{level_words(unit.level)}: {unit.name}"} for unit in here]
    kept = account.model_dump(mode="json", include=set(Profile.model_fields))
    values = {**kept, "unit_id": account.unit_id or "", **(typed or {})}
    number = service.covered(account, _secret_key(request))
    return page(
        request, "profiles/show.html", status, account=account, units=units, values=values, errors=errors, number=number
    )


@routes.post(PAGE)
async def change(request: Request, person: Owner) -> Response:
    form = await forms.read(request, Profile)
    try:
        await service.change(store_of(request), form.valid(), by=person)
    except Refusal as refusal:
        form.refuse(refusal)
        return await _page(request, person, refusal.status, form.typed, form.errors)
    return see_other(request, PAGE, "Đã lưu hồ sơ.")


@routes.post(PAGE + "/so-dinh-danh")
async def keep_number(request: Request, person: Owner) -> Response:
    """A number that looks wrong is kept and said to look wrong."""
    form = await forms.read(request, IdNumber)
    try:
        number = form.valid().id_number
        odd = await service.keep_number(store_of(request), number, secret_key=_secret_key(request), by=person)
    except Refusal as refusal:
        form.refuse(refusal)
        return await _page(request, person, refusal.status, form.typed, form.errors)
    if odd:
        return see_other(request, PAGE, f"Đã lưu số định danh, nhưng hãy xem lại: {odd}", "warning")
    return see_other(request, PAGE, "Đã lưu số định danh, được niêm phong.")


@routes.post(PAGE + "/so-dinh-danh/xoa")
async def delete_number(request: Request, person: Owner) -> Response:
    await service.delete_number(store_of(request), by=person)
    return see_other(request, PAGE, "Đã xóa số định danh.")
