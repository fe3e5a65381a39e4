"""The page where somebody takes over the paper they handed in before they had an account."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from services.submissions.claims import service
from services.submissions.status_codes.domain import StatusForm
from shared import forms
from shared.clock import now
from shared.errors import NotFound, Refusal
from shared.identity import Person, Role, may
from shared.pages import page, place_of, see_other, store_of

routes = APIRouter(include_in_schema=False)
Entrant = Annotated[Person, may(Role.ENTRANT)]
PAGE = "/bai-du-thi/nhan-bai-giay"


@routes.get(PAGE)
async def ask(request: Request, person: Entrant) -> Response:
    return await _ask(request, person)


async def _ask(request: Request, person: Person, *, status: int = 200, **more: Any) -> Response:
    offers = await service.offers(store_of(request), person)
    return page(request, "claims/ask.html", status, **{"offers": offers, "values": {}, "errors": []} | more)


def _secret_key(request: Request) -> str:
    return str(request.app.state.desk.settings.secret_key.get_secret_value())


@routes.post(PAGE)
async def claim_by_receipt(request: Request, person: Entrant) -> Response:
    form = await forms.read(request, StatusForm)

    async def claim() -> str:
        asked = form.valid()
        return await service.by_receipt(
            store_of(request),
            asked.code,
            asked.pin,
            place=place_of(request),
            secret_key=_secret_key(request),
            by=person,
            at=now(),
        )

    return await _claimed(request, person, form, claim)


@routes.post(PAGE + "/{entry_id}")
async def claim_by_address(request: Request, entry_id: str, person: Entrant) -> Response:
    async def claim() -> str:
        return await service.by_address(
            store_of(request), entry_id, secret_key=_secret_key(request), by=person, at=now()
        )

    return await _claimed(request, person, forms.Typed({}), claim)


async def _claimed(
    request: Request, person: Person, form: forms.Typed[Any], claim: Callable[[], Awaitable[str]]
) -> Response:
    try:
        entry_id = await claim()
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        values = {**form.typed, "pin": ""}
        return await _ask(request, person, status=refusal.status, values=values, errors=form.errors)
    return see_other(request, f"/bai-du-thi/{entry_id}", "Bài giấy đã ở trong danh sách bài của bạn.")
