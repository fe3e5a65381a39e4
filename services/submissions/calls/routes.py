"""The first page, the public calls with their changes and documents, the organiser's preview, and the same over JSON."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel

from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest, Phase, State
from services.submissions.editions import service as editions
from services.submissions.editions.domain import Change, Edition
from services.submissions.files import service as files
from services.submissions.rules.domain import Rules
from shared.clock import now
from shared.errors import NotFound
from shared.identity import PUBLIC, Person, Role, may
from shared.pages import page, store_of

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["contests"])
Visitor = Annotated[Person | None, PUBLIC]
Organiser = Annotated[Person, may(Role.ORGANISER, Role.ADMINISTRATOR)]
_SHOWN_FIRST = {Phase.OPEN: 0, Phase.PLANNED: 1, Phase.CLOSED: 2, Phase.DRAFT: 3}


def by_phase(found: list[Contest], at: datetime) -> list[Contest]:
    """Open ones first, the next to close on top."""
    return sorted(found, key=lambda one: (_SHOWN_FIRST[one.phase(at)], one.timetable.closes_at))


@routes.get("/")
async def home(request: Request, _: Visitor) -> Response:
    found = by_phase(await contests.published(store_of(request).read), now())
    return page(request, "home/index.html", contests=found)


@routes.get("/cuoc-thi")
async def calls(request: Request, _: Visitor) -> Response:
    found = by_phase(await contests.published(store_of(request).read), now())
    return page(request, "calls/list.html", contests=found)


@routes.get("/cuoc-thi/quan-ly/{contest_id}/xem-truoc")
async def preview(request: Request, contest_id: str, person: Organiser) -> Response:
    contest = await contests.to_manage(store_of(request), contest_id, person)
    shown = contest.model_copy(update=dict(contest.working))
    phase = shown.model_copy(update={"state": State.PUBLISHED}).phase(now())
    return page(request, "calls/call.html", contest=shown, phase=phase, preview=True, last=None)


@routes.get("/cuoc-thi/{slug}")
async def call(request: Request, slug: str, _: Visitor) -> Response:
    tx = store_of(request).read
    contest = await contests.by_slug(tx, slug)
    last = await editions.last(tx, contest.id)
    changed = last if last is not None and last.changes else None
    return page(request, "calls/call.html", contest=contest, phase=contest.phase(now()), preview=False, last=changed)


@routes.get("/cuoc-thi/{slug}/thay-doi")
async def changes(request: Request, slug: str, _: Visitor) -> Response:
    tx = store_of(request).read
    contest = await contests.by_slug(tx, slug)
    found = await editions.of_contest(tx, contest.id)
    return page(request, "calls/changes.html", contest=contest, editions=found)


@routes.get("/cuoc-thi/{slug}/tai-lieu/{document_id}")
async def document(request: Request, slug: str, document_id: str, _: Visitor) -> Response:
    """A published document, as it was uploaded; never run by the browser."""
    store = store_of(request)
    contest = await contests.by_slug(store.read, slug)
    found = next((one for one in contest.documents if one.id == document_id), None)
    if found is None:
        raise NotFound
    content = await files.content(store, found.file_id)
    suffix = found.media_type.partition("/")[2].replace("jpeg", "jpg")
    headers = {
        "Content-Disposition": f'inline; filename="{contest.slug}-{found.id}.{suffix}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(content, media_type=found.media_type, headers=headers)


class ContestOut(Rules):
    """A contest as the public sees it; `phase` is what it is in now. Who is shut out by name is not told."""

    contest_id: str
    version: int
    edition: int
    state: State
    phase: Phase


class EditionOut(BaseModel):
    """A publication with what changed in it, in words."""

    number: int
    published_at: AwareDatetime
    reason: str
    changes: list[Change]


def _out(contest: Contest) -> ContestOut:
    known = contest.model_dump() | {"phase": contest.phase(now())}
    known["excluded"] = {**known["excluded"], "person_ids": []}
    return ContestOut(contest_id=contest.id, **known)


def _edition(one: Edition) -> EditionOut:
    return EditionOut(**one.model_dump(include=set(EditionOut.model_fields)))


@api.get("/contests")
async def list_contests(request: Request, _: Visitor) -> dict[str, list[ContestOut]]:
    found = by_phase(await contests.published(store_of(request).read), now())
    return {"items": [_out(contest) for contest in found]}


@api.get("/contests/{slug}")
async def show_contest(request: Request, slug: str, _: Visitor) -> ContestOut:
    return _out(await contests.by_slug(store_of(request).read, slug))


@api.get("/contests/{slug}/editions")
async def list_editions(request: Request, slug: str, _: Visitor) -> dict[str, list[EditionOut]]:
    tx = store_of(request).read
    contest = await contests.by_slug(tx, slug)
    return {"items": [_edition(one) for one in await editions.of_contest(tx, contest.id)]}
