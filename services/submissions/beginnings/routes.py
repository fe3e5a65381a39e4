"""The page where a draft is begun, and the same over JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from services.submissions.beginnings import service
from services.submissions.contests import service as contests
from services.submissions.eligibility import service as eligibility
from services.submissions.texts.domain import Words
from shared import forms
from shared.clock import now
from shared.errors import Refusal
from shared.identity import Person, Role, may
from shared.mongo import Document
from shared.pages import page, see_other, store_of

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["entries"])
Entrant = Annotated[Person, may(Role.ENTRANT)]
Slug = Annotated[str, Query(alias="cuoc-thi")]


class NewForm(Words):
    """The beginning of a draft."""

    model_config = ConfigDict(extra="ignore")

    client_key: str = ""


@routes.get("/bai-du-thi/moi")
async def new(request: Request, person: Entrant, slug: Slug) -> Response:
    return await _new(request, slug, person, values={}, errors=[])


async def _new(request: Request, slug: str, person: Person, *, status: int = 200, **more: Any) -> Response:
    tx = store_of(request).read
    contest = await contests.by_slug(tx, slug)
    standing = await eligibility.standing(tx, contest, person.id, now())
    return page(request, "beginnings/new.html", status, contest=contest, standing=standing, **more)


@routes.post("/bai-du-thi/moi")
async def begin(request: Request, person: Entrant, slug: Slug) -> Response:
    contest = await contests.by_slug(store_of(request).read, slug)
    form = await forms.read(request, NewForm)
    try:
        made = await _create(request, contest.id, form.valid(), form.valid().client_key, person)
    except Refusal as refusal:
        form.refuse(refusal)
        return await _new(request, slug, person, status=refusal.status, values=form.typed, errors=form.errors)
    return see_other(request, f"/bai-du-thi/{made['entry_id']}/soan")


async def _create(request: Request, contest_id: str, typed: Words, key: str, by: Person) -> Document:
    words = Words(**typed.model_dump(include=set(Words.model_fields)))
    secret_key: str = request.app.state.desk.settings.secret_key.get_secret_value()
    return await service.create(store_of(request), contest_id, words, key=key, secret_key=secret_key, by=by, at=now())


class EntryIn(Words):
    """A new draft."""

    client_key: str
    contest_id: str


class EntryCreated(BaseModel):
    """A new draft."""

    entry_id: str
    version: int


@api.post("/entries", status_code=201)
async def create_entry(request: Request, asked: EntryIn, person: Entrant) -> EntryCreated:
    return EntryCreated(**await _create(request, asked.contest_id, asked, asked.client_key, person))


class GroupOut(BaseModel):
    """A group of a contest; open to the asker when there are no reasons."""

    id: str
    title: str
    open: bool
    reasons: list[str]


class StandingOut(BaseModel):
    """Whether the asker may enter today, and why not; `reasons` are those that hold for every group."""

    open: bool
    reasons: list[str]
    groups: list[GroupOut]


@api.get("/contests/{slug}/eligibility")
async def may_enter(request: Request, slug: str, person: Entrant) -> StandingOut:
    tx = store_of(request).read
    found = await eligibility.standing(tx, await contests.by_slug(tx, slug), person.id, now())
    groups = [
        GroupOut(id=one.group.id, title=one.group.title, open=not (one.reasons or found.reasons), reasons=one.reasons)
        for one in found.groups
    ]
    return StandingOut(open=found.open, reasons=found.reasons, groups=groups)
