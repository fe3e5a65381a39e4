"""Resemblances: the list, both texts side by side with a conclusion, and the same over JSON."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.submissions.likeness.domain import Kind
from services.submissions.originality import domain, service
from services.submissions.originality.domain import Query, Reason, State
from shared import forms, tables
from shared.clock import local, now
from shared.errors import NotFound, Refusal, Stale
from shared.identity import Person, Role, may
from shared.pages import page, see_other, store_of

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["originality"])
Reader = Annotated[Person, may(Role.SECRETARY, Role.ORGANISER)]
Secretary = Annotated[Person, may(Role.SECRETARY)]
_LIST = "/tiep-nhan/trung-lap"
_NAMES = {"cuoc-thi": "contest_id", "tinh-trang": "state", "loai": "kind", "tim": "search", "sap-xep": "sort"}


class ConclusionForm(BaseModel):
    """What was concluded of the pair as read at `version`."""

    version: int
    state: Literal["copy", "distinct"] = Field(title="Kết luận của Tổ thư ký")
    reason: Reason = Field(title="Lý do")


class ReopenForm(BaseModel):
    """Take a conclusion back."""

    version: int


def asked(request: Request) -> Query:
    """The query of the address; what makes no sense is left out."""
    params = request.query_params
    typed: dict[str, Any] = {field: params[name][:200] for name, field in _NAMES.items() if params.get(name)}
    if params.get("trang", "").isdecimal():
        typed["page"] = max(1, int(params["trang"][:6]))
    if params.get("so-dong", "") in map(str, domain.SIZES):
        typed["size"] = int(params["so-dong"])
    return Query(**typed)


@routes.get(_LIST)
async def listing(request: Request, person: Reader) -> Response:
    query = asked(request)
    found = await service.listing(store_of(request), query, person)
    return page(
        request, "originality/list.html", listing=found, query=query, pages=-(-found.total // query.size),
        params=dict(request.query_params), states=domain.STATE_WORDS, kinds=domain.KIND_WORDS,
    )  # fmt: skip


@routes.get(_LIST + "/danh-sach.{suffix}")
async def export(request: Request, suffix: str, person: Reader) -> Response:
    """Exactly what the list shows, over all its pages."""
    rows = await service.rows(store_of(request), asked(request), person)
    headers = {"Content-Disposition": f'attachment; filename="bai-giong-nhau-{local(now()):%Y%m%d-%H%M}.{suffix}"'}
    if suffix == "csv":
        return Response(tables.as_csv([domain.HEADS, *rows]), media_type=tables.CSV, headers=headers)
    if suffix != "xlsx":
        raise NotFound
    content = tables.as_xlsx([domain.HEADS, *rows], "Bài giống nhau", widest=0)
    return Response(content, media_type=tables.XLSX, headers=headers)


@routes.get(_LIST + "/{pair_id}")
async def show(request: Request, pair_id: str, person: Reader) -> Response:
    return await _show(request, pair_id, person)


async def _show(
    request: Request,
    pair_id: str,
    person: Person,
    *,
    status: int = 200,
    values: dict[str, object] | None = None,
    errors: list[dict[str, str]] | None = None,
) -> Response:
    shown = await service.show(store_of(request), pair_id, person)
    return page(
        request, "originality/pair.html", status, shown=shown, values=values or {}, errors=errors or [],
        may_decide=person.may(Role.SECRETARY, shown.pair.contest_id), kinds=domain.KIND_WORDS, states=domain.STATE_WORDS,
    )  # fmt: skip


@routes.post(_LIST + "/{pair_id}")
async def conclude(request: Request, pair_id: str, person: Secretary) -> Response:
    form, store = await forms.read(request, ConclusionForm), store_of(request)
    try:
        typed = form.valid()
        await service.decide(
            store, pair_id, State(typed.state), typed.reason, version=typed.version, by=person, at=now()
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return await _show(request, pair_id, person, status=refusal.status, values=form.typed, errors=form.errors)
    return see_other(request, f"{_LIST}?tinh-trang=undecided", "Đã ghi kết luận.")


@routes.post(_LIST + "/{pair_id}/xet-lai")
async def reopen(request: Request, pair_id: str, person: Secretary) -> Response:
    form, store = await forms.read(request, ReopenForm), store_of(request)
    try:
        asked = form.valid()
        await service.decide(store, pair_id, State.UNDECIDED, "", version=asked.version, by=person, at=now())
    except Stale as stale:
        form.refuse(stale)
        return await _show(request, pair_id, person, status=stale.status, errors=form.errors)
    return see_other(request, f"{_LIST}/{pair_id}", "Cặp bài được xét lại.")


class ResemblanceOut(BaseModel):
    """Two texts that say the same in part."""

    id: str
    version: int
    entry_id: str
    other_id: str
    other_kind: Kind
    title: str
    other_title: str
    covered: float
    ratio: float
    same_owner: bool
    state: State
    reason: str


class ResemblancesOut(BaseModel):
    """A page of them."""

    items: list[ResemblanceOut]
    total: int


class ConclusionIn(ConclusionForm):
    """The same; an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")


def _out(pair: domain.Resemblance) -> ResemblanceOut:
    reason = pair.standing.reason if pair.standing else ""
    return ResemblanceOut(**pair.model_dump(include=set(ResemblanceOut.model_fields)), reason=reason)


@api.get("/resemblances")
async def read_resemblances(
    request: Request,
    person: Reader,
    contest_id: str = "",
    state: Literal["", "undecided", "copy", "distinct"] = "",
    page: Annotated[int, Field(ge=1, le=100_000)] = 1,
) -> ResemblancesOut:
    found = await service.listing(store_of(request), Query(contest_id=contest_id, state=state, page=page), person)
    return ResemblancesOut(items=[_out(pair) for pair in found.pairs], total=found.total)


@api.post("/resemblances/{pair_id}/conclusion")
async def conclude_resemblance(
    request: Request, pair_id: str, asked: ConclusionIn, person: Secretary
) -> ResemblanceOut:
    store, state = store_of(request), State(asked.state)
    return _out(await service.decide(store, pair_id, state, asked.reason, version=asked.version, by=person, at=now()))
