"""The page of an invitation and its answer, and the same over JSON."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.submissions.coauthors import domain
from services.submissions.coauthors.domain import State
from services.submissions.invitations import service
from services.submissions.invitations.service import Answer, Asked
from shared import forms
from shared.clock import now
from shared.errors import Refusal
from shared.identity import PUBLIC, SIGNED_IN, Person, Role, may
from shared.pages import page, see_other, store_of
from shared.text import Line

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["coauthors"])
Entrant = Annotated[Person, may(Role.ENTRANT)]
SignedIn = Annotated[Person, SIGNED_IN]
_MINE = "/bai-du-thi/loi-moi-cua-toi/{invitation_id}"


class AnswerForm(BaseModel):
    """Agreed to the share that was shown, or declined."""

    model_config = ConfigDict(extra="ignore")

    act: str = ""
    share: Decimal
    reason: Annotated[Line, Field(max_length=500)] = ""


@routes.get("/bai-du-thi/loi-moi/{secret}")
async def invitation(request: Request, secret: str, person: Annotated[Person | None, PUBLIC]) -> Response:
    """For whoever holds the letter; who answered it already goes on to what it was about."""
    store = store_of(request)
    done = await service.answered_by(store, secret, person) if person else None
    if done is not None:
        return see_other(request, _after(done.entry_id, agreed=done.state is State.AGREED))
    return await _ask(request, await service.by_secret(store, secret, now()), person)


def _after(entry_id: str, *, agreed: bool) -> str:
    return f"/bai-du-thi/{entry_id}" if agreed else "/bai-du-thi"


async def _ask(request: Request, asked: Asked, person: Person | None, status: int = 200, **more: Any) -> Response:
    context = {"errors": [], "values": {}, **more}
    shown = page(request, "invitations/invitation.html", status, asked=asked, who=person, **context)
    # Not `no-referrer`: a browser would then send the answer with `Origin: null`, which no gate lets in.
    shown.headers["Referrer-Policy"] = "same-origin"
    shown.headers["X-Robots-Tag"] = "noindex"
    return shown


@routes.post("/bai-du-thi/loi-moi/{secret}")
async def answer(request: Request, secret: str, person: Entrant) -> Response:
    done = await service.answered_by(store_of(request), secret, person)
    if done is not None:
        return see_other(request, _after(done.entry_id, agreed=done.state is State.AGREED))
    return await _answer(request, person, secret=secret)


@routes.get(_MINE)
async def my_invitation(request: Request, invitation_id: str, person: SignedIn) -> Response:
    return await _ask(request, await service.for_person(store_of(request), invitation_id, person, now()), person)


@routes.post(_MINE)
async def answer_mine(request: Request, invitation_id: str, person: Entrant) -> Response:
    return await _answer(request, person, invitation_id=invitation_id)


async def _answer(request: Request, person: Person, **found_by: str) -> Response:
    form, store = await forms.read(request, AnswerForm), store_of(request)
    agreed = form.typed.get("act") == "agree"
    try:
        typed = form.valid()
        said = Answer(**found_by, share=typed.share if agreed else None, reason=typed.reason)
        entry_id = await service.answer(store, said, by=person, at=now())
    except domain.InvitationOver:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        if "secret" in found_by:
            asked = await service.by_secret(store, found_by["secret"], now())
        else:
            asked = await service.for_person(store, found_by["invitation_id"], person, now())
        return await _ask(request, asked, person, refusal.status, errors=form.errors, values=form.typed)
    note = "Bạn đã là đồng tác giả của bài này." if agreed else "Đã từ chối lời mời. Người mời thấy lý do của bạn."
    return see_other(request, _after(entry_id, agreed=agreed), note)


class InvitationOut(BaseModel):
    """What waits for the asker's answer."""

    id: str
    title: str
    contest_id: str
    owner: str
    share: Decimal
    expires_at: AwareDatetime


@api.get("/invitations")
async def list_invitations(request: Request, person: Entrant) -> dict[str, list[InvitationOut]]:
    found = await service.waiting(store_of(request), person, now())
    known = [
        InvitationOut(
            title=one.title, contest_id=one.contest.id, owner=one.owner,
            **one.invitation.model_dump(include={"id", "share", "expires_at"}),
        )
        for one in found
    ]  # fmt: skip
    return {"items": known}


class AnswerIn(BaseModel):
    """By the secret of a letter, or by the id of an invitation that waits for the asker; `agree` to the share seen."""

    model_config = ConfigDict(extra="forbid")

    secret: Annotated[str, Field(max_length=60)] = ""
    invitation_id: Annotated[str, Field(max_length=60)] = ""
    agree: bool
    share: Decimal = Decimal(0)
    reason: Annotated[Line, Field(max_length=500)] = ""


class Answered(BaseModel):
    """Which entry it was about."""

    entry_id: str


@api.post("/invitations/answer")
async def answer_invitation(request: Request, asked: AnswerIn, person: Entrant) -> Answered:
    found_by = {"secret": asked.secret} if asked.secret else {"invitation_id": asked.invitation_id}
    said = Answer(**found_by, share=asked.share if asked.agree else None, reason=asked.reason)
    return Answered(entry_id=await service.answer(store_of(request), said, by=person, at=now()))
