"""The first page, the public calls, the organiser's desk for contests, and the same over JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, model_validator

from services.submissions.contests import service
from services.submissions.contests.domain import Contest, Phase, State
from services.submissions.rules import domain as rules
from services.submissions.rules.domain import Rules
from shared import forms
from shared.clock import local, now
from shared.errors import Refusal, Stale
from shared.identity import PUBLIC, Person, Role, may
from shared.mongo import Document
from shared.pages import page, see_other, store_of
from shared.ui.filters import hanoi_input, read_hanoi_input

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["contests"])
Visitor = Annotated[Person | None, PUBLIC]
Organiser = Annotated[Person, may(Role.ORGANISER, Role.ADMINISTRATOR)]
_LISTS = {"entrant_groups": "E", "content_groups": "C", "goals": "G", "parts": "P", "prizes": "A"}
_SHOWN_FIRST = {Phase.OPEN: 0, Phase.PLANNED: 1, Phase.CLOSED: 2, Phase.DRAFT: 3}
_MEGABYTE = 1024 * 1024


def _rows(typed: Any, prefix: str) -> list[dict[str, Any]]:
    """The rows that say something, each with an id: the one it has, or the next free one."""
    if not isinstance(typed, Mapping):
        return list(typed or [])
    words = ("title", "description", "hint")
    rows = [dict(row) for row in typed.values() if any(row.get(word, "").strip() for word in words)]
    taken, number = {row.get("id") for row in rows}, 0
    for row in rows:
        while not row.get("id"):
            number += 1
            if f"{prefix}{number}" not in taken:
                row["id"] = f"{prefix}{number}"
    return rows


def _instant(typed: Any) -> Any:
    try:
        return read_hanoi_input(typed)
    except ValueError:
        return typed


def shaped(typed: Mapping[str, Any]) -> dict[str, Any]:
    """A typed form in the shape of Rules; what cannot be understood stays as it was typed."""
    shape = dict(typed)
    for name, prefix in _LISTS.items():
        shape[name] = _rows(typed.get(name), prefix)
    times = typed.get("timetable", {})
    shape["timetable"] = {name: _instant(value) for name, value in times.items() if value}
    plan = typed.get("plan") or {}
    shape["plan"] = plan if any(plan.values()) else None
    files = {"media_types": [], **typed.get("form_rules", {})}
    size = files.pop("max_megabytes", "")
    if size:
        files["max_bytes"] = int(size) * _MEGABYTE if size.isdecimal() else size
    shape["form_rules"] = files
    shape["slug"] = typed.get("slug") or rules.slug_of(f"{typed.get('short_name', '')} {typed.get('year', '')}")
    return shape


def shown(shape: Any) -> Any:
    """Values as the fields show them: rows by their number, instants on the Hanoi clock, sizes in megabytes."""
    if isinstance(shape, Mapping):
        found = {str(name): shown(value) for name, value in shape.items()}
        size = found.get("max_bytes")
        return found | ({"max_megabytes": size // _MEGABYTE if isinstance(size, int) else size} if size else {})
    if isinstance(shape, list) and shape and isinstance(shape[0], Mapping):
        return shown(dict(enumerate(shape)))
    return hanoi_input(shape) if isinstance(shape, datetime) else shape


class RulesForm(Rules):
    """Rules as the organiser's form sends them."""

    client_key: str = ""
    version: int = 0

    @model_validator(mode="before")
    @classmethod
    def _shape(cls, typed: dict[str, Any]) -> dict[str, Any]:
        return shaped(typed)


class VersionForm(BaseModel):
    """An act on what was read at `version`."""

    model_config = ConfigDict(extra="forbid")

    version: int


def by_phase(contests: list[Contest], at: datetime) -> list[Contest]:
    """Open ones first, the next to close on top."""
    return sorted(contests, key=lambda one: (_SHOWN_FIRST[one.phase(at)], one.timetable.closes_at))


@routes.get("/")
async def home(request: Request, _: Visitor) -> Response:
    contests = by_phase(await service.published(store_of(request).read), now())
    return page(request, "home/index.html", contests=contests)


