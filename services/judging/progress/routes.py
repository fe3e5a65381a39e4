"""Where judges and chairs begin: the judge's queue, the chair's page of a written round; the figures in JSON."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from services.judging.copies import service as copies
from services.judging.juries import service as juries
from services.judging.late_conflicts import service as late_conflicts
from services.judging.progress import service
from services.judging.rubrics import service as rubrics
from services.judging.rubrics.domain import Round
from services.judging.sheets import service as sheets
from services.judging.sheets.domain import SheetState
from shared.clock import now
from shared.identity import Person, Role, may
from shared.pages import page, see_other, store_of

routes = APIRouter()
api = APIRouter(prefix="/api/judging/v1")
Chair = Annotated[Person, may(Role.CHAIR, Role.ORGANISER)]
Overseer = Annotated[Person, may(Role.CHAIR, Role.ORGANISER, Role.AUDITOR)]
_OVERSEERS = (Role.CHAIR, Role.ORGANISER, Role.AUDITOR)
_PAGE = "/cham-thi/quan-ly/{contest_id}"


class GapRow(BaseModel):
    """Readers who are too far apart."""

    code: str
    gap: Decimal
    third_reader: bool


class JudgeRow(BaseModel):
    """How far a judge is."""

    model_config = ConfigDict(from_attributes=True)

    judge_id: str
    name: str
    assigned: int
    sealed: int


class ProgressOut(BaseModel):
    """How far the written round is."""

    assigned: int
    sealed: int
    judges: list[JudgeRow]
    gaps: list[GapRow]


@routes.get("/cham-thi")
async def queue(
    request: Request, person: Annotated[Person, may(Role.JUDGE, Role.CHAIR, Role.ORGANISER, Role.AUDITOR)]
) -> Response:
    """A judge's scripts; for chair, organiser and auditor their contests."""
    store = store_of(request)
    contests = await copies.contests(store.read)
    given = await sheets.queue(store, person)
    rows = [row for row in given if row.state is not SheetState.WITHDRAWN]
    context: dict[str, Any] = {
        "rows": rows,
        "names": {one.contest_id: one.short_name for one in contests},
        "overseen": [one for one in contests if any(person.may(role, one.contest_id) for role in _OVERSEERS)],
        "withdrawn": [row.code for row in given if row.state is SheetState.WITHDRAWN],
        "following": next((row for row in rows if row.state in (SheetState.ASSIGNED, SheetState.MARKING)), None),
        "done": sum(row.state is SheetState.SEALED for row in rows),
    }
    return page(request, "progress/queue.html", **context)


@routes.get(_PAGE)
async def overview(request: Request, contest_id: str, person: Overseer) -> Response:
    """Rubrics, panel, progress by judge, gaps."""
    store = store_of(request)
    context: dict[str, Any] = {
        "contest": await copies.contest(store.read, contest_id),
        "standing": await service.standing(store, contest_id, Round.PRELIMINARY, person),
        "conflicts": await late_conflicts.waiting(store.read, contest_id),
        "panel": await juries.overview(store, contest_id, Round.PRELIMINARY, person),
        "rubric": await rubrics.find(store.read, contest_id, Round.PRELIMINARY),
        "final_rubric": await rubrics.find(store.read, contest_id, Round.FINAL),
        "may_call": any(person.may(role, contest_id) for role in (Role.CHAIR, Role.ORGANISER)),
        "back": {"href": "/cham-thi", "text": "Chấm thi"},
    }
    return page(request, "progress/overview.html", **context)


@routes.post(_PAGE + "/nguoi-cham-thu-ba")
async def call_thirds(request: Request, contest_id: str, person: Chair) -> Response:
    """Draw the third readers that could not be had before."""
    called = await service.call_thirds(store_of(request), contest_id, Round.PRELIMINARY, person, at=now())
    found = f"Đã rút thăm {called} người chấm thứ ba."
    missing = "Chưa tìm được giám khảo nào không vướng xung đột. Hãy bổ sung giám khảo rồi thử lại."
    return see_other(
        request, _PAGE.format(contest_id=contest_id), found if called else missing, "success" if called else "warning"
    )


@api.get("/contests/{contest_id}/progress")
async def progress(request: Request, contest_id: str, person: Overseer) -> ProgressOut:
    """How far the written round is: what was sealed comes from the board, which follows by a moment."""
    seen = await service.standing(store_of(request), contest_id, Round.PRELIMINARY, person)
    gaps = [GapRow(code=code, gap=gap.size, third_reader=gap.third is not None) for code, gap in seen.gaps]
    judges = [JudgeRow.model_validate(one) for one in seen.judges]
    return ProgressOut(assigned=seen.assigned, sealed=seen.sealed, judges=judges, gaps=gaps)
