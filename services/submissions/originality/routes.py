"""Resemblances: the list, both texts side by side with a conclusion, and the same over JSON."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.submissions.contests import service as contests
from services.submissions.likeness.domain import Kind
from services.submissions.originality import domain, service
from services.submissions.originality.domain import Reason, State
from shared import forms
from shared.clock import now
from shared.errors import Refusal, Stale
from shared.identity import Person, Role, may
from shared.pages import page, see_other, store_of
from shared.ui.states import look_of

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["originality"])
Reader = Annotated[Person, may(Role.SECRETARY, Role.ORGANISER)]
_LIST = "/tiep-nhan/trung-lap"
_SIZE = 25
_WORDS = [{"value": state.value, "text": look_of(state).text} for state in State]


class ConclusionForm(BaseModel):
    """What was concluded of the pair as read at `version`."""

    version: int
    state: Literal["copy", "distinct"]
    reason: Reason


class ReopenForm(BaseModel):
    """Take a conclusion back."""

    version: int


@routes.get(_LIST)
async def listing(request: Request, person: Reader) -> Response:
    params = dict(request.query_params)
    number = int(params["trang"][:6]) if params.get("trang", "").isdecimal() else 1
    state = params.get("tinh-trang", "")
    asked = {"contest_id": params.get("cuoc-thi", "")[:60], "state": state if state in set(State) else ""}
    store = store_of(request)
    pairs, total = await service.listing(store, person, page=max(1, number), size=_SIZE, **asked)
    known = [one for one in await contests.published(store.read) if any(person.may(role, one.id) for role in Role)]
    return page(
        request, "originality/list.html", pairs=pairs, total=total, number=max(1, number), size=_SIZE,
        pages=-(-total // _SIZE), params=params, contests=known, words=_WORDS,
    )  # fmt: skip


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
    return page(request, "originality/pair.html", status, shown=shown, values=values or {}, errors=errors or [])


@routes.post(_LIST + "/{pair_id}")
async def conclude(request: Request, pair_id: str, person: Reader) -> Response:
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
async def reopen(request: Request, pair_id: str, person: Reader) -> Response:
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
    return ResemblanceOut(**pair.model_dump(include=set(ResemblanceOut.model_fields)))


@api.get("/resemblances")
async def read_resemblances(
    request: Request,
    person: Reader,
    contest_id: str = "",
    state: Literal["", "undecided", "copy", "distinct"] = "",
    page: Annotated[int, Field(ge=1, le=100_000)] = 1,
) -> ResemblancesOut:
    asked = {"contest_id": contest_id, "state": state}
    pairs, total = await service.listing(store_of(request), person, page=page, size=_SIZE, **asked)
    return ResemblancesOut(items=[_out(pair) for pair in pairs], total=total)


@api.post("/resemblances/{pair_id}/conclusion")
async def conclude_resemblance(request: Request, pair_id: str, asked: ConclusionIn, person: Reader) -> ResemblanceOut:
    store, state = store_of(request), State(asked.state)
    return _out(await service.decide(store, pair_id, state, asked.reason, version=asked.version, by=person, at=now()))
