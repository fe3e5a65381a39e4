"""The seals of the register as pages and as files that anybody can check."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from services.submissions.arrivals.domain import CHANNELS
from services.submissions.intake.domain import STAND_WORDS
from services.submissions.seals import service
from shared import recount
from shared.identity import Person, Role, may
from shared.pages import page, store_of

routes = APIRouter(include_in_schema=False)
Reader = Annotated[Person, may(Role.SECRETARY, Role.ORGANISER)]


@routes.get("/tiep-nhan/niem-phong")
async def choose(request: Request, person: Reader) -> Response:
    return page(request, "seals/contests.html", contests=await service.readable(store_of(request), person))


@routes.get("/tiep-nhan/niem-phong/{contest_id}")
async def show(request: Request, contest_id: str, person: Reader) -> Response:
    """All seals of a contest, or with `?ngay=` the list that was sealed on that day."""
    store, day = store_of(request), request.query_params.get("ngay", "")
    if day:
        contest, seal = await service.of_day(store, contest_id, day, person)
        words: dict[str, Any] = {"states": {one.value: text for one, text in STAND_WORDS.items()}, "channels": CHANNELS}
        return page(request, "seals/day.html", contest=contest, seal=seal, **words)
    contest, seals = await service.chain(store, contest_id, person)
    return page(request, "seals/list.html", contest=contest, seals=seals[::-1])


@routes.get("/tiep-nhan/niem-phong/{contest_id}/tep")
async def download(request: Request, contest_id: str, person: Reader) -> Response:
    """The seal of `?ngay=`, or the whole chain, in canonical JSON: `python -m deploy verify-register FILE`."""
    store, day = store_of(request), request.query_params.get("ngay", "")
    if day:
        _, seal = await service.of_day(store, contest_id, day, person)
        content, name = recount.canonical(seal.content), f"niem-phong-{seal.day}"
    else:
        contest, seals = await service.chain(store, contest_id, person)
        content, name = recount.canonical([one.content for one in seals]), f"niem-phong-{contest.slug}"
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    return Response(content, media_type="application/json", headers=headers)
