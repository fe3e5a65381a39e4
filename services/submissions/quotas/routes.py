"""Units against their quotas as a page, as files, and over JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from services.submissions.quotas import domain, service
from services.submissions.quotas.domain import Query, Stand
from shared import tables
from shared.clock import local, now
from shared.identity import Person, Role, may
from shared.pages import page, store_of

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["register"])
Reader = Annotated[Person, may(Role.SECRETARY, Role.ORGANISER)]
_NAMES = {"chi-tieu": "quota", "tinh-trang": "stand", "tim": "search", "sap-xep": "sort"}


def asked(request: Request) -> Query:
    """The query of the address; what makes no sense is left out."""
    params = request.query_params
    typed: dict[str, Any] = {field: params[name][:200] for name, field in _NAMES.items() if params.get(name)}
    number, size = params.get("trang", ""), params.get("so-dong", "")
    if number.isdecimal():
        typed["page"] = max(1, int(number[:6]))
    if size.isdecimal() and int(size) in domain.SIZES:
        typed["size"] = int(size)
    return Query(**typed)


@routes.get("/tiep-nhan/chi-tieu")
async def quotas(request: Request, person: Reader) -> Response:
    store, query, params = store_of(request), asked(request), dict(request.query_params)
    contests = await service.with_quotas(store, person)
    context: dict[str, Any] = {"contests": contests, "query": query, "params": params, "words": domain.STAND_WORDS}
    contest_id = params.get("cuoc-thi") or next((one.id for one in contests), "")
    if not contest_id:
        return page(request, "quotas/list.html", listing=None, **context)
    listing = await service.listing(store, contest_id, query, person, now())
    start = (query.page - 1) * query.size
    context |= {"rows": listing.rows[start : start + query.size], "pages": -(-len(listing.rows) // query.size)}
    return page(request, "quotas/list.html", listing=listing, tones=domain.TONES, **context)


@routes.get("/tiep-nhan/chi-tieu.csv")
async def quotas_csv(request: Request, person: Reader) -> Response:
    content = tables.as_csv([domain.HEADS, *await _rows(request, person)])
    return Response(content, media_type=tables.CSV, headers=_as_file("csv"))


@routes.get("/tiep-nhan/chi-tieu.xlsx")
async def quotas_xlsx(request: Request, person: Reader) -> Response:
    content = tables.as_xlsx([domain.HEADS, *await _rows(request, person)], "Chỉ tiêu", widest=0)
    return Response(content, media_type=tables.XLSX, headers=_as_file("xlsx"))


async def _rows(request: Request, person: Person) -> list[list[object]]:
    """All that the list shows over all its pages."""
    store, contest_id = store_of(request), request.query_params.get("cuoc-thi", "")
    if not contest_id:
        contest_id = next((one.id for one in await service.with_quotas(store, person)), "")
    listing = await service.listing(store, contest_id, asked(request), person, now())
    return [domain.cells(row) for row in listing.rows]


def _as_file(suffix: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="chi-tieu-{local(now()):%Y%m%d-%H%M}.{suffix}"'}


class QuotaOut(BaseModel):
    """A unit against a quota of its level."""

    quota_id: str
    compulsory: bool
    unit_id: str
    unit: str
    minimum: int
    handed_in: int
    accepted: int
    missing: int
    stand: Stand


class QuotasOut(BaseModel):
    """Every unit of every quota; `elsewhere` counts for none of them."""

    items: list[QuotaOut]
    elsewhere: domain.Count


@api.get("/register/quotas")
async def read_quotas(request: Request, person: Reader, contest_id: str) -> QuotasOut:
    listing = await service.listing(store_of(request), contest_id, Query(), person, now())
    items = [
        QuotaOut(
            quota_id=row.quota.id,
            unit_id=row.unit.id,
            unit=row.unit.name,
            missing=row.missing,
            stand=row.stand,
            **row.quota.model_dump(include={"compulsory", "minimum"}),
            **row.count.model_dump(),
        )
        for row in listing.rows
    ]
    return QuotasOut(items=items, elsewhere=listing.elsewhere)
