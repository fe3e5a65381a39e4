"""The organiser's desk for contests: publish, postpone, close, archive, clone; and the same over JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from services.submissions.contests import domain, service
from services.submissions.contests.domain import Contest, State
from services.submissions.editions import domain as editions
from services.submissions.rules import domain as rules
from services.submissions.rules.domain import Rules
from shared import forms
from shared.clock import now
from shared.errors import Refusal
from shared.identity import Person, Role, may
from shared.mongo import Document
from shared.pages import page, see_other, store_of
from shared.ui.filters import hanoi_input, typed_instant

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["contests"])
Organiser = Annotated[Person, may(Role.ORGANISER, Role.ADMINISTRATOR)]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class VersionForm(BaseModel):
    """An act on what was read at `version`."""

    model_config = ConfigDict(extra="forbid")

    version: int


Moment = Annotated[AwareDatetime | None, BeforeValidator(typed_instant)]


class PostponeForm(VersionForm):
    """New instants on the Hanoi clock, empty where nothing moves; `sure` after they were read back."""

    reason: Why
    closes_at: Moment = None
    edit_until: Moment = None
    postmark_until: Moment = None
    received_until: Moment = None
    final_at: Moment = None
    sure: bool = False


class CloneForm(BaseModel):
    """With the client key: a double click makes one draft."""

    client_key: str = ""


@routes.get("/cuoc-thi/quan-ly")
async def desk(request: Request, person: Organiser) -> Response:
    contests = await service.managed(store_of(request), person)
    may_create = person.may(Role.ORGANISER, "*") or person.may(Role.ADMINISTRATOR, "*")
    return page(request, "contests/desk.html", contests=contests, may_create=may_create)


@routes.get("/cuoc-thi/quan-ly/{contest_id}")
async def manage(request: Request, contest_id: str, person: Organiser) -> Response:
    return _manage(request, await service.to_manage(store_of(request), contest_id, person))


def _manage(request: Request, contest: Contest, errors: list[rules.Error] | None = None, status: int = 200) -> Response:
    return page(
        request, "contests/manage.html", status, contest=contest, rules=contest.working, errors=errors or [],
        phase=contest.phase(now()), problems=contest.working.problems(), changes=_waiting(contest),
    )  # fmt: skip


def _waiting(contest: Contest) -> list[editions.Change]:
    """What publishing would change for the public."""
    return editions.diff(contest.rules(), contest.pending) if contest.pending else []


@routes.post("/cuoc-thi/quan-ly/{contest_id}/cong-bo")
async def publish(request: Request, contest_id: str, person: Organiser) -> Response:
    return await _act(request, contest_id, person, service.publish, "Đã công bố thể lệ.")


@routes.post("/cuoc-thi/quan-ly/{contest_id}/dong")
async def close(request: Request, contest_id: str, person: Organiser) -> Response:
    return await _act(request, contest_id, person, service.close, "Đã đóng nhận bài.")


@routes.post("/cuoc-thi/quan-ly/{contest_id}/luu-tru")
async def archive(request: Request, contest_id: str, person: Organiser) -> Response:
    return await _act(request, contest_id, person, service.archive, "Đã lưu trữ cuộc thi.")


@routes.post("/cuoc-thi/quan-ly/{contest_id}/nhan-ban")
async def clone(request: Request, contest_id: str, person: Organiser) -> Response:
    form, store = await forms.read(request, CloneForm), store_of(request)
    try:
        made = await service.clone(store, contest_id, key=form.valid().client_key, by=person, at=now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _manage(request, await service.to_manage(store, contest_id, person), form.errors, refusal.status)
    note = "Đã tạo bản nháp cho năm sau. Hãy xem lại mọi mốc thời gian."
    return see_other(request, f"/cuoc-thi/quan-ly/{made['contest_id']}", note)


@routes.get("/cuoc-thi/quan-ly/{contest_id}/doi-lich")
async def postpone_page(request: Request, contest_id: str, person: Organiser) -> Response:
    contest = await service.to_manage(store_of(request), contest_id, person)
    return _postpone(request, contest, {"version": contest.version})


def _postpone(request: Request, contest: Contest, values: Mapping[str, Any], **more: Any) -> Response:
    times = contest.timetable.model_dump()
    moved = [(name, editions.TIMES[name], times[name]) for name in domain.POSTPONABLE if times[name] is not None]
    shown = {name: hanoi_input(value) if isinstance(value, datetime) else value for name, value in values.items()}
    context = {"errors": [], "told": None, **more}
    status = context.pop("status", 200)
    return page(request, "contests/postpone.html", status, contest=contest, moved=moved, values=shown, **context)


@routes.post("/cuoc-thi/quan-ly/{contest_id}/doi-lich")
async def postpone(request: Request, contest_id: str, person: Organiser) -> Response:
    """First what will happen is read back with who will be told; the second press does it."""
    form, store = await forms.read(request, PostponeForm), store_of(request)
    contest = await service.to_manage(store, contest_id, person)
    try:
        typed = form.valid()
        moves = {name: at for name in domain.POSTPONABLE if (at := getattr(typed, name)) is not None}
        if not typed.sure:
            trial = contest.model_copy(deep=True)
            _, told = trial.postpone(moves, typed.reason, now())
            return _postpone(request, contest, form.typed, told=told)
        await service.postpone(store, contest_id, moves, typed.reason, version=typed.version, by=person, at=now())
    except Refusal as refusal:
        form.refuse(refusal)
        errors = [{**one, "field": one["field"].removeprefix("timetable.")} for one in form.errors]
        return _postpone(request, contest, form.typed, errors=errors, status=refusal.status)
    return see_other(request, f"/cuoc-thi/quan-ly/{contest_id}", "Đã đổi lịch. Những người liên quan được báo ngay.")


async def _act(request: Request, contest_id: str, person: Person, act: Any, note: str) -> Response:
    form = await forms.read(request, VersionForm)
    try:
        await act(store_of(request), contest_id, version=form.valid().version, by=person, at=now())
    except Refusal as refusal:
        form.refuse(refusal)
        contest = await service.to_manage(store_of(request), contest_id, person)
        return _manage(request, contest, form.errors, refusal.status)
    return see_other(request, f"/cuoc-thi/quan-ly/{contest_id}", note)


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


def _saved(contest: Contest) -> ContestSaved:
    return ContestSaved(contest_id=contest.id, **contest.model_dump(include={"version", "edition", "state"}))


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


class PostponeIn(VersionForm):
    """Instants of the timetable to move to later, by name, and why."""

    moves: dict[str, AwareDatetime] = Field(min_length=1)
    reason: Why


class CloneIn(CloneForm):
    """An unknown field is refused."""

    model_config = ConfigDict(extra="forbid")


@api.post("/contests/{contest_id}/postpone")
async def postpone_contest(request: Request, contest_id: str, asked: PostponeIn, person: Organiser) -> ContestSaved:
    store, why = store_of(request), asked.reason
    return _saved(
        await service.postpone(store, contest_id, asked.moves, why, version=asked.version, by=person, at=now())
    )


@api.post("/contests/{contest_id}/archive")
async def archive_contest(request: Request, contest_id: str, asked: VersionForm, person: Organiser) -> ContestSaved:
    store = store_of(request)
    return _saved(await service.archive(store, contest_id, version=asked.version, by=person, at=now()))


@api.post("/contests/{contest_id}/clone", status_code=201)
async def clone_contest(request: Request, contest_id: str, asked: CloneIn, person: Organiser) -> ContestSaved:
    return ContestSaved(**await service.clone(store_of(request), contest_id, key=asked.client_key, by=person, at=now()))