@routes.get("/cuoc-thi")
async def calls(request: Request, _: Visitor) -> Response:
    contests = by_phase(await service.published(store_of(request).read), now())
    return page(request, "contests/list.html", contests=contests)


@routes.get("/cuoc-thi/quan-ly")
async def desk(request: Request, person: Organiser) -> Response:
    contests = await service.managed(store_of(request), person)
    may_create = person.may(Role.ORGANISER, "*") or person.may(Role.ADMINISTRATOR, "*")
    return page(request, "contests/desk.html", contests=contests, may_create=may_create)


@routes.get("/cuoc-thi/quan-ly/moi")
async def new(request: Request, person: Organiser) -> Response:
    person.require(Role.ORGANISER, Role.ADMINISTRATOR, scope="*")
    fields = Rules.model_fields
    usual = {name: fields[name].default for name in ("finalists", "presentation_minutes", "question_minutes")}
    return _form(request, None, {"year": local(now()).year, "form_rules": rules.FormRules().model_dump(), **usual})


def _form(request: Request, contest: Contest | None, shape: Mapping[str, Any], **more: Any) -> Response:
    sizes = {name: len(shape.get(name) or []) for name in _LISTS}
    context = {"errors": [], "stale": False, **more}
    status = context.pop("status", 200)
    return page(request, "contests/edit.html", status, contest=contest, values=shown(shape), sizes=sizes, **context)


@routes.post("/cuoc-thi/quan-ly/moi")
async def create(request: Request, person: Organiser) -> Response:
    form = await forms.read(request, RulesForm)
    try:
        typed = form.valid()
        made = await service.create(store_of(request), typed.rules(), key=typed.client_key, by=person, at=now())
    except Refusal as refusal:
        form.refuse(refusal)
        shape = shaped(form.typed) | {"slug": form.typed.get("slug", "")}  # none made of a name that is still missing
        return _form(request, None, shape, errors=form.errors, status=refusal.status)
    return see_other(request, f"/cuoc-thi/quan-ly/{made['contest_id']}", "Đã lưu bản nháp.")


@routes.get("/cuoc-thi/quan-ly/{contest_id}")
async def manage(request: Request, contest_id: str, person: Organiser) -> Response:
    return _manage(request, await service.to_manage(store_of(request), contest_id, person))


def _manage(request: Request, contest: Contest, errors: list[rules.Error] | None = None, status: int = 200) -> Response:
    return page(
        request, "contests/manage.html", status, contest=contest, rules=contest.working, errors=errors or [],
        phase=contest.phase(now()), problems=contest.working.problems(),
    )  # fmt: skip


@routes.get("/cuoc-thi/quan-ly/{contest_id}/sua")
async def edit(request: Request, contest_id: str, person: Organiser) -> Response:
    contest = await service.to_manage(store_of(request), contest_id, person)
    return _form(request, contest, contest.working.model_dump() | {"version": contest.version})


@routes.post("/cuoc-thi/quan-ly/{contest_id}/sua")
async def save(request: Request, contest_id: str, person: Organiser) -> Response:
    """After somebody else saved, what was typed stays and the next press of the button replaces theirs knowingly."""
    store = store_of(request)
    form = await forms.read(request, RulesForm)
    try:
        typed = form.valid()
        await service.revise(store, contest_id, typed.rules(), version=typed.version, by=person)
    except Refusal as refusal:
        contest, stale = await service.to_manage(store, contest_id, person), isinstance(refusal, Stale)
        form.refuse(refusal)
        shape = shaped(form.typed) | ({"version": contest.version} if stale else {})
        return _form(request, contest, shape, errors=form.errors, stale=stale, status=refusal.status)
    return see_other(request, f"/cuoc-thi/quan-ly/{contest_id}", "Đã lưu thể lệ.")


