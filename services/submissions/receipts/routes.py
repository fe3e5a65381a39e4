"""An author's list, an entry's page, receipt, status page, withdrawal; and the same over JSON."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.submissions.coauthors import service as coauthors
from services.submissions.consents import service as consents
from services.submissions.consents.domain import PURPOSES, holding
from services.submissions.entries import service as entries
from services.submissions.files import service as files
from services.submissions.files.domain import Attachment
from services.submissions.invitations import service as invitations
from services.submissions.jury_copies.domain import Making
from services.submissions.jury_copies.domain import State as Copying
from services.submissions.receipts import domain, service
from services.submissions.receipts.service import Case, Sought
from services.submissions.scanning import service as scanning
from services.submissions.scanning.domain import Scan
from services.submissions.scanning.domain import State as Scanned
from services.submissions.states.domain import IN_WORDS, State
from services.submissions.status_codes import domain as status_codes
from services.submissions.status_codes.domain import StatusForm
from services.submissions.texts.domain import Reason, Words
from shared import forms
from shared.clock import now
from shared.errors import Refusal
from shared.identity import PUBLIC, SIGNED_IN, Person, Role, may
from shared.mongo import Tx
from shared.pages import arrived, cut, page, place_of, see_other, store_of, table_file

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["entries"])
Entrant = Annotated[Person, may(Role.ENTRANT)]
SignedIn = Annotated[Person, SIGNED_IN]
_SIZES = (20, 50, 100)


def _sought(request: Request, person: Person) -> Sought:
    """The filter of the address; what makes no sense is left out."""
    params, state = request.query_params, request.query_params.get("tinh-trang", "")
    known = state if state in set(State) else ""
    return Sought(person.id, params.get("tim", "")[:200], known, params.get("sap-xep", ""))


@routes.get("/bai-du-thi")
async def mine(request: Request, person: SignedIn) -> Response:
    store, sought = store_of(request), _sought(request, person)
    total = await service.count_mine(store.read, sought)
    at = cut(request, total, _SIZES)
    cases = await service.mine(store.read, sought, skip=(at["number"] - 1) * at["size"], limit=at["size"])
    asked = await invitations.waiting(store, person, now())
    context: dict[str, Any] = {
        "params": dict(request.query_params),
        "states": IN_WORDS,
        "narrowed": bool(sought.search or sought.state),
    }
    return page(request, "receipts/list.html", cases=cases, invitations=asked, total=total, **at, **context)


@routes.get("/bai-du-thi.{suffix}")
async def mine_as_file(request: Request, suffix: str, person: SignedIn) -> Response:
    """All that the list shows over all its pages."""
    cases = await service.mine(store_of(request).read, _sought(request, person))
    return table_file("bai-du-thi", suffix, "Bài dự thi của tôi", [service.HEADS, *map(service.cells, cases)])


@routes.get("/bai-du-thi/tra-cuu/{secret}")
async def status(request: Request, secret: str, _: Annotated[Person | None, PUBLIC]) -> Response:
    """For whoever holds the receipt: where the entry stands, nothing of what it says or who wrote it."""
    return _status(request, await service.by_status_secret(store_of(request), secret))


@routes.get("/bai-du-thi/tra-cuu")
async def ask_status(request: Request, _: Annotated[Person | None, PUBLIC]) -> Response:
    return page(request, "receipts/ask_status.html", values={}, errors=[])


@routes.post("/bai-du-thi/tra-cuu")
async def status_by_code(request: Request, _: Annotated[Person | None, PUBLIC]) -> Response:
    """The page itself, not the way to it: the secret of the link stays off a computer that many use."""
    form = await forms.read(request, StatusForm)
    try:
        asked = form.valid()
        secret_key = request.app.state.desk.settings.secret_key.get_secret_value()
        case = await service.by_code(
            store_of(request), asked.code, asked.pin, place=place_of(request), secret_key=secret_key
        )
    except Refusal as refusal:
        form.refuse(refusal)
        values = {**form.typed, "pin": ""}
        return page(request, "receipts/ask_status.html", refusal.status, values=values, errors=form.errors)
    return _status(request, case)


def _status(request: Request, case: Case) -> Response:
    shown = page(request, "receipts/status.html", case=case, **_words(case))
    shown.headers["Referrer-Policy"] = "no-referrer"
    shown.headers["X-Robots-Tag"] = "noindex"
    return shown


def _words(case: Case) -> dict[str, Any]:
    milestones = domain.milestones(case.entry, case.contest)
    return {"next_step": domain.next_step(case.entry, case.contest, now()), "milestones": milestones}


@routes.get("/bai-du-thi/{entry_id}")
async def show(request: Request, entry_id: str, person: SignedIn) -> Response:
    store = store_of(request)
    case = await service.view(store, entry_id, person)
    handed_in = await entries.revisions(store.read, entry_id)
    settled = (State.DRAFT, State.REFUSED, State.WITHDRAWN, State.JOINED)
    in_time = case.entry.state not in settled and now() < case.contest.timetable.closes_at
    may_withdraw = in_time and case.entry.owner_id == person.id
    editable = case.entry.editable(case.contest, now())
    context: dict[str, Any] = {"case": case, "revisions": handed_in, "may_withdraw": may_withdraw, "editable": editable}
    shown = [file.id for one in handed_in for file in one.files]
    context["scans"] = await scanning.of(store.read, shown)
    context["copies"] = await files.copies(store.read, handed_in[0].files if handed_in else [])
    context["authors"] = await coauthors.authors(store.read, case.entry.author_ids, case.entry.shares)
    return page(request, "receipts/show.html", **context, **_words(case))


@routes.get("/bai-du-thi/{entry_id}/bien-nhan")
async def receipt(request: Request, entry_id: str, person: SignedIn) -> Response:
    """Of the last hand-in; `?lan=1` is that of an earlier one, which stays as it was."""
    case = await service.view(store_of(request), entry_id, person)
    settings = request.app.state.desk.settings
    secret_key = settings.secret_key.get_secret_value()
    proof = entries.receipt(case.entry, secret_key)
    url = settings.public_url + proof["status_path"]
    handed_in, numbers, units = await service.hand_ins(store_of(request), case, request.query_params.get("lan", ""))
    context: dict[str, Any] = {"case": case, "revision": handed_in, "numbers": numbers, "units": units}
    context |= {"status_url": url, "qr": domain.qr(url)}
    author_ids = handed_in.author_ids or case.entry.author_ids
    context["authors"] = await coauthors.authors(store_of(request).read, author_ids, handed_in.shares)
    context["pin"] = status_codes.pin(case.entry.id, secret_key)
    context["scans"] = await scanning.of(store_of(request).read, [file.id for file in handed_in.files])
    held = holding(await consents.history(store_of(request).read, person.id))
    context["asked"] = [one for one in PURPOSES if one.at_hand_in and one.id not in held]
    return page(request, "receipts/receipt.html", **context, **_words(case))


class WithdrawForm(BaseModel):
    """A reason, and the key of this one press."""

    client_key: str = ""
    reason: Reason = Field(title="Lý do rút bài")


@routes.get("/bai-du-thi/{entry_id}/rut")
async def ask_withdrawal(request: Request, entry_id: str, person: SignedIn) -> Response:
    case = await service.view(store_of(request), entry_id, person)
    return page(request, "receipts/withdraw.html", case=case, values={}, errors=[])


@routes.post("/bai-du-thi/{entry_id}/rut")
async def withdraw(request: Request, entry_id: str, person: Entrant) -> Response:
    form = await forms.read(request, WithdrawForm)
    at = arrived(request)
    try:
        asked = form.valid()
        await entries.withdraw(store_of(request), entry_id, asked.reason, key=asked.client_key, by=person, at=at)
    except Refusal as refusal:
        case = await service.view(store_of(request), entry_id, person)
        form.refuse(refusal)
        context = {"case": case, "values": form.typed, "errors": form.errors}
        return page(request, "receipts/withdraw.html", refusal.status, **context)
    return see_other(request, f"/bai-du-thi/{entry_id}", "Đã rút bài dự thi.")


class WithdrawIn(BaseModel):
    """With the reason."""

    model_config = ConfigDict(extra="forbid")

    client_key: str
    reason: Reason


class FileOut(BaseModel):
    """A file of an entry; `for_jury` says whether the jury gets a copy of it."""

    file_id: str
    name: str
    media_type: str
    size: int
    sha256: str
    purpose: Literal["", "mandate"]
    for_jury: bool
    scan: Scanned
    copy_state: Copying | None
    """How far the copy for the jury came; null for a file that gets none."""


class EntryOut(Words):
    """An entry as its author sees it."""

    entry_id: str
    version: int
    contest_id: str
    state: State
    in_words: str
    files: list[FileOut]
    receipt: str | None
    revision: int
    changed: bool
    saved_at: AwareDatetime
    submitted_at: AwareDatetime | None
    editable_until: AwareDatetime | None
    author_ids: list[str]
    shares: dict[str, Decimal]
    """Percent by author; empty for an owner alone."""
    representative_id: str
    outcome: str
    """Finalist, place or prize in a few Vietnamese words; empty until there is one."""


def _file_out(file: Attachment, scan: Scan, made: Making | None) -> FileOut:
    known = {"scan": scan.state, "copy_state": made.state if made else None, "for_jury": bool(file.copy_blob)}
    return FileOut(file_id=file.id, **known, **file.model_dump(include=set(FileOut.model_fields)))


async def _out(tx: Tx, *cases: Case) -> list[EntryOut]:
    kept = [file for case in cases for file in case.entry.files]
    scans, copies = await scanning.of(tx, [file.id for file in kept]), await files.copies(tx, kept)
    told = {file.id: _file_out(file, scans[file.id], copies.get(file.id)) for file in kept}
    return [_entry_out(case, [told[file.id] for file in case.entry.files]) for case in cases]


def _entry_out(case: Case, files: list[FileOut]) -> EntryOut:
    entry = case.entry
    return EntryOut(
        entry_id=entry.id,
        in_words=entry.in_words,
        files=files,
        editable_until=entry.editable_until(case.contest),
        outcome=case.news.outcome,
        representative_id=entry.representative,
        **entry.model_dump(include=set(EntryOut.model_fields) - {"files", "in_words", "representative_id"}),
    )


@api.get("/entries")
async def list_entries(request: Request, person: Entrant) -> dict[str, list[EntryOut]]:
    store = store_of(request)
    return {"items": await _out(store.read, *await service.mine(store.read, Sought(person.id)))}


@api.get("/entries/{entry_id}")
async def show_entry(request: Request, entry_id: str, person: SignedIn) -> EntryOut:
    store = store_of(request)
    [told] = await _out(store.read, await service.view(store, entry_id, person))
    return told


@api.post("/entries/{entry_id}/withdraw")
async def withdraw_entry(request: Request, entry_id: str, asked: WithdrawIn, person: Entrant) -> EntryOut:
    store, at = store_of(request), arrived(request)
    await entries.withdraw(store, entry_id, asked.reason, key=asked.client_key, by=person, at=at)
    [told] = await _out(store.read, await service.view(store, entry_id, person))
    return told
