"""Pages to be printed: the register as it is filtered, the receipt for its author and for the counter."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from services.submissions.arrivals.domain import CHANNELS
from services.submissions.intake import service as intake
from services.submissions.intake.domain import ASKED_WORDS, asked
from services.submissions.prints import domain, service
from services.submissions.prints.service import Slip
from shared.clock import now
from shared.identity import SIGNED_IN, Person, Role, may
from shared.pages import page, store_of

routes = APIRouter(include_in_schema=False)
Reader = Annotated[Person, may(Role.SECRETARY, Role.ORGANISER)]
SignedIn = Annotated[Person, SIGNED_IN]


def _place(request: Request) -> str:
    place: str = request.app.state.desk.settings.place
    return place


@routes.get("/tiep-nhan/in")
async def register(request: Request, person: Reader) -> Response:
    """The same filter as the register's page, all its lines."""
    query = asked(request.query_params)
    listing = await intake.whole(store_of(request), query, person)
    contest = await service.contest_of(store_of(request).read, listing, query)
    at = now()
    return page(
        request,
        "prints/register.html",
        listing=listing,
        query=query,
        contest=contest,
        words=ASKED_WORDS,
        channels={one.value: text for one, text in CHANNELS.items()},
        head=domain.head(contest, "STN", _place(request), at),
        params=dict(request.query_params),
    )


@routes.get("/tiep-nhan/{entry_id}/phieu")
async def at_the_counter(request: Request, entry_id: str, person: Reader) -> Response:
    slip = await service.for_the_desk(store_of(request), entry_id, person)
    return _receipt(request, slip, back=f"/tiep-nhan/{entry_id}")


@routes.get("/bai-du-thi/{entry_id}/phieu")
async def for_the_author(request: Request, entry_id: str, person: SignedIn) -> Response:
    slip = await service.for_the_author(store_of(request), entry_id, person)
    return _receipt(request, slip, back=f"/bai-du-thi/{entry_id}/bien-nhan")


def _receipt(request: Request, slip: Slip, *, back: str) -> Response:
    at = slip.line.received_at if slip.line else slip.entry.submitted_at or now()
    head = domain.head(slip.contest, "PTN", _place(request), at)
    return page(request, "prints/receipt.html", slip=slip, head=head, received_at=at, address=back)
