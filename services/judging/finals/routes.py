"""The judge's page of a final, the organiser's console, and the final in JSON."""

import secrets
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from services.judging.copies import service as copies
from services.judging.copies.domain import ContestCopy
from services.judging.finals import service
from services.judging.finals.domain import Slot, SlotState, StaleScore
from services.judging.finals.service import Act
from services.judging.rubrics.domain import Mark
from shared import forms
from shared.clock import now
from shared.errors import Invalid, NotFound, Refusal
from shared.identity import Person, Role, may
from shared.pages import page, see_other, store_of
from shared.text import Line

routes = APIRouter()
_API = "/api/judging/v1"
Judge = Annotated[Person, may(Role.JUDGE)]
Organiser = Annotated[Person, may(Role.ORGANISER)]


async def the_contest(request: Request, slug: str) -> ContestCopy:
    """The contest the address names. Raises NotFound."""
    return await copies.contest_by_slug(store_of(request).read, slug)


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    client_key: str


class Marks(_Asked):
    """A judge's marks; `revision` is what the screen showed, 0 before the first sending."""

    revision: int = 0
    marks: dict[str, Mark]


class MarkForm(Marks):
    """The same from the page."""

    slot_id: str


class Draw(_Asked):
    """`seed` only to draw again what was drawn elsewhere."""

    seed: Annotated[str | None, Field(max_length=100)] = None


class Step(_Asked):
    """What the organiser does with a slot; a reason where one is needed."""

    reason: Annotated[Line, Field(max_length=500)] = ""


class StepForm(Step):
    """The same from the console."""

    slot_id: str = ""
    confirm: str = ""


class Recusal(StepForm):
    """A judge steps back."""


class DrawnSlot(BaseModel):
    """A slot as the draw answers it."""

    slot_id: str
    position: int
    code: str


class DrawnOrder(BaseModel):
    """The order that was drawn, with its seed."""

    seed: str
    slots: list[DrawnSlot]


class SlotView(DrawnSlot):
    """A slot as staff see it."""

    title: str
    state: SlotState
    opened_at: datetime | None
    closed_at: datetime | None


class FinalView(BaseModel):
    """A final as staff see it."""

    contest_id: str
    state: str
    open_slot: str | None
    slots: list[SlotView]


class Given(BaseModel):
    """What was taken."""

    total: Decimal
    revision: int


class Moved(BaseModel):
    """The state a step reached."""

    slot_id: str
    contest_id: str
    state: str


class Locked(BaseModel):
    """The end of a final, with the head of the score log."""

    contest_id: str
    state: str
    log_head: str


def _act(person: Person, asked: _Asked) -> Act:
    return Act(person, asked.client_key, now())


def _seed() -> str:
    return secrets.token_hex(16)


async def _sheet(request: Request, contest: ContestCopy, person: Person, **shown: Any) -> Response:
    if not person.may(Role.JUDGE, contest.contest_id):
        raise NotFound
    status = shown.pop("status", 200)
    desk = await service.judge_desk(store_of(request).read, contest.contest_id, person.id)
    context = {"contest": contest, "typed": None, "errors": [], "clash": None, "key": "", **desk, **shown}
    return page(request, "finals/mark.html", status, **context)


@routes.get("/chung-khao/{slug}/cham")
async def sheet(request: Request, contest: Annotated[ContestCopy, Depends(the_contest)], person: Judge) -> Response:
    """The open slot to mark, on a phone."""
    return await _sheet(request, contest, person)


@routes.post("/chung-khao/{slug}/cham")
async def mark(request: Request, contest: Annotated[ContestCopy, Depends(the_contest)], person: Judge) -> Response:
    """Send the marks; what was typed survives every refusal, and a clash shows both values."""
    form = await forms.read(request, MarkForm)
    try:
        sent = form.valid()
        given = await service.give(
            store_of(request), sent.slot_id, _act(person, sent), revision=sent.revision, marks=sent.marks
        )
    except Refusal as refusal:
        form.refuse(refusal)
        shown: dict[str, Any] = {"typed": form.typed, "errors": form.errors, "status": refusal.status}
        if isinstance(refusal, StaleScore):
            shown["clash"] = refusal.details
        elif isinstance(refusal, Invalid):
            shown["key"] = form.typed.get("client_key", "")
        return await _sheet(request, contest, person, **shown)
    note = f"Đã gửi: {given['total'].replace('.', ',')} điểm, lần gửi {given['revision']}."
    return see_other(request, f"/chung-khao/{contest.slug}/cham", note)


@routes.post("/chung-khao/{slug}/xin-khong-cham")
async def recuse(request: Request, contest: Annotated[ContestCopy, Depends(the_contest)], person: Judge) -> Response:
    """A judge steps back from the open slot."""
    form = await forms.read(request, Recusal)
    try:
        sent = form.valid()
        await service.recuse(store_of(request), sent.slot_id, _act(person, sent), reason=sent.reason)
    except Refusal as refusal:
        form.refuse(refusal)
        return await _sheet(request, contest, person, errors=form.errors, status=refusal.status)
    return see_other(request, f"/chung-khao/{contest.slug}/cham", "Đã ghi nhận: bạn không chấm bài này.")


