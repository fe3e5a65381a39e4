"""The queue of papers to type, the scan beside the text, the check; the same over JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from services.submissions.arrivals.domain import TRANSCRIPTS, Transcript
from services.submissions.papers import service as papers
from services.submissions.states.domain import SavedElsewhere
from services.submissions.texts.domain import Prose, Words
from services.submissions.transcriptions import domain, service
from services.submissions.transcriptions.domain import Transcription
from shared import forms
from shared.clock import now
from shared.errors import NotFound, Refusal
from shared.identity import Person, Role, may
from shared.pages import page, see_other, store_of, wants_json
from shared.text import Line, Text

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["papers"])
Reader = Annotated[Person, may(Role.SECRETARY, Role.ORGANISER)]
Secretary = Annotated[Person, may(Role.SECRETARY)]
PAGE = "/tiep-nhan/ban-chep"
_SIZE = 50
_HANDED_OVER = "Đã chuyển bản chép cho người khác đối chiếu."


class TextForm(BaseModel):
    """The text as its form sends it, with the version it was read at; `act` is the button.

    What did not come is unchanged: every field of this form is sent, an empty one as an empty text.
    """

    version: int
    title: Annotated[Line, Field(max_length=500)] | None = None
    parts: dict[str, Prose] = Field(default={}, max_length=60)
    act: str = "save"

    def over(self, saved: Words) -> Words:
        """What is saved with what was sent in its place, without groups, which the desk wrote down."""
        return Words(title=saved.title if self.title is None else self.title, parts=saved.parts | self.parts)


class CheckForm(BaseModel):
    """What was read at `version`, and a remark when it is sent back."""

    version: int
    remark: Annotated[Text, Field(max_length=2000)] = ""
    act: str = "confirm"


@routes.get(PAGE)
async def queue(request: Request, person: Reader) -> Response:
    asked = request.query_params.get("tinh-trang", "")
    state = Transcript(asked) if asked in set(Transcript) else None
    typed = request.query_params.get("trang", "")
    number = max(1, int(typed[:6])) if typed.isdecimal() else 1
    rows, counts = await service.queue(store_of(request), person, state, page=number, size=_SIZE)
    total = counts[state] if state else sum(counts.values())
    context: dict[str, Any] = {
        "rows": rows,
        "counts": counts,
        "words": TRANSCRIPTS,
        "params": dict(request.query_params),
    }
    context |= {"total": total, "number": number, "size": _SIZE, "pages": -(-total // _SIZE)}
    return page(request, "transcriptions/queue.html", **context)


@routes.get(PAGE + "/{entry_id}")
async def show(request: Request, entry_id: str, person: Reader) -> Response:
    return await _show(request, entry_id, person)


async def _show(request: Request, entry_id: str, person: Person, *, status: int = 200, **more: Any) -> Response:
    desk = await service.desk(store_of(request), entry_id, person)
    may_write = person.may(Role.SECRETARY, desk.entry.contest_id) and desk.entry.state in papers.OPEN
    typing = desk.text.state in (Transcript.WAITING, Transcript.SENT_BACK)
    context = {
        "desk": desk,
        "typing": may_write and typing,
        "checking": may_write and desk.text.state is Transcript.TYPED and person.id not in desk.text.typists,
        "may_reopen": may_write and desk.text.state in (Transcript.TYPED, Transcript.CHECKED),
        "values": desk.text.fields(),
        "errors": [],
        "other": {},
        "acts": domain.ACTS,
        "illegible": domain.ILLEGIBLE,
    }
    return page(request, "transcriptions/show.html", status, **context | more)


@routes.post(PAGE + "/{entry_id}/luu")
async def save(request: Request, entry_id: str, person: Secretary) -> Response:
    """For autosave a JSON answer, for the buttons the next page."""
    form, store = await forms.read(request, TextForm), store_of(request)
    try:
        typed = form.valid()
        known = (await service.desk(store, entry_id, person)).text
        words = typed.over(known)
        if typed.act == "hand_over" and known.handed_over(words, person.id):
            return see_other(request, PAGE, _HANDED_OVER)
        text = await service.write(store, entry_id, words, version=typed.version, by=person, at=now())
        if typed.act == "hand_over":
            await service.hand_over(store, entry_id, version=text.version, by=person, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        if wants_json(request):
            raise
        return await _refused(request, entry_id, person, form, refusal)
    if wants_json(request):
        saved = text.saved_at.isoformat() if text.saved_at else None
        return JSONResponse({"version": text.version, "saved_at": saved})
    if typed.act == "hand_over":
        return see_other(request, PAGE, _HANDED_OVER)
    return see_other(request, f"{PAGE}/{entry_id}", "Đã lưu bản chép.")


async def _refused(
    request: Request, entry_id: str, person: Person, form: forms.Typed[TextForm], refusal: Refusal
) -> Response:
    """The form again with all that was typed; after somebody else saved, with their words beside it."""
    form.refuse(refusal)
    text = (await service.desk(store_of(request), entry_id, person)).text
    parts = form.typed.get("parts")
    values = {
        **form.typed,
        **{f"parts.{key}": said for key, said in (parts if isinstance(parts, dict) else {}).items()},
    }
    saved, other = text.fields(), {}
    written = form.value is not None and text.same_words(
        form.value.over(text).model_copy(
            update={"entrant_group": text.entrant_group, "content_group": text.content_group}
        )
    )
    if written or isinstance(refusal, SavedElsewhere):
        values["version"] = text.version
    if isinstance(refusal, SavedElsewhere):
        other = {name: said for name, said in saved.items() if values.get(name, said) != said}
    more = {"values": saved | values, "errors": form.errors, "other": other}
    return await _show(request, entry_id, person, status=refusal.status, **more)


@routes.post(PAGE + "/{entry_id}/doi-chieu")
async def check(request: Request, entry_id: str, person: Secretary) -> Response:
    form, store = await forms.read(request, CheckForm), store_of(request)
    try:
        typed = form.valid()
        if typed.act == "send_back":
            await service.send_back(store, entry_id, typed.remark, version=typed.version, by=person, at=now())
        else:
            await service.confirm(store, entry_id, version=typed.version, by=person, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        more = {"errors": form.errors, "remark": form.typed}
        return await _show(request, entry_id, person, status=refusal.status, **more)
    if typed.act == "send_back":
        return see_other(request, PAGE, "Đã trả bản chép lại cho người chép.")
    return see_other(request, f"/tiep-nhan/{entry_id}", "Bản chép đã đối chiếu. Bài kiểm tra hình thức được.")


class VersionForm(BaseModel):
    """As read at `version`."""

    version: int


@routes.post(PAGE + "/{entry_id}/mo-lai")
async def reopen(request: Request, entry_id: str, person: Secretary) -> Response:
    form = await forms.read(request, VersionForm)
    try:
        await service.reopen(store_of(request), entry_id, version=form.valid().version, by=person, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return await _show(request, entry_id, person, status=refusal.status, errors=form.errors)
    return see_other(request, f"{PAGE}/{entry_id}", "Đã mở lại bản chép; sửa xong phải đối chiếu lại.")


class TextIn(BaseModel):
    """The words of the scan, as read at `version` (0 while nobody has typed)."""

    model_config = ConfigDict(extra="forbid")

    version: int
    title: Annotated[Line, Field(max_length=500)]
    parts: dict[str, Prose] = Field(max_length=60)


class CheckIn(BaseModel):
    """As read at `version`; with a remark it is sent back, without one it is confirmed."""

    model_config = ConfigDict(extra="forbid")

    version: int
    remark: Annotated[Text, Field(max_length=2000)] = ""


class Typed(BaseModel):
    """Where the text stands."""

    version: int
    state: Transcript


def _typed(text: Transcription) -> Typed:
    return Typed(version=text.version, state=text.state)


@api.put("/papers/{entry_id}/transcription")
async def write_text(request: Request, entry_id: str, asked: TextIn, person: Secretary) -> Typed:
    words = Words(title=asked.title, parts=asked.parts)
    store = store_of(request)
    return _typed(await service.write(store, entry_id, words, version=asked.version, by=person, at=now()))


@api.post("/papers/{entry_id}/transcription/hand-over")
async def hand_over(request: Request, entry_id: str, asked: VersionForm, person: Secretary) -> Typed:
    return _typed(await service.hand_over(store_of(request), entry_id, version=asked.version, by=person, at=now()))


@api.post("/papers/{entry_id}/transcription/check")
async def check_text(request: Request, entry_id: str, asked: CheckIn, person: Secretary) -> Typed:
    store, at = store_of(request), now()
    if asked.remark:
        return _typed(await service.send_back(store, entry_id, asked.remark, version=asked.version, by=person, at=at))
    return _typed(await service.confirm(store, entry_id, version=asked.version, by=person, at=at))
