"""The offer, field by field before and after, and taking it up."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from services.submissions.conversions import service
from services.submissions.effects.domain import LABELS
from services.submissions.entries import service as entries
from shared import forms
from shared.clock import now
from shared.errors import NotFound, Refusal
from shared.identity import SIGNED_IN, Person, Role, may
from shared.pages import page, see_other, store_of

routes = APIRouter(include_in_schema=False)
Entrant = Annotated[Person, may(Role.ENTRANT)]
SignedIn = Annotated[Person, SIGNED_IN]


class ConvertForm(BaseModel):
    """Which fields, of the words as read at `version`."""

    version: int
    fields: list[str] = []


@routes.get("/bai-du-thi/{entry_id}/bang-ma")
async def offer(request: Request, entry_id: str, person: SignedIn) -> Response:
    return await _offer(request, entry_id, person)


async def _offer(request: Request, entry_id: str, person: Person, *, status: int = 200, **more: Any) -> Response:
    entry, contest = await entries.view(store_of(request), entry_id, person)
    labels = {"title": "Tên sáng kiến"} | {f"parts.{part.id}": part.title for part in contest.parts} | LABELS
    context = {"entry": entry, "contest": contest, "offers": entry.offers(), "labels": labels, "errors": []}
    context |= {"before": entry.fields(), "editable": entry.editable(contest, now())}
    return page(request, "conversions/offer.html", status, **context | more)


@routes.post("/bai-du-thi/{entry_id}/bang-ma")
async def convert(request: Request, entry_id: str, person: Entrant) -> Response:
    form = await forms.read(request, ConvertForm)
    try:
        asked = form.valid()
        await service.convert(store_of(request), entry_id, asked.fields, version=asked.version, by=person, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return await _offer(request, entry_id, person, status=refusal.status, errors=form.errors)
    return see_other(request, f"/bai-du-thi/{entry_id}/soan", "Đã chuyển chữ. Bản trước khi chuyển còn trong lịch sử.")
