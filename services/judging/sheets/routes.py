"""The judge's sheets, as pages and in JSON. No answer of these routes leads to an author."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from services.judging.rubrics.domain import Criterion
from services.judging.sheets import service
from services.judging.sheets.domain import AlreadySealed, Comment, Marks, SheetState
from services.judging.sheets.service import View
from shared import forms
from shared.clock import now
from shared.errors import NotFound, Refusal, Stale
from shared.events.submissions import Effect
from shared.identity import Person, Role, may
from shared.pages import page, see_other, store_of, wants_json
from shared.text import Text

routes = APIRouter()
api = APIRouter(prefix="/api/judging/v1")
Judge = Annotated[Person, may(Role.JUDGE)]
_SHEET = "/cham-thi/phieu/{sheet_id}"


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SheetIn(_Form):
    """A draft."""

    version: int
    marks: Marks = {}
    comment: Comment = ""


class SheetForm(SheetIn):
    """A draft as the page sends it; `act` is the button."""

    act: str = "save"


class SealForm(_Form):
    """The confirmation."""

    client_key: str
    version: int


class RecuseForm(_Form):
    """Stepping back."""

    client_key: str
    reason: Annotated[Text, Field(max_length=1000)] = ""


class SheetRow(BaseModel):
    """A line of the queue."""

    sheet_id: str
    code: str
    contest_id: str
    round: str
    state: str
    third: bool


class RubricRow(BaseModel):
    """What a sheet is marked on."""

    version: int
    criteria: list[Criterion]
    step: Decimal
    comment_required: bool


class SheetOut(BaseModel):
    """A sheet with its script."""

    version: int
    code: str
    title: str
    parts: dict[str, str]
    effects: list[Effect] = []
    files: list[str]
    """Where the judge copies of its files are."""
    rubric: RubricRow
    marks: dict[str, Decimal]
    comment: str
    state: str
    total: Decimal | None
    hash: str


class Saved(BaseModel):
    """A draft was kept; `total` is None while nothing is marked."""

    version: int
    saved_at: datetime
    total: Decimal | None


class SealedOut(BaseModel):
    """A sheet was sealed; `hash` is its line in the score log."""

    sealed_at: datetime
    total: Decimal
    hash: str


class RecusedOut(BaseModel):
    """The script was given back; `replaced` says whether somebody else has it now."""

    recused_at: datetime
    replaced: bool


async def _sheet_page(request: Request, sheet_id: str, person: Person, **shown: Any) -> Response:
    store = store_of(request)
    seen = await service.view(store, sheet_id, person)
    mine = [row for row in await service.queue(store, person) if row.contest_id == seen.sheet.contest_id]
    rows = [row for row in mine if row.state is not SheetState.WITHDRAWN or row.sheet_id == sheet_id]
    place = next(number for number, row in enumerate(rows) if row.sheet_id == sheet_id)
    sheet, stale = seen.sheet, shown.get("stale")
    context = {
        "sheet": sheet,
        "seen": seen,
        "total": seen.rubric.subtotal(sheet.marks),
        "values": {**seen.fields(), **shown.get("values", {})},
        "elsewhere": seen.unlike(stale.marks, stale.comment) if stale else None,
        "errors": shown.get("errors", []),
        "before": rows[place - 1] if place else None,
        "after": rows[place + 1] if place + 1 < len(rows) else None,
        "done": sum(row.state is SheetState.SEALED for row in rows),
        "rows": len(rows),
        "back": {"href": "/cham-thi", "text": "Danh sách bài chấm"},
    }
    return page(request, "sheets/sheet.html", shown.get("status", 200), **context)


@routes.get(_SHEET)
async def show(request: Request, sheet_id: str, person: Judge) -> Response:
    """One script beside its sheet."""
    return await _sheet_page(request, sheet_id, person)


@routes.post(_SHEET)
async def save(request: Request, sheet_id: str, person: Judge) -> Response:
    """Keep the draft; with the sealing button, go on to the confirmation when nothing is missing."""
    form = await forms.read(request, SheetForm)
    try:
        typed = form.valid()
        await service.save(store_of(request), sheet_id, person, typed.version, typed.marks, typed.comment, at=now())
        if typed.act == "seal":
            seen = await service.view(store_of(request), sheet_id, person)
            form.typed["version"] = seen.sheet.version
            seen.sheet.complete(seen.rubric)
            return see_other(request, f"{_SHEET.format(sheet_id=sheet_id)}/niem-phong")
    except NotFound:
        raise
    except AlreadySealed as refusal:
        return see_other(request, _SHEET.format(sheet_id=sheet_id), refusal.message, "warning")
    except Refusal as refusal:
        form.refuse(refusal)
        shown = {"values": form.typed, "errors": form.errors, "status": refusal.status}
        if isinstance(refusal, Stale):  # the form goes on from what is saved now, which is shown beside it
            form.typed.pop("version")
            shown["stale"] = form.value
        return await _sheet_page(request, sheet_id, person, **shown)
    return see_other(request, _SHEET.format(sheet_id=sheet_id), "Đã lưu nháp.")


@routes.post(_SHEET + "/luu")
async def autosave(request: Request, sheet_id: str, person: Judge) -> Response:
    """Keep the draft while it is typed."""
    form = await forms.read(request, SheetForm)
    typed = form.valid()
    saved = await service.save(store_of(request), sheet_id, person, typed.version, typed.marks, typed.comment, at=now())
    if not wants_json(request):
        return see_other(request, _SHEET.format(sheet_id=sheet_id), "Đã lưu nháp.")
    return JSONResponse(Saved.model_validate(saved).model_dump(mode="json"))


async def _confirmation(request: Request, seen: View, status: int = 200, errors: list[Any] | None = None) -> Response:
    sheet_url = _SHEET.format(sheet_id=seen.sheet.id)
    total = seen.rubric.subtotal(seen.sheet.marks)
    back = {"href": sheet_url, "text": "Sửa phiếu"}
    context: dict[str, Any] = {"seen": seen, "sheet": seen.sheet, "total": total, "errors": errors or [], "back": back}
    return page(request, "sheets/confirm.html", status, **context)


@routes.get(_SHEET + "/niem-phong")
async def confirm(request: Request, sheet_id: str, person: Judge) -> Response:
    """Read the marks back before they are sealed."""
    seen = await service.view(store_of(request), sheet_id, person)
    try:
        seen.sheet.open()
        seen.sheet.complete(seen.rubric)
    except Refusal as refusal:
        return see_other(request, _SHEET.format(sheet_id=sheet_id), refusal.message, "warning")
    return await _confirmation(request, seen)


@routes.post(_SHEET + "/niem-phong")
async def seal(request: Request, sheet_id: str, person: Judge) -> Response:
    """Seal for good."""
    store = store_of(request)
    form = await forms.read(request, SealForm)
    try:
        asked = form.valid()
        await service.seal(store, sheet_id, person, asked.client_key, asked.version, at=now())
    except NotFound:
        raise
    except AlreadySealed as refusal:
        return see_other(request, _SHEET.format(sheet_id=sheet_id), refusal.message, "warning")
    except Refusal as refusal:
        form.refuse(refusal)
        return await _confirmation(request, await service.view(store, sheet_id, person), refusal.status, form.errors)
    return see_other(request, _SHEET.format(sheet_id=sheet_id), "Đã niêm phong phiếu chấm.")


@routes.get(_SHEET + "/tu-choi")
async def step_back(request: Request, sheet_id: str, person: Judge) -> Response:
    """Say why one cannot mark this script."""
    seen = await service.view(store_of(request), sheet_id, person)
    back = {"href": _SHEET.format(sheet_id=sheet_id), "text": "Quay lại phiếu"}
    return page(request, "sheets/recuse.html", seen=seen, sheet=seen.sheet, values={}, errors=[], back=back)


@routes.post(_SHEET + "/tu-choi")
async def recuse(request: Request, sheet_id: str, person: Judge) -> Response:
    """Give the script back."""
    store = store_of(request)
    form = await forms.read(request, RecuseForm)
    try:
        asked = form.valid()
        await service.recuse(store, sheet_id, person, asked.client_key, asked.reason.strip(), at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        seen, back = await service.view(store, sheet_id, person), {"href": _SHEET.format(sheet_id=sheet_id)}
        context = {"values": form.typed, "errors": form.errors, "back": back}
        return page(request, "sheets/recuse.html", refusal.status, seen=seen, sheet=seen.sheet, **context)
    return see_other(request, "/cham-thi", "Đã ghi nhận. Bài này được rút thăm cho người khác.")


@api.get("/queue")
async def my_queue(request: Request, person: Judge) -> list[SheetRow]:
    """The sheets of the judge who asks, without those of scripts that left the contest."""
    rows = [row for row in await service.queue(store_of(request), person) if row.state is not SheetState.WITHDRAWN]
    return [SheetRow.model_validate(row, from_attributes=True) for row in rows]


@api.get("/sheets/{sheet_id}")
async def read(request: Request, sheet_id: str, person: Judge) -> SheetOut:
    """One sheet with its script."""
    seen = await service.view(store_of(request), sheet_id, person)
    names = ("version", "marks", "comment", "hash")
    return SheetOut(
        **{name: getattr(seen.sheet, name) for name in names},
        code=seen.script.code,
        title=seen.script.title,
        parts=seen.script.parts,
        effects=seen.script.effects,
        files=[f"/bai-du-thi/ban-cham/{one.file_id}" for one in seen.script.judge_copies],
        rubric=RubricRow.model_validate(seen.rubric, from_attributes=True),
        state=seen.state,
        total=seen.rubric.subtotal(seen.sheet.marks),
    )


@api.put("/sheets/{sheet_id}")
async def write(request: Request, sheet_id: str, asked: SheetIn, person: Judge) -> Saved:
    """Keep a draft."""
    store = store_of(request)
    return Saved.model_validate(
        await service.save(store, sheet_id, person, asked.version, asked.marks, asked.comment, at=now())
    )


@api.post("/sheets/{sheet_id}/seal")
async def seal_sheet(request: Request, sheet_id: str, asked: SealForm, person: Judge) -> SealedOut:
    """Seal for good; the same key gives the same answer."""
    store = store_of(request)
    return SealedOut.model_validate(
        await service.seal(store, sheet_id, person, asked.client_key, asked.version, at=now())
    )


@api.post("/sheets/{sheet_id}/recuse")
async def recuse_sheet(request: Request, sheet_id: str, asked: RecuseForm, person: Judge) -> RecusedOut:
    """Give the script back."""
    store = store_of(request)
    done = await service.recuse(store, sheet_id, person, asked.client_key, asked.reason.strip(), at=now())
    return RecusedOut.model_validate(done)
