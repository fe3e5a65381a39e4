"""The pages of the wizard: a new contest, one page for each step, documents."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, ValidationError

from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.rules.domain import FormRules, Rules
from services.submissions.wizard import domain, service
from services.submissions.wizard.domain import BY_ID, STEPS, Step
from shared import forms
from shared.clock import local, now
from shared.errors import Invalid, NotFound, Refusal, Stale
from shared.file_forms import pieces
from shared.forms import sentences
from shared.identity import Person, Role, may
from shared.pages import page, see_other, store_of

routes = APIRouter(include_in_schema=False)
Organiser = Annotated[Person, may(Role.ORGANISER, Role.ADMINISTRATOR)]
_DESK = "/cuoc-thi/quan-ly"
_CONTEST = _DESK + "/{contest_id}"
_FIRST = STEPS[0]


class StepForm(BaseModel):
    """A step as it was typed; its own fields are read by the step."""

    model_config = ConfigDict(extra="allow")

    client_key: str = ""
    version: int = 0
    go: str = ""


class DocumentForm(BaseModel):
    """A document to publish; without a title it has the file's name."""

    version: int
    title: str = ""


class DropForm(BaseModel):
    """The document that goes."""

    version: int
    document_id: str


def _page(request: Request, step: Step, contest: Contest | None, values: Mapping[str, Any], **more: Any) -> Response:
    sizes = {name: len(values.get(name) or []) for name in domain.LISTS}
    context: dict[str, Any] = {"errors": [], "stale": False, "typed_values": None, **more}
    status = context.pop("status", 200)
    return page(
        request, f"wizard/{step.id}.html", status, step=step, steps=STEPS, contest=contest, sizes=sizes,
        number=STEPS.index(step) + 1, values=context.pop("typed_values") or domain.shown(values),
        levels=domain.LEVELS, round_names=domain.ROUNDS, **context,
    )  # fmt: skip


@routes.get(_DESK + "/moi")
async def new(request: Request, person: Organiser) -> Response:
    person.require(Role.ORGANISER, Role.ADMINISTRATOR, scope="*")
    return _page(request, _FIRST, None, {"year": local(now()).year})


def _first_rules(typed: Mapping[str, Any]) -> Rules:
    """The rules of a contest that has its first step and its dates; everything else comes later. Raises Invalid."""
    times = domain.shaped(BY_ID["lich"], typed)["timetable"]
    known = {**domain.shaped(_FIRST, typed), "timetable": times, "form_rules": FormRules()}
    try:
        return Rules.model_validate(known)
    except ValidationError as error:
        raise Invalid(sentences(error.errors())) from error


@routes.post(_DESK + "/moi")
async def create(request: Request, person: Organiser) -> Response:
    form = await forms.read(request, StepForm)
    try:
        rules, key = _first_rules(form.typed), form.valid().client_key
        made = await contests.create(store_of(request), rules, key=key, by=person, at=now())
    except Refusal as refusal:
        form.refuse(refusal)
        shape = {**domain.shaped(_FIRST, form.typed), "timetable": form.typed.get("timetable", {})}
        # An address made from half a form is not shown: sent back, it would look like one that was typed.
        shape |= {name: form.typed.get(name, "") for name in ("client_key", "slug")}
        return _page(request, _FIRST, None, shape, errors=form.errors, status=refusal.status)
    return see_other(request, f"{_DESK}/{made['contest_id']}/buoc/{STEPS[1].id}", "Đã lưu cuộc thi mới.")


def _step(step_id: str) -> Step:
    if step_id not in BY_ID:
        raise NotFound
    return BY_ID[step_id]


@routes.get(_CONTEST + "/buoc/{step_id}")
async def show(request: Request, contest_id: str, step_id: str, person: Organiser, mau: str = "") -> Response:
    """`mau=phan` fills in the usual parts, which are saved only with the form."""
    step, contest = _step(step_id), await contests.to_manage(store_of(request), contest_id, person)
    values = await _values(request, contest)
    if mau == "phan" and not values["parts"]:
        values["parts"] = [dict(part) for part in domain.READY_PARTS]
    return _page(request, step, contest, values)


async def _values(request: Request, contest: Contest) -> dict[str, Any]:
    values = contest.working.model_dump() | {"version": contest.version}
    emails = await service.addresses(store_of(request).read, contest.working.excluded.person_ids)
    values["excluded"] = {**values["excluded"], "emails": emails}
    return values


@routes.post(_CONTEST + "/buoc/{step_id}")
async def save(request: Request, contest_id: str, step_id: str, person: Organiser) -> Response:
    """After somebody else saved, what was typed stays and the next press of the button replaces theirs knowingly."""
    step, store = _step(step_id), store_of(request)
    form = await forms.read(request, StepForm)
    try:
        asked = form.valid()
        await service.save(store, contest_id, step, form.typed, version=asked.version, by=person)
    except Refusal as refusal:
        contest, stale = await contests.to_manage(store, contest_id, person), isinstance(refusal, Stale)
        form.refuse(refusal)
        version = contest.version if stale else form.typed.get("version", 0)
        shape = {**domain.shaped(step, form.typed), "version": version, "slug": form.typed.get("slug", "")}
        return _page(request, step, contest, shape, errors=form.errors, stale=stale, status=refusal.status)
    following = domain.after(step) if asked.go != "xong" else None
    target = f"{_DESK}/{contest_id}/buoc/{following.id}" if following else f"{_DESK}/{contest_id}"
    return see_other(request, target, "Đã lưu.")


@routes.post(_CONTEST + "/tai-lieu")
async def add_document(request: Request, contest_id: str, person: Organiser) -> Response:
    form, store = await forms.read(request, DocumentForm), store_of(request)
    try:
        typed, upload = form.valid(), form.files.get("file")
        if upload is None:
            raise Invalid([{"field": "file", "text": "Hãy chọn một tệp."}])
        content = (upload.filename or "", pieces(upload))
        known = (typed.title, content)
        await service.add_document(store, contest_id, *known, version=typed.version, by=person, at=now())
    except Refusal as refusal:
        return await _documents_refused(request, contest_id, person, form, refusal)
    return see_other(request, f"{_DESK}/{contest_id}/buoc/tai-lieu", "Đã thêm tài liệu.")


async def _documents_refused(
    request: Request, contest_id: str, person: Person, form: forms.Typed[Any], refusal: Refusal
) -> Response:
    contest = await contests.to_manage(store_of(request), contest_id, person)
    form.refuse(refusal)
    values = contest.working.model_dump() | {"version": contest.version, "title": form.typed.get("title", "")}
    errors = [{**one, "field": one["field"] or "file"} for one in form.errors]
    return _page(request, BY_ID["tai-lieu"], contest, values, errors=errors, status=refusal.status)


@routes.post(_CONTEST + "/tai-lieu/bo")
async def drop_document(request: Request, contest_id: str, person: Organiser) -> Response:
    form, store = await forms.read(request, DropForm), store_of(request)
    try:
        typed = form.valid()
        await service.drop_document(store, contest_id, typed.document_id, version=typed.version, by=person)
    except Refusal as refusal:
        return await _documents_refused(request, contest_id, person, form, refusal)
    return see_other(request, f"{_DESK}/{contest_id}/buoc/tai-lieu", "Đã bỏ tài liệu.")