async def _console(request: Request, contest: ContestCopy, person: Person, **shown: Any) -> Response:
    person.require(Role.ORGANISER, scope=contest.contest_id)
    status = shown.pop("status", 200)
    desk = await service.console(store_of(request).read, contest.contest_id)
    context = {"contest": contest, "typed": {}, "errors": [], **desk, **shown}
    return page(request, "finals/console.html", status, **context)


@routes.get("/chung-khao/{slug}/dieu-hanh")
async def console(
    request: Request, contest: Annotated[ContestCopy, Depends(the_contest)], person: Organiser
) -> Response:
    """The order, who has marked, and what to do next."""
    return await _console(request, contest, person)


async def _do(request: Request, contest: ContestCopy, person: Person, step: str, sent: StepForm) -> str:
    """One step of the console; answers the note for the next page."""
    store, act = store_of(request), _act(person, sent)
    match step:
        case "boc-tham":
            await service.draw(store, contest.contest_id, act, asked=None, fresh=_seed())
            return "Đã bốc thăm thứ tự thi; mã bốc thăm nằm trong nhật ký để ai cũng rút lại được."
        case "mo":
            await service.open_slot(store, sent.slot_id, act)
            return "Đã mở phần thi; giám khảo chấm được ngay."
        case "dong":
            await service.close_slot(store, sent.slot_id, act, reason=sent.reason)
            return "Đã đóng phần thi."
        case "vang-mat" | "rut":
            outcome = SlotState.ABSENT if step == "vang-mat" else SlotState.WITHDRAWN
            await service.set_aside(store, sent.slot_id, act, outcome=outcome, reason=sent.reason)
            return "Đã ghi nhận; bài này không có điểm."
        case "khoa":
            if not sent.confirm:
                raise Invalid([{"field": "confirm", "text": "Hãy đánh dấu ô xác nhận trước khi khóa."}])
            await service.lock(store, contest.contest_id, act)
            return "Đã khóa vòng chung khảo."
    raise NotFound


@routes.post("/chung-khao/{slug}/dieu-hanh/{step}")
async def act(
    request: Request, contest: Annotated[ContestCopy, Depends(the_contest)], step: str, person: Organiser
) -> Response:
    """Draw, open, close, set aside or lock."""
    form = await forms.read(request, StepForm)
    try:
        note = await _do(request, contest, person, step, form.valid())
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        shown = {"typed": form.typed, "errors": form.errors, "status": refusal.status}
        return await _console(request, contest, person, **shown)
    return see_other(request, f"/chung-khao/{contest.slug}/dieu-hanh", note)


@routes.post(_API + "/contests/{contest_id}/final/order")
async def draw(request: Request, contest_id: str, asked: Draw, person: Organiser) -> DrawnOrder:
    """Draw the running order by lot."""
    drawn = await service.draw(store_of(request), contest_id, _act(person, asked), asked=asked.seed, fresh=_seed())
    return DrawnOrder.model_validate(drawn)


@routes.get(_API + "/contests/{contest_id}/final")
async def final(
    request: Request, contest_id: str, person: Annotated[Person, may(Role.ORGANISER, Role.JUDGE, Role.CHAIR)]
) -> FinalView:
    """The final with its slots."""
    person.require(Role.ORGANISER, Role.JUDGE, Role.CHAIR, scope=contest_id)
    tx = store_of(request).read
    found = await service.final(tx, contest_id)
    slots = [_slot_view(slot) for slot in await service.slots(tx, contest_id)]
    return FinalView(contest_id=contest_id, state=found.state.value, open_slot=found.open_slot, slots=slots)


def _slot_view(slot: Slot) -> SlotView:
    return SlotView(slot_id=slot.id, **slot.model_dump(include=set(SlotView.model_fields) - {"slot_id"}))


@routes.post(_API + "/slots/{slot_id}/open")
async def open_slot(request: Request, slot_id: str, asked: _Asked, person: Organiser) -> Moved:
    """Open a slot for marking."""
    return Moved(**await service.open_slot(store_of(request), slot_id, _act(person, asked)))


@routes.put(_API + "/slots/{slot_id}/scores/mine")
async def give(request: Request, slot_id: str, asked: Marks, person: Judge) -> Given:
    """Send or change one's marks; 409 with both values when another device was quicker."""
    given = await service.give(
        store_of(request), slot_id, _act(person, asked), revision=asked.revision, marks=asked.marks
    )
    return Given.model_validate(given)


@routes.post(_API + "/slots/{slot_id}/close")
async def close_slot(request: Request, slot_id: str, asked: Step, person: Organiser) -> Moved:
    """Close a slot; below the quorum only with a reason."""
    closed = await service.close_slot(store_of(request), slot_id, _act(person, asked), reason=asked.reason)
    return Moved(**closed)


@routes.post(_API + "/contests/{contest_id}/final/lock")
async def lock(request: Request, contest_id: str, asked: _Asked, person: Organiser) -> Locked:
    """Lock the final for good."""
    return Locked(**await service.lock(store_of(request), contest_id, _act(person, asked)))
