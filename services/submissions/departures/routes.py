"""The page that asks once more before a co-author leaves, and the same over JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.submissions.coauthors.domain import may_leave
from services.submissions.departures import service
from services.submissions.entries.domain import Entry
from shared import forms
from shared.clock import now
from shared.errors import NotFound, Refusal
from shared.identity import SIGNED_IN, Person, Role, may
from shared.pages import page, see_other, store_of
from shared.text import Line

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["coauthors"])
Entrant = Annotated[Person, may(Role.ENTRANT)]
SignedIn = Annotated[Person, SIGNED_IN]
_PAGE = "/bai-du-thi/{entry_id}/roi-bai"
_LEFT = "Bạn không còn là đồng tác giả của bài này. Chủ bài được báo tin."


class LeaveForm(BaseModel):
    """Ticked, and perhaps a word to the owner."""

    model_config = ConfigDict(extra="ignore")

    sure: bool = False
    reason: Annotated[Line, Field(max_length=500)] = ""


@routes.get(_PAGE)
async def ask(request: Request, entry_id: str, person: SignedIn) -> Response:
    entry = await service.find(store_of(request), entry_id, person)
    if entry is None:
        return see_other(request, "/bai-du-thi", _LEFT)
    return _ask(request, entry, person)


def _ask(request: Request, entry: Entry, person: Person, status: int = 200, **more: Any) -> Response:
    context = {"errors": [], "values": {}, "possible": may_leave(entry, person.id), **more}
    return page(request, "departures/leave.html", status, entry=entry, **context)


@routes.post(_PAGE)
async def leave(request: Request, entry_id: str, person: Entrant) -> Response:
    form, store = await forms.read(request, LeaveForm), store_of(request)
    try:
        typed = form.valid()
        await service.leave(store, entry_id, sure=typed.sure, reason=typed.reason, by=person, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        entry = await service.find(store, entry_id, person)
        if entry is not None:
            return _ask(request, entry, person, refusal.status, errors=form.errors, values=form.typed)
    return see_other(request, "/bai-du-thi", _LEFT)


class LeaveIn(BaseModel):
    """A word to the owner, who reads it as it is."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Line, Field(max_length=500)] = ""


@api.post("/entries/{entry_id}/leave", status_code=204)
async def leave_entry(request: Request, entry_id: str, asked: LeaveIn, person: Entrant) -> None:
    await service.leave(store_of(request), entry_id, sure=True, reason=asked.reason, by=person, at=now())
