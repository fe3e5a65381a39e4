"""The units as pages, their reorganisation, and the same over JSON."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StringConstraints

from services.submissions.units import domain, service
from shared import forms, tables
from shared.clock import local, now
from shared.errors import NotFound, Refusal
from shared.identity import PUBLIC, Person, Role, may
from shared.pages import page, see_other, store_of
from shared.text import folded

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["units"])
Visitor = Annotated[Person | None, PUBLIC]
Editor = Annotated[Person, may(Role.ORGANISER, Role.ADMINISTRATOR)]
_EDITORS = (Role.ORGANISER, Role.ADMINISTRATOR)
_LIST = "/don-vi"
_SIZE = 50
_LEVELS = [{"value": value, "text": text} for value, text in domain.LEVELS.items()]


class Asked(BaseModel):
    """What comes in from outside; an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")


class UnitBody(Asked):
    """A unit; None leaves an end open."""

    id: str = Field(validation_alias=AliasChoices("id", "unit_id"))
    name: str
    level: str
    parent_id: str | None = Field(default=None, validation_alias=AliasChoices("parent_id", "parent"))
    valid_from: date | None = None
    valid_to: date | None = None
    successors: list[str] = Field(default_factory=list)
    code: str = ""


class UnitsIn(Asked):
    """Added or changed; units that are not named stay as they are."""

    units: list[UnitBody] = Field(max_length=2000)


class UnitsOut(BaseModel):
    """In Vietnamese order."""

    items: list[UnitBody]


def _day(request: Request) -> date:
    """The day in the address, today when there is none that makes sense."""
    try:
        return date.fromisoformat(request.query_params.get("ngay", ""))
    except ValueError:
        return local(now()).date()


@routes.get(_LIST)
async def listing(request: Request, person: Visitor) -> Response:
    params, day = dict(request.query_params), _day(request)
    shown = await _shown(request, day)
    number = int(params["trang"][:6]) if params.get("trang", "").isdecimal() else 1
    pages = max(1, -(-len(shown) // _SIZE))
    number = min(max(1, number), pages)
    return page(
        request, "units/list.html", units=shown[(number - 1) * _SIZE : number * _SIZE], total=len(shown), day=day,
        number=number, pages=pages, size=_SIZE, params={**params, "ngay": day.isoformat()}, levels=_LEVELS,
        words=domain.level_words, may_change=person is not None and any(person.may(role) for role in _EDITORS),
    )  # fmt: skip


async def _shown(request: Request, day: date) -> list[domain.Unit]:
    params = request.query_params
    wanted, level = folded(params.get("tim", "")[:100]), params.get("cap", "")
    units = await service.on(store_of(request).read, day)
    return [unit for unit in units if wanted in f"{unit.search_key} {unit.code}" and (not level or unit.level == level)]


def _rows(units: list[domain.Unit]) -> list[list[object]]:
    """As the import reads them."""
    return [list(domain.COLUMNS.values()), *(domain.row_of(unit) for unit in units)]


@routes.get(_LIST + "/danh-sach.{suffix}")
async def export(request: Request, suffix: str, _: Visitor) -> Response:
    """What the list shows over all its pages, in the columns that the import reads."""
    rows = _rows(await _shown(request, _day(request)))
    kinds = {"csv": (tables.CSV, tables.as_csv), "xlsx": (tables.XLSX, lambda made: tables.as_xlsx(made, "Đơn vị"))}
    if suffix not in kinds:
        raise NotFound
    media_type, make = kinds[suffix]
    headers = {"Content-Disposition": f'attachment; filename="don-vi-{_day(request)}.{suffix}"'}
    return Response(make(rows), media_type=media_type, headers=headers)


@routes.get(_LIST + "/{unit_id}")
async def show(request: Request, unit_id: str, person: Visitor) -> Response:
    tx, day = store_of(request).read, local(now()).date()
    unit, every = await service.get(tx, unit_id), await service.every(tx)
    by_id = {one.id: one for one in every}
    may_change = person is not None and any(person.may(role) for role in _EDITORS)
    return page(
        request, "units/show.html", unit=unit, parent=by_id.get(unit.parent_id or ""), words=domain.level_words,
        before=[one for one in every if unit.id in one.successors], after=[by_id[one] for one in unit.successors],
        below=[one for one in every if one.parent_id == unit.id and one.valid_on(max(day, unit.valid_from or day))],
        today=domain.standing_for(unit_id, every, day), may_change=may_change,
        acts=await service.acts(tx, unit_id) if may_change else [],
    )  # fmt: skip


class ReorganiseForm(BaseModel):
    """What becomes of a unit from a day on; `sure` after it was read back."""

    act: domain.Act = Field(title="Việc sắp xếp")
    others: str = ""
    """Ids of units that are merged with it, one a line."""
    names: str = ""
    level: str = ""
    first_day: date = Field(title="Có hiệu lực từ ngày")
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)] = Field(
        title="Căn cứ"
    )
    sure: bool = False


@routes.get(_LIST + "/{unit_id}/doi")
async def reorganise_page(request: Request, unit_id: str, _: Editor) -> Response:
    return await _reorganise(request, unit_id, {"act": domain.Act.RENAME.value})


async def _reorganise(request: Request, unit_id: str, values: Mapping[str, object], **more: Any) -> Response:
    tx = store_of(request).read
    unit, here = await service.get(tx, unit_id), await service.on(tx, local(now()).date())
    context = {"errors": [], "made": None, **more}
    status = context.pop("status", 200)
    return page(
        request, "units/reorganise.html", status, unit=unit, values=values, levels=_LEVELS, units=here,
        words=domain.level_words, **context,
    )  # fmt: skip


@routes.post(_LIST + "/{unit_id}/doi")
async def reorganise(request: Request, unit_id: str, person: Editor) -> Response:
    """First what would happen is read back; the second press does it."""
    person.require(*_EDITORS, scope="*")
    form = await forms.read(request, ReorganiseForm)
    try:
        typed = form.valid()
        merged = [one for one in typed.others.split() if typed.act is domain.Act.MERGE]
        names = [one.strip() for one in typed.names.splitlines() if one.strip()]
        domain.check_names(typed.act, names, merged)
        made = await service.reorganise(
            store_of(request), typed.act, [unit_id, *merged], names, level=typed.level, first_day=typed.first_day,
            reason=typed.reason, by=person, sure=typed.sure,
        )  # fmt: skip
    except Refusal as refusal:
        form.refuse(refusal)
        return await _reorganise(request, unit_id, form.typed, errors=form.errors, status=refusal.status)
    if not typed.sure:
        return await _reorganise(request, unit_id, form.typed, made=made)
    return see_other(request, f"{_LIST}/{unit_id}", "Đã ghi thay đổi của đơn vị.")


@api.put("/units")
async def put_units(
    request: Request, asked: UnitsIn, person: Annotated[Person, may(Role.ADMINISTRATOR, Role.ORGANISER)]
) -> dict[str, int]:
    units = [domain.Unit(**one.model_dump()) for one in asked.units]
    return {"changed": await service.put(store_of(request), units, by=person)}


@api.get("/units")
async def list_units(request: Request, _: Visitor, on: Annotated[date | None, Query()] = None) -> UnitsOut:
    """Those that exist on a day, today unless said."""
    units = await service.on(store_of(request).read, on or local(now()).date())
    return UnitsOut(items=[UnitBody(**unit.model_dump(exclude={"version", "facts"})) for unit in units])
