"""The ranking and its decisions for staff, the public result pages and file, and both in JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from services.judging.finals.service import Act
from services.judging.results import service
from services.judging.results.domain import Placed, Result
from services.judging.rubrics.domain import Round
from shared import forms
from shared.clock import now
from shared.errors import Invalid, NotFound, Refusal
from shared.events.judging import Place
from shared.identity import PUBLIC, Person, Role, may
from shared.pages import page, see_other, store_of
from shared.text import Line

routes = APIRouter()
_API = "/api/judging/v1/contests/{contest_id}"
Staff = Annotated[Person, may(Role.ORGANISER, Role.CHAIR, Role.AUDITOR)]
Deciders = Annotated[Person, may(Role.ORGANISER, Role.CHAIR)]
Chair = Annotated[Person, may(Role.CHAIR)]
Organiser = Annotated[Person, may(Role.ORGANISER)]
Reason = Annotated[Line, Field(max_length=1000)]


class Asked(BaseModel):
    """A decision under a client key."""

    model_config = ConfigDict(extra="forbid")

    client_key: str


class Naming(Asked):
    """Who goes on: the best `count` (the contest's number without it), or these entries by their codes."""

    entry_codes: list[str] | None = None
    count: Annotated[int | None, Field(ge=1, le=1000)] = None
    reason: Reason = ""


class TieOrder(Asked):
    """Entries with equal marks, best first, by their codes."""

    round: Round
    order: list[str]
    reason: Reason


class DeskForm(Asked):
    """What the page sends; each step reads its own fields."""

    chosen: list[str] = []
    round: Round = Round.PRELIMINARY
    position: dict[str, str] = {}
    reason: Reason = ""
    confirm: str = ""


class RankedEntry(BaseModel):
    """An entry in a ranking."""

    code: str
    state: str
    rank: int | None
    score: str | None
    marks: dict[str, str]
    third: str | None
    gap: str | None


class RankingView(BaseModel):
    """A round's ranking as computed from the log."""

    round: str
    state: str
    entries: list[RankedEntry]
    ties: list[list[str]]


class Named(BaseModel):
    """The finalists that were named: code, rank and score of each."""

    contest_id: str
    finalists: list[dict[str, str | int]]


class Reached(BaseModel):
    """The state a step reached."""

    contest_id: str
    state: str
    log_head: str


class Decided(BaseModel):
    """A tie that was put in order."""

    contest_id: str
    round: str
    order: list[str]


class Published(BaseModel):
    """Where the result is, and the digest of its file."""

    slug: str
    file_sha256: str
    result_version: int


class ResultView(BaseModel):
    """A signed or published result."""

    contest_id: str
    state: str
    result_version: int
    places: list[Place]
    file_sha256: str
    log_head: str


def _act(person: Person, asked: Asked) -> Act:
    return Act(person, asked.client_key, now())


async def _desk(request: Request, contest_id: str, person: Person, **shown: Any) -> Response:
    status = shown.pop("status", 200)
    desk = await service.desk(store_of(request).read, contest_id, person)
    rights = {"is_chair": person.may(Role.CHAIR, contest_id), "is_organiser": person.may(Role.ORGANISER, contest_id)}
    context = {"typed": {}, "errors": [], "me": person.id, **desk, **rights, **shown}
    return page(request, "results/desk.html", status, **context)


@routes.get("/ket-qua/quan-ly/{contest_id}")
async def desk(request: Request, contest_id: str, person: Staff) -> Response:
    """Both rankings with every mark, and the decisions that are due."""
    return await _desk(request, contest_id, person)


async def _do(request: Request, contest_id: str, step: str, person: Person, sent: DeskForm) -> str:
    """One decision; answers the note for the next page."""
    store, act = store_of(request), _act(person, sent)
    match step:
        case "vao-chung-khao":
            codes = sent.chosen or None
            await service.name_finalists(store, contest_id, act, codes=codes, count=None, reason=sent.reason)
            return "Đã công bố danh sách vào chung khảo."
        case "xep-thu-tu":
            codes = _ordered(sent.position)
            await service.decide_tie(store, contest_id, act, round_=sent.round.value, codes=codes, reason=sent.reason)
            return "Đã ghi thứ tự của các bài bằng điểm."
        case "ky-duyet":
            _confirmed(sent)
            await service.sign_off(store, contest_id, act)
            return "Đã ký duyệt kết quả. Một người khác trong Ban Tổ chức công bố."
        case "cong-bo":
            _confirmed(sent)
            done = await service.publish(store, contest_id, act)
            return f"Đã công bố tại /ket-qua/{done['slug']}."
    raise NotFound


def _confirmed(sent: DeskForm) -> None:
    if not sent.confirm:
        raise Invalid([{"field": "confirm", "text": "Hãy đánh dấu ô xác nhận trước."}])


def _ordered(position: dict[str, str]) -> list[str]:
    """Codes by the positions that were typed. Raises Invalid unless they are 1, 2, 3, …"""
    if sorted(position.values()) != [str(place) for place in range(1, len(position) + 1)]:
        raise Invalid([{"field": "position", "text": "Hãy ghi thứ tự 1, 2, 3… cho từng bài, không trùng nhau."}])
    return sorted(position, key=lambda code: int(position[code]))


@routes.post("/ket-qua/quan-ly/{contest_id}/{step}")
async def decide(request: Request, contest_id: str, step: str, person: Deciders) -> Response:
    """Name finalists, decide a tie, sign off, publish."""
    form = await forms.read(request, DeskForm)
    try:
        note = await _do(request, contest_id, step, person, form.valid())
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        shown = {"typed": form.typed, "errors": form.errors, "status": refusal.status}
        return await _desk(request, contest_id, person, **shown)
    return see_other(request, f"/ket-qua/quan-ly/{contest_id}", note)


@routes.get("/ket-qua")
async def listed(request: Request, person: Annotated[Person | None, PUBLIC]) -> Response:
    """Every published result."""
    tx = store_of(request).read
    managed = await service.managed(tx, person) if person else []
    return page(request, "results/list.html", results=await service.published(tx), managed=managed)


@routes.get("/ket-qua/{slug}")
async def show(request: Request, slug: str, person: Annotated[Person | None, PUBLIC]) -> Response:
    """The published result; a visitor's browser keeps it and asks only whether it changed."""
    result = await service.find_published(store_of(request).read, slug)
    tag = f'W/"{result.result_version}-{result.file_sha256[:20]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Cookie"}
    if person is None and tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    context = await service.public_page(store_of(request).read, result)
    response = page(request, "results/show.html", **context)
    if person is None:
        response.headers.update(headers)
    return response


@routes.get("/ket-qua/{slug}/tep")
async def file(request: Request, slug: str, _: Annotated[Person | None, PUBLIC]) -> Response:
    """The file that lets anybody count the result again."""
    result, content = await service.file(store_of(request), slug)
    name = f"ket-qua-{slug}-v{result.result_version}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "ETag": f'"{result.file_sha256}"'}
    return Response(content, media_type="application/json", headers=headers)


@routes.get(_API + "/ranking")
async def ranking(request: Request, contest_id: str, person: Staff, round: Round = Round.PRELIMINARY) -> RankingView:  # noqa: A002 - the field's word
    """A round's ranking with every sheet's total."""
    desk = await service.desk(store_of(request).read, contest_id, person)
    codes = {entry: script.code for entry, script in desk["scripts"].items()}
    found = next(one for one in desk["rounds"] if one.round == round)
    entries = [_entry(place, codes[place.entry_id], found.judges) for place in found.places]
    ties = [[codes[entry] for entry in group] for group in found.ties]
    return RankingView(round=found.round, state=found.result.state.value, entries=entries, ties=ties)


def _entry(place: Placed, code: str, judges: dict[str, str]) -> RankedEntry:
    def shown(number: object) -> str | None:
        return None if number is None else f"{number:f}"

    return RankedEntry(
        code=code,
        state=place.state,
        rank=place.rank,
        score=shown(place.score),
        marks={judges[judge]: f"{total:f}" for judge, total in place.readers.items()},
        third=shown(place.third),
        gap=shown(place.gap),
    )


@routes.post(_API + "/finalists")
async def name(request: Request, contest_id: str, asked: Naming, person: Deciders) -> Named:
    """Sign the written round off and name its finalists."""
    store, act = store_of(request), _act(person, asked)
    named = await service.name_finalists(
        store, contest_id, act, codes=asked.entry_codes, count=asked.count, reason=asked.reason
    )
    return Named.model_validate(named)


@routes.post(_API + "/ties")
async def tie(request: Request, contest_id: str, asked: TieOrder, person: Chair) -> Decided:
    """Put entries with equal marks in order, with a reason."""
    store, act = store_of(request), _act(person, asked)
    decided = await service.decide_tie(
        store, contest_id, act, round_=asked.round.value, codes=asked.order, reason=asked.reason
    )
    return Decided.model_validate(decided)


@routes.post(_API + "/result/sign-off")
async def sign(request: Request, contest_id: str, asked: Asked, person: Chair) -> Reached:
    """Sign the result of the locked final."""
    return Reached(**await service.sign_off(store_of(request), contest_id, _act(person, asked)))


@routes.post(_API + "/result/publish")
async def publish(request: Request, contest_id: str, asked: Asked, person: Organiser) -> Published:
    """Publish the signed result; not the person who signed it."""
    return Published(**await service.publish(store_of(request), contest_id, _act(person, asked)))


@routes.get(_API + "/result")
async def result(request: Request, contest_id: str, person: Annotated[Person | None, PUBLIC]) -> ResultView:
    """The result: public once it is published, for staff as soon as it is signed. Raises NotFound."""
    found: Result = await service.visible(store_of(request).read, contest_id, person)
    return ResultView(**found.model_dump(include=set(ResultView.model_fields)))
