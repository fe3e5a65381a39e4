"""The pages of an entry's history, and the same over JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.submissions.effects import domain as effects
from services.submissions.histories import service
from services.submissions.histories.domain import Line
from services.submissions.histories.service import History
from services.submissions.texts.domain import Words
from shared import forms
from shared.clock import now
from shared.errors import NotFound, Refusal
from shared.identity import SIGNED_IN, Person, Role, may
from shared.pages import page, see_other, store_of

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["entries"])
Entrant = Annotated[Person, may(Role.ENTRANT)]
SignedIn = Annotated[Person, SIGNED_IN]


class RestoreForm(BaseModel):
    """The version of the entry that was looked at."""

    version: int


def _context(history: History) -> dict[str, Any]:
    contest = history.contest
    labels = {"title": "Tên sáng kiến", "entrant_group": "Tư cách dự thi", "content_group": "Lĩnh vực"}
    labels |= {f"parts.{part.id}": part.title for part in contest.parts}
    labels |= effects.LABELS
    chosen = {what.value: label for what, label in effects.IN_WORDS.items()}
    chosen |= {group.id: group.title for group in (*contest.entrant_groups, *contest.content_groups)}
    editable = history.entry.editable(contest, now())
    return {"history": history, "entry": history.entry, "labels": labels, "chosen": chosen, "editable": editable}


@routes.get("/bai-du-thi/{entry_id}/lich-su")
async def listing(request: Request, entry_id: str, person: SignedIn) -> Response:
    return await _listing(request, entry_id, person)


async def _listing(request: Request, entry_id: str, person: Person, *, status: int = 200, **more: Any) -> Response:
    history = await service.show(store_of(request), entry_id, person)
    return page(request, "histories/list.html", status, **{"errors": [], **_context(history), **more})


@routes.get("/bai-du-thi/{entry_id}/lich-su/so-sanh")
async def compare(request: Request, entry_id: str, person: SignedIn) -> Response:
    history = await service.show(store_of(request), entry_id, person)
    asked = request.query_params
    old, new = sorted((history.line(asked.get("cu", "")), history.line(asked.get("moi", ""))), key=lambda one: one.at)
    context = {**_context(history), "old": old, "new": new, "differences": await service.compare(old, new)}
    return page(request, "histories/compare.html", **context)


@routes.get("/bai-du-thi/{entry_id}/lich-su/{number}")
async def show(request: Request, entry_id: str, number: str, person: SignedIn) -> Response:
    history = await service.show(store_of(request), entry_id, person)
    line = history.line(number)
    place = history.lines.index(line)
    older = history.lines[place + 1] if place + 1 < len(history.lines) else None
    return page(request, "histories/version.html", line=line, older=older, **_context(history))


@routes.post("/bai-du-thi/{entry_id}/lich-su/{number}/khoi-phuc")
async def restore(request: Request, entry_id: str, number: str, person: Entrant) -> Response:
    form = await forms.read(request, RestoreForm)
    try:
        version = form.valid().version
        await service.restore(store_of(request), entry_id, number, version=version, by=person, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return await _listing(request, entry_id, person, status=refusal.status, errors=form.errors)
    return see_other(
        request,
        f"/bai-du-thi/{entry_id}/soan",
        "Đã khôi phục. Bản vừa được thay vẫn còn trong lịch sử. Nội dung này chưa được nộp.",
    )


class VersionOut(Words):
    """A version of a draft; `key` is its number, or nop-N for what was handed in."""

    key: str
    at: AwareDatetime
    by: str
    handed_in: bool


class VersionsOut(BaseModel):
    """All that are kept, the newest first."""

    items: list[VersionOut]


class RestoreIn(RestoreForm):
    """The same; an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")


class Restored(BaseModel):
    """The entry's version after its words were put back."""

    version: int


def _out(line: Line) -> VersionOut:
    return VersionOut(**line.words.model_dump(), **line.model_dump(include={"key", "at", "by", "handed_in"}))


@api.get("/entries/{entry_id}/versions")
async def list_versions(request: Request, entry_id: str, person: SignedIn) -> VersionsOut:
    return VersionsOut(items=[_out(one) for one in (await service.show(store_of(request), entry_id, person)).lines])


@api.post("/entries/{entry_id}/versions/{number}/restore")
async def restore_version(request: Request, entry_id: str, number: str, asked: RestoreIn, person: Entrant) -> Restored:
    store = store_of(request)
    entry = await service.restore(store, entry_id, number, version=asked.version, by=person, at=now())
    return Restored(version=entry.version)
