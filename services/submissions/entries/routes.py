"""The pages where an entry is written and files are added, and the same over JSON. Handing in is `hand_in`."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from services.submissions.contests.domain import Contest
from services.submissions.effects import domain as effects
from services.submissions.eligibility import service as eligibility
from services.submissions.entries import service
from services.submissions.entries.domain import Entry
from services.submissions.files import domain as files
from services.submissions.files import service as keeping
from services.submissions.inspection.domain import FileEmpty, check_size
from services.submissions.scanning import service as scanning
from services.submissions.states.domain import SavedElsewhere
from services.submissions.texts.domain import Words
from shared import file_forms, forms
from shared.clock import now
from shared.errors import Invalid, Refusal
from shared.file_forms import FileForm
from shared.forms import Typed
from shared.identity import SIGNED_IN, Person, Role, may
from shared.pages import page, see_other, store_of, wants_json

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["entries"])
Entrant = Annotated[Person, may(Role.ENTRANT)]
SignedIn = Annotated[Person, SIGNED_IN]
_DROP = "effects.drop."
_FORM_BYTES = 64 * 1024
"""What a form may weigh beside its file."""
_SAVED = "Đã lưu bản nháp. Bài chưa được nộp."
_SAVED_AGAIN = "Đã lưu bản sửa. Bạn chưa nộp lại, nên bản đã nộp vẫn là bản có giá trị."
_AFTER_SAVING = {"preview": "xem-truoc", "authors": "tac-gia"}
"""The button to the page it leads to."""


class DraftForm(Words):
    """A draft as its form sends it, with the version it was read at; `act` is the button.

    What did not come is unchanged: every field of this form is sent, an empty one as an empty text.
    """

    model_config = ConfigDict(extra="ignore")

    version: int | None = None
    act: str = "save"
    effects_shown: Annotated[int, Field(ge=0)] | None = None
    """How many lines of effects the form has; see `effects.laid_over`."""
    lines: Any = None
    """The effects as they came, by their places."""

    @model_validator(mode="before")
    @classmethod
    def _keep_lines(cls, typed: dict[str, Any]) -> dict[str, Any]:
        """What the button beside an effect takes off need not be right."""
        sent = typed.get("effects")
        return {**typed, "effects": cls._kept(sent or {}, str(typed.get("act", ""))), "lines": sent}

    @staticmethod
    def _kept(lines: Any, act: str) -> Any:
        return effects.without(lines, int("0" + act.removeprefix(_DROP))) if act.startswith(_DROP) else lines

    def over(self, saved: Words, contest: Contest) -> Words:
        """What is saved, with what was sent in its place."""
        parts = {part.id: saved.parts[part.id] for part in contest.parts if part.id in saved.parts}
        lines = self._kept(effects.laid_over(saved.effects, self.lines, self.effects_shown), self.act)
        chosen = ("title", "entrant_group", "content_group")
        said = {name: getattr(self if name in self.model_fields_set else saved, name) for name in chosen}
        return Words(**said, parts=parts | self.parts, effects=lines)


def _flat(typed: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, by the names of its fields."""
    parts = typed.get("parts")
    flat = {**typed, **{f"parts.{key}": text for key, text in (parts if isinstance(parts, dict) else {}).items()}}
    if "effects" in typed:
        lines = effects.typed_lines(typed["effects"])
        flat["effects"] = {str(number): line for number, line in enumerate(lines)}
        flat |= {f"effects.{number}.{name}": text for number, line in enumerate(lines) for name, text in line.items()}
    return flat


@routes.get("/bai-du-thi/{entry_id}/soan")
async def edit(request: Request, entry_id: str, person: SignedIn) -> Response:
    entry, contest = await service.view(store_of(request), entry_id, person)
    if not entry.editable(contest, now()):
        return see_other(request, f"/bai-du-thi/{entry_id}", "Bài này không sửa được nữa.", "info")
    return await _edit(request, entry, contest, entry.fields())


async def _edit(
    request: Request, entry: Entry, contest: Contest, values: Mapping[str, Any], *, status: int = 200, **more: Any
) -> Response:
    standing = await eligibility.standing(store_of(request).read, contest, entry.owner_id, now())
    scans = await scanning.of(store_of(request).read, [file.id for file in entry.files])
    copies = await keeping.copies(store_of(request).read, entry.files)
    known = {"standing": standing, "scans": scans, "copies": copies, "most_effects": effects.MOST}
    context = {"errors": [], "other": {}, **known, **more}
    return page(request, "entries/edit.html", status, entry=entry, contest=contest, values=values, **context)


async def _refused(request: Request, entry_id: str, person: Person, form: Typed[Any], refusal: Refusal) -> Response:
    """The form again with all that was typed; after somebody else saved, with their words beside it."""
    entry, contest = await service.view(store_of(request), entry_id, person)
    form.refuse(refusal)
    values, saved, other = _flat(form.typed), entry.fields(), {}
    whole = "effects_shown" in values
    written = form.value is not None and entry.same_words(form.value.over(entry, contest))
    if written or isinstance(refusal, SavedElsewhere):  # else the old version stays: a clash not yet seen must be shown
        values["version"] = entry.version
    if isinstance(refusal, SavedElsewhere):
        other = {
            name: text for name, text in saved.items() if values.get(name, _unsaid(name, text, whole=whole)) != text
        }
    if whole:  # else lines that were taken off would come back
        saved = {name: text for name, text in saved.items() if not name.startswith("effects.")}
    return await _edit(request, entry, contest, saved | values, errors=form.errors, other=other, status=refusal.status)


