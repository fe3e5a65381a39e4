"""The gallery as pages that everybody may read, and the same over JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from services.submissions.gallery import domain, service
from services.submissions.gallery.domain import Query, Shown
from services.submissions.gallery.service import Showing
from shared.identity import PUBLIC, Person
from shared.pages import page, store_of
from shared.text import one_line

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["gallery"])
Visitor = Annotated[Person | None, PUBLIC]
_NAMES = {"tim": "search", "cuoc-thi": "contest_id", "linh-vuc": "field", "giai": "prize"}


def asked(request: Request) -> Query:
    """The query of the address; what makes no sense is left out."""
    params = request.query_params
    typed: dict[str, Any] = {field: one_line(params[name])[:200] for name, field in _NAMES.items() if params.get(name)}
    for name, field in (("nam", "year"), ("trang", "page")):
        value = params.get(name, "")
        if value.isascii() and value.isdecimal():
            typed[field] = max(1, int(value[:6]))
    return Query(**typed)


@routes.get("/sang-kien")
async def listing(request: Request, _: Visitor) -> Response:
    query = asked(request)
    found = await service.listed(store_of(request), query)
    choices = {name: [{"value": value, "text": text} for value, text in pairs] for name, pairs in found.choices.items()}
    return page(
        request,
        "gallery/list.html",
        listing=found,
        query=query,
        params=dict(request.query_params),
        pages=-(-found.total // domain.SIZE),
        size=domain.SIZE,
        choices=choices,
    )


@routes.get("/sang-kien/{entry_id}")
async def show(request: Request, entry_id: str, _: Visitor) -> Response:
    return page(request, "gallery/show.html", showing=await service.view(store_of(request), entry_id))


class ItemOut(BaseModel):
    """An entry that its authors let everybody read."""

    entry_id: str
    contest_id: str
    year: int
    title: str
    group: str
    field: str
    units: list[str]
    prize: str
    rank: int | None
    authors: list[str]
    parts: list[Shown]


class GalleryOut(BaseModel):
    """A page of twenty."""

    items: list[ItemOut]
    total: int


def _out(showing: Showing) -> ItemOut:
    own = showing.item.model_dump(include=set(ItemOut.model_fields))
    return ItemOut(entry_id=showing.item.id, authors=showing.names, **own)


@api.get("/gallery")
async def list_gallery(request: Request, _: Visitor) -> GalleryOut:
    found = await service.listed(store_of(request), asked(request))
    return GalleryOut(items=[_out(one) for one in found.showings], total=found.total)
