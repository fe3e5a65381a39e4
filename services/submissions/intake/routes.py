"""The register as a page, as a file and over JSON. The formal check of one entry is `decisions`."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from services.submissions.arrivals.domain import CHANNELS
from services.submissions.intake import domain, service
from services.submissions.intake.domain import Line, Query, Tally
from services.submissions.intake.service import Listing
from services.submissions.states.domain import State
from shared import tables
from shared.clock import local, now
from shared.identity import Person, Role, may
from shared.pages import page, store_of
from shared.ui.cells import with_query

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["register"])
Reader = Annotated[Person, may(Role.SECRETARY, Role.ORGANISER)]


@routes.get("/tiep-nhan")
async def register(request: Request, person: Reader) -> Response:
    query = domain.asked(request.query_params)
    listing = await service.listing(store_of(request), query, person)
    params = dict(request.query_params)
    return page(
        request,
        "intake/register.html",
        listing=listing,
        query=query,
        params=params,
        pages=-(-listing.total // query.size),
        choices=_choices(listing, query),
        counts=_counts(listing.tally, query, params),
        joined=listing.tally.count(query.channel, State.JOINED),
        words=domain.STAND_WORDS,
        channels=CHANNELS,
        overdue=(domain.OVERDUE, domain.OVERDUE_WORDS),
    )


def _choices(listing: Listing, query: Query) -> dict[str, dict[str, str]]:
    """What the filter offers, as value: words; the groups are those of the contest asked for, or of the only one."""
    made = {"contests": {one.id: one.short_name for one in listing.contests}, "stands": domain.ASKED_WORDS}
    chosen = listing.by_id.get(query.contest_id) or (listing.contests[0] if len(listing.contests) == 1 else None)
    if chosen:
        made["entrant_groups"] = {one.id: one.title for one in chosen.entrant_groups}
        made["content_groups"] = {one.id: one.title for one in chosen.content_groups}
    return made


def _counts(tally: Tally, query: Query, params: dict[str, str]) -> list[dict[str, object]]:
    """How many stand where, and all together but those that were joined to others; each leads to just these."""
    told = {one.value: (tally.count(query.channel, one), text) for one, text in domain.STAND_WORDS.items()}
    told[""] = (tally.count(query.channel) - told[State.JOINED][0], "Tổng cộng")
    return [
        {"number": many, "label": text, "href": with_query(params, **{"tinh-trang": state, "trang": None})}
        for state, (many, text) in told.items()
    ]


@routes.get("/tiep-nhan/so.csv")
async def register_csv(request: Request, person: Reader) -> Response:
    rows = await service.rows(store_of(request), domain.asked(request.query_params), person)
    return Response(tables.as_csv([domain.HEADS, *rows]), media_type=tables.CSV, headers=_as_file("csv"))


@routes.get("/tiep-nhan/so.xlsx")
async def register_xlsx(request: Request, person: Reader) -> Response:
    rows = await service.rows(store_of(request), domain.asked(request.query_params), person)
    content = tables.as_xlsx([domain.HEADS, *rows], "Sổ tiếp nhận", widest=2)
    return Response(content, media_type=tables.XLSX, headers=_as_file("xlsx"))


def _as_file(suffix: str) -> dict[str, str]:
    stamp = f"{local(now()):%Y%m%d-%H%M}"
    return {"Content-Disposition": f'attachment; filename="so-tiep-nhan-{stamp}.{suffix}"'}


class RegisterOut(BaseModel):
    """A page of the register; `by_state` adds up to what is there without a state asked for."""

    items: list[Line]
    total: int
    by_state: dict[str, int]


@api.get("/register")
async def read_register(  # noqa: PLR0913 - the questions of an address
    request: Request,
    person: Reader,
    *,
    contest_id: str = "",
    state: str = "",
    channel: str = "",
    page: Annotated[int, Field(ge=1, le=100_000)] = 1,
    size: Annotated[int, Field(ge=1, le=100)] = domain.SIZES[0],
) -> RegisterOut:
    query = Query(contest_id=contest_id, state=state, channel=channel, page=page, size=size)
    found = await service.listing(store_of(request), query, person)
    return RegisterOut(items=found.lines, total=found.total, by_state=found.tally.by_state(channel))
