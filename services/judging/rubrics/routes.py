"""The page and the JSON call with which organiser or chair define what a round is marked on."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BeforeValidator

from services.judging.copies import service as copies
from services.judging.copies.domain import ContestCopy
from services.judging.rubrics import service
from services.judging.rubrics.domain import Criterion, Mark, Round, Rubric, Rules
from shared import forms
from shared.clock import now
from shared.errors import NotFound, Refusal, Stale
from shared.identity import Person, Role, may
from shared.pages import page, see_other, store_of
from shared.text import folded

routes = APIRouter()
api = APIRouter(prefix="/api/judging/v1")
Definer = Annotated[Person, may(Role.ORGANISER, Role.CHAIR)]
ROUNDS = {"so-khao": Round.PRELIMINARY, "chung-khao": Round.FINAL}
_SPARE_ROWS = 3
_CRITERION = ("id", "title", "max", "description", "source", "goal")


def _rows(typed: object) -> object:
    """Criteria as the form numbers them, without the rows left blank; a new row gets an id from its title."""
    if not isinstance(typed, Mapping):
        return typed
    rows = [dict(typed[place]) for place in sorted(typed, key=lambda place: (len(place), place))]
    rows = [row for row in rows if any(str(row.get(name, "")).strip() for name in ("title", "max", "description"))]
    for row in rows:
        if not str(row.get("id", "")).strip():
            row["id"] = re.sub(r"[^a-z0-9]+", "-", folded(str(row.get("title", "")))).strip("-")[:40] or "tieu-chi"
    return rows


def _blank_is_none(typed: object) -> object:
    return None if typed == "" else typed


class RubricForm(Rules):
    """What the page sends; `version` is the one that was shown."""

    criteria: Annotated[list[Criterion], BeforeValidator(_rows)]
    gap_limit: Annotated[Mark | None, BeforeValidator(_blank_is_none)] = None
    version: int = 0


class RubricIn(Rules):
    """The rules of a round; with `version`, only when that is still the one in force."""

    version: int | None = None


class RubricOut(Rules):
    """The rubric in force; `total` is the highest total that it gives."""

    contest_id: str
    round: Round
    version: int
    total: Decimal
    frozen_at: datetime | None

    @classmethod
    def of(cls, rubric: Rubric) -> "RubricOut":
        """From the domain."""
        return cls(**rubric.model_dump(), total=rubric.scale)


def _round(path: str) -> Round:
    if path not in ROUNDS:
        raise NotFound
    return ROUNDS[path]


def _shown(rubric: Rubric | None) -> dict[str, Any]:
    """The form's values as the form would send them."""
    if rubric is None:
        return {"version": 0, "criteria": {}, "readers": 2, "quorum": 2, "step": "0,5", "third_reader": "1"}
    kept = rubric.model_dump(exclude={"criteria"})
    kept |= {name: _number(kept[name]) for name in ("step", "gap_limit")}
    kept |= {name: "1" if kept[name] else "" for name in ("third_reader", "comment_required")}
    rows = [{**one.model_dump(), "max": _number(one.max)} for one in rubric.criteria]
    return {**kept, "criteria": {str(place): row for place, row in enumerate(rows)}}


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}".replace(".", ",")


def _editor(request: Request, contest: ContestCopy, path: str, rubric: Rubric | None, **shown: Any) -> Response:
    values = {**shown.get("values", _shown(rubric))}
    rows = _rows(values.get("criteria", {}))
    rows = rows if isinstance(rows, list) else []
    values["criteria"] = {str(place): row for place, row in enumerate(rows)}
    frozen = rubric is not None and rubric.frozen_at is not None
    context = {
        "contest": contest,
        "path": path,
        "rubric": rubric,
        "frozen": frozen,
        "values": values,
        "rows": len(rows) + _SPARE_ROWS,
        "kept": len(rows),
        "errors": shown.get("errors", []),
        "stale": shown.get("stale", False),
        "back": {"href": f"/cham-thi/quan-ly/{contest.contest_id}", "text": "Quản lý chấm thi"},
    }
    return page(request, "rubrics/edit.html", shown.get("status", 200), **context)


@routes.get("/cham-thi/quan-ly/{contest_id}/tieu-chi/{path}")
async def edit(
    request: Request,
    contest_id: str,
    path: str,
    person: Annotated[Person, may(Role.ORGANISER, Role.CHAIR, Role.AUDITOR)],
) -> Response:
    """The rubric of a round; once frozen it is only shown."""
    person.require(Role.ORGANISER, Role.CHAIR, Role.AUDITOR, scope=contest_id)
    tx = store_of(request).read
    rubric = await service.find(tx, contest_id, _round(path))
    return _editor(request, await copies.contest(tx, contest_id), path, rubric)


@routes.post("/cham-thi/quan-ly/{contest_id}/tieu-chi/{path}")
async def save(request: Request, contest_id: str, path: str, person: Definer) -> Response:
    """Put the next version in force. After somebody else saved, the next press replaces theirs knowingly."""
    round_, store = _round(path), store_of(request)
    form = await forms.read(request, RubricForm)
    try:
        typed = form.valid()
        rules = Rules.model_validate(typed.model_dump(exclude={"version"}))
        await service.define(store, contest_id, round_, rules, version=typed.version, by=person, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        contest, rubric = (
            await copies.contest(store.read, contest_id),
            await service.find(store.read, contest_id, round_),
        )
        stale = isinstance(refusal, Stale)
        values = form.typed | ({"version": rubric.version if rubric else 0} if stale else {})
        shown = {"values": values, "errors": form.errors, "stale": stale, "status": refusal.status}
        return _editor(request, contest, path, rubric, **shown)
    return see_other(request, f"/cham-thi/quan-ly/{contest_id}", "Đã lưu bộ tiêu chí.")


@api.put("/contests/{contest_id}/rubrics/{round_}")
async def define(request: Request, contest_id: str, round_: Round, asked: RubricIn, person: Definer) -> RubricOut:
    """Put rules in force as the next version; 409 once a mark was given by the version in force."""
    rules = Rules.model_validate(asked.model_dump(exclude={"version"}))
    saved = await service.define(
        store_of(request), contest_id, round_, rules, version=asked.version, by=person, at=now()
    )
    return RubricOut.of(saved)


@api.get("/contests/{contest_id}/rubrics/{round_}")
async def show(
    request: Request,
    contest_id: str,
    round_: Round,
    person: Annotated[Person, may(Role.ORGANISER, Role.CHAIR, Role.JUDGE, Role.AUDITOR)],
) -> RubricOut:
    """The rubric in force."""
    person.require(Role.ORGANISER, Role.CHAIR, Role.JUDGE, Role.AUDITOR, scope=contest_id)
    return RubricOut.of(await service.get(store_of(request).read, contest_id, round_))