@routes.get("/cuoc-thi/quan-ly/{contest_id}/xem-truoc")
async def preview(request: Request, contest_id: str, person: Organiser) -> Response:
    contest = await service.to_manage(store_of(request), contest_id, person)
    shown = contest.model_copy(update=dict(contest.working))
    return page(request, "contests/call.html", contest=shown, phase=_as_if_published(shown), preview=True)


def _as_if_published(contest: Contest) -> Phase:
    return contest.model_copy(update={"state": State.PUBLISHED}).phase(now())


@routes.post("/cuoc-thi/quan-ly/{contest_id}/cong-bo")
async def publish(request: Request, contest_id: str, person: Organiser) -> Response:
    return await _act(request, contest_id, person, service.publish, "Đã công bố thể lệ.")


@routes.post("/cuoc-thi/quan-ly/{contest_id}/dong")
async def close(request: Request, contest_id: str, person: Organiser) -> Response:
    return await _act(request, contest_id, person, service.close, "Đã đóng nhận bài.")


async def _act(request: Request, contest_id: str, person: Person, act: Any, note: str) -> Response:
    form = await forms.read(request, VersionForm)
    try:
        await act(store_of(request), contest_id, version=form.valid().version, by=person, at=now())
    except Refusal as refusal:
        form.refuse(refusal)
        contest = await service.to_manage(store_of(request), contest_id, person)
        return _manage(request, contest, form.errors, refusal.status)
    return see_other(request, f"/cuoc-thi/quan-ly/{contest_id}", note)


@routes.get("/cuoc-thi/{slug}")
async def call(request: Request, slug: str, _: Visitor) -> Response:
    contest = await service.by_slug(store_of(request).read, slug)
    return page(request, "contests/call.html", contest=contest, phase=contest.phase(now()), preview=False)


class ContestIn(Rules):
    """A new contest; an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")

    client_key: str


class RevisedIn(Rules):
    """New rules for what was read at `version`."""

    model_config = ConfigDict(extra="forbid")

    version: int


class ContestSaved(BaseModel):
    """`version` counts every save, `edition` every publication."""

    contest_id: str
    version: int
    edition: int = 0
    state: State = State.DRAFT


class ContestOut(Rules):
    """A contest as the public sees it; `phase` is what it is in now."""

    contest_id: str
    version: int
    edition: int
    phase: Phase


def _saved(contest: Contest) -> ContestSaved:
    return ContestSaved(contest_id=contest.id, **contest.model_dump(include={"version", "edition", "state"}))


def _out(contest: Contest) -> ContestOut:
    return ContestOut(contest_id=contest.id, phase=contest.phase(now()), **contest.model_dump())


@api.post("/contests", status_code=201)
async def create_contest(request: Request, asked: ContestIn, person: Organiser) -> ContestSaved:
    made: Document = await service.create(store_of(request), asked.rules(), key=asked.client_key, by=person, at=now())
    return ContestSaved(**made)


@api.put("/contests/{contest_id}")
async def revise_contest(request: Request, contest_id: str, asked: RevisedIn, person: Organiser) -> ContestSaved:
    store = store_of(request)
    return _saved(await service.revise(store, contest_id, asked.rules(), version=asked.version, by=person))


@api.post("/contests/{contest_id}/publish")
async def publish_contest(request: Request, contest_id: str, asked: VersionForm, person: Organiser) -> ContestSaved:
    store = store_of(request)
    return _saved(await service.publish(store, contest_id, version=asked.version, by=person, at=now()))


@api.post("/contests/{contest_id}/close")
async def close_contest(request: Request, contest_id: str, asked: VersionForm, person: Organiser) -> ContestSaved:
    store = store_of(request)
    return _saved(await service.close(store, contest_id, version=asked.version, by=person, at=now()))


@api.get("/contests")
async def list_contests(request: Request, _: Visitor) -> dict[str, list[ContestOut]]:
    contests = by_phase(await service.published(store_of(request).read), now())
    return {"items": [_out(contest) for contest in contests]}


@api.get("/contests/{slug}")
async def show_contest(request: Request, slug: str, _: Visitor) -> ContestOut:
    return _out(await service.by_slug(store_of(request).read, slug))