def _unsaid(name: str, saved: str, *, whole: bool) -> str:
    """A field that the form did not send says what is saved; an effect that a whole form does not have is not there."""
    return "" if whole and name.startswith("effects.") else saved


async def _write(request: Request, entry_id: str, typed: DraftForm, by: Person) -> Entry:
    """Save the words that came with a button; a form of a file alone has none. Raises NotFound for a foreign entry."""
    entry, contest = await service.view(store_of(request), entry_id, by)
    if typed.version is None:
        return entry
    words = typed.over(entry, contest)
    return await service.write(store_of(request), entry_id, words, version=typed.version, by=by, at=now())


@routes.post("/bai-du-thi/{entry_id}/luu")
async def save(request: Request, entry_id: str, person: Entrant) -> Response:
    """For autosave a JSON answer, for the buttons the next page."""
    form = await forms.read(request, DraftForm)
    try:
        entry = await _write(request, entry_id, form.valid(), person)
    except Refusal as refusal:
        if wants_json(request):
            raise
        return await _refused(request, entry_id, person, form, refusal)
    if wants_json(request):
        offer = {"offer": f"/bai-du-thi/{entry_id}/bang-ma"} if entry.offers() else {}
        return JSONResponse({"version": entry.version, "saved_at": entry.saved_at.isoformat(), **offer})
    act = str(form.typed.get("act", ""))
    if act in _AFTER_SAVING:
        return see_other(request, f"/bai-du-thi/{entry_id}/{_AFTER_SAVING[act]}")
    if act.startswith("effects."):
        return see_other(request, f"/bai-du-thi/{entry_id}/soan#effects", "Đã lưu bản nháp.")
    return see_other(request, f"/bai-du-thi/{entry_id}/soan", _SAVED_AGAIN if entry.revision else _SAVED)


@routes.post("/bai-du-thi/{entry_id}/tep")
async def attach(request: Request, entry_id: str, person: Entrant) -> Response:
    form, store = await forms.read(request, DraftForm), store_of(request)
    field = files.MANDATE if form.typed.get("act") == files.MANDATE else "file"
    try:
        await _write(request, entry_id, form.valid(), person)
        upload = form.files.get(field)
        if upload is None:
            raise FileEmpty("Hãy chọn một tệp trước khi bấm “Thêm tệp”.", field=field)
        known = _, contest = await service.view(store, entry_id, person)
        async with keeping.received(file_forms.pieces(upload), contest.form_rules.max_bytes) as content:
            sent = files.Sent(upload.filename or "", content, "" if field == "file" else field)
            at = now()
            kept, _ = await service.attach(store, entry_id, sent, by=person, at=at, known=known)
    except Refusal as refusal:
        refusal.field = refusal.field or field
        return await _refused(request, entry_id, person, form, refusal)
    finally:
        for one in form.files.values():
            await one.close()
    note = (
        "Đã thêm tệp “{}”." if kept.added_at == at else "Tệp này đã có trong bài với tên “{}”, nên không thêm lần nữa."
    )
    return see_other(request, f"/bai-du-thi/{entry_id}/soan#{field}", note.format(kept.name))


@routes.post("/bai-du-thi/{entry_id}/tep/{file_id}/xoa")
async def detach(request: Request, entry_id: str, file_id: str, person: Entrant) -> Response:
    form = await forms.read(request, DraftForm)
    try:
        await _write(request, entry_id, form.valid(), person)
        await service.detach(store_of(request), entry_id, file_id, by=person, at=now())
    except Refusal as refusal:
        return await _refused(request, entry_id, person, form, refusal)
    return see_other(request, f"/bai-du-thi/{entry_id}/soan#file", "Đã bỏ tệp.")


class EntryWritten(Words):
    """The words of a draft, as read at `version`."""

    version: int


class EntrySaved(BaseModel):
    """A draft as it was saved."""

    version: int
    saved_at: AwareDatetime


class FileKept(BaseModel):
    """A file that is with the entry now; `version` is the entry's."""

    file_id: str
    version: int


@api.put("/entries/{entry_id}")
async def write_entry(request: Request, entry_id: str, asked: EntryWritten, person: Entrant) -> EntrySaved:
    words = Words(**asked.model_dump(exclude={"version"}))
    entry = await service.write(store_of(request), entry_id, words, version=asked.version, by=person, at=now())
    return EntrySaved(version=entry.version, saved_at=entry.saved_at)


@api.post("/entries/{entry_id}/files", status_code=201, openapi_extra=file_forms.OPENAPI)
async def attach_file(
    request: Request,
    entry_id: str,
    person: Entrant,
) -> FileKept:
    """The form is read as it comes: of a file that is too large, no byte more than the contest allows."""
    store = store_of(request)
    known = _, contest = await service.view(store, entry_id, person)
    most = contest.form_rules.max_bytes
    check_size(int(request.headers.get("content-length") or 1), most + _FORM_BYTES)
    with keeping.incoming(most) as content:
        form = FileForm(content.write)
        await form.read(request)
        purpose = form.fields.get("purpose", "")
        if purpose not in ("", files.MANDATE):
            raise Invalid([{"field": "purpose", "text": "Mục đích của tệp không có trong danh sách."}])
        sent = files.Sent(form.name or "", content, purpose)
        kept, version = await service.attach(store, entry_id, sent, by=person, at=now(), known=known)
    return FileKept(file_id=kept.id, version=version)
