"""The chair's page of the panel with the lot; scripts and the lot in JSON."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from services.judging.copies import service as copies
from services.judging.juries import service
from services.judging.juries.service import Overview
from shared import forms
from shared.clock import now
from shared.errors import NotFound, Refusal
from shared.identity import Person, Role, may
from shared.pages import page, see_other, store_of
from shared.text import Line

routes = APIRouter()
api = APIRouter(prefix="/api/judging/v1")
ROUND = "preliminary"
Chair = Annotated[Person, may(Role.CHAIR, Role.ORGANISER)]
Reader = Annotated[Person, may(Role.CHAIR, Role.ORGANISER, Role.AUDITOR)]
_PAGE = "/cham-thi/quan-ly/{contest_id}/ban-giam-khao"


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    client_key: str


class Draw(_Asked):
    """`seed` only to draw again what was drawn elsewhere."""

    round: Literal["preliminary"] = "preliminary"
    seed: Annotated[str | None, Field(max_length=100)] = None


class DrawForm(_Asked):
    """The same from the page."""

    seed: Annotated[Line, Field(max_length=100)] = ""


class LoadOut(BaseModel):
    """How many scripts a judge was given."""

    judge_id: str
    scripts: int


class DrawOut(BaseModel):
    """What the lot gave."""

    seed: str
    loads: list[LoadOut]


class ScriptOut(BaseModel):
    """A script by its code."""

    code: str
    title: str
    content_group: str
    readers: int


class ScriptsOut(BaseModel):
    """The scripts of a contest that take part."""

    coded: int
    waiting: int
    items: list[ScriptOut]


async def _panel(request: Request, contest_id: str, person: Person, **shown: Any) -> Response:
    store = store_of(request)
    contest = await copies.contest(store.read, contest_id)
    context = {
        "contest": contest,
        "panel": await service.overview(store, contest_id, ROUND, person),
        "may_draw": any(person.may(role, contest_id) for role in (Role.CHAIR, Role.ORGANISER)),
        "values": shown.get("values", {}),
        "errors": shown.get("errors", []),
        "back": {"href": f"/cham-thi/quan-ly/{contest_id}", "text": "Quản lý chấm thi"},
    }
    return page(request, "juries/panel.html", shown.get("status", 200), **context)


@routes.get(_PAGE)
async def panel(request: Request, contest_id: str, person: Reader) -> Response:
    """The panel: who is on it, how many conflicts and scripts each has, what was drawn."""
    return await _panel(request, contest_id, person)


@routes.post(_PAGE + "/rut-tham")
async def draw_from_page(request: Request, contest_id: str, person: Chair) -> Response:
    """Draw readers for every script that lacks them."""
    form = await forms.read(request, DrawForm)
    try:
        asked = form.valid()
        drawn = await service.draw(
            store_of(request), contest_id, ROUND, person, asked.client_key, at=now(), seed=asked.seed or None
        )
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return await _panel(request, contest_id, person, values=form.typed, errors=form.errors, status=refusal.status)
    given = sum(load["scripts"] for load in drawn["loads"])
    note = f"Đã rút thăm: {given} lượt chấm cho {len(drawn['loads'])} giám khảo. Mã rút thăm: {drawn['seed']}"
    return see_other(request, _PAGE.format(contest_id=contest_id), note)


@api.post("/contests/{contest_id}/assignments")
async def draw(request: Request, contest_id: str, asked: Draw, person: Chair) -> DrawOut:
    """Draw readers for every script that lacks them, by lot."""
    drawn = await service.draw(
        store_of(request), contest_id, asked.round, person, asked.client_key, at=now(), seed=asked.seed
    )
    return DrawOut.model_validate(drawn)


@api.get("/contests/{contest_id}/scripts")
async def scripts(request: Request, contest_id: str, person: Reader) -> ScriptsOut:
    """The scripts by code, and how many of them lack readers."""
    store = store_of(request)
    seen: Overview = await service.overview(store, contest_id, ROUND, person)
    items = [
        ScriptOut(code=one.code, title=one.title, content_group=one.content_group, readers=seen.readers[one.entry_id])
        for one in seen.scripts
    ]
    return ScriptsOut(coded=len(items), waiting=seen.waiting, items=items)
