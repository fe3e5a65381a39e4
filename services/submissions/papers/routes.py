"""The counter screen, a paper at the desk with its scans, the receipt to print; and the same over JSON."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, File, Request, Response, UploadFile
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.datastructures import UploadFile as Upload

from services.submissions.arrivals.domain import CHANNELS, Channel
from services.submissions.contests.domain import Contest
from services.submissions.eligibility.domain import KINDS
from services.submissions.entries import service as entries
from services.submissions.files import service as files
from services.submissions.files.domain import Attachment, Sent
from services.submissions.papers import service
from services.submissions.papers.domain import PROOFS, Day, Instant, Slip, Why
from services.submissions.people import service as people
from services.submissions.people.domain import Kind
from services.submissions.receipts import domain as receipts
from services.submissions.scanning import service as scanning
from services.submissions.status_codes import domain as status_codes
from services.submissions.units import service as units
from services.submissions.units.domain import level_words
from shared import file_forms, forms
from shared.clock import local, now
from shared.errors import NotFound, Refusal
from shared.identity import Person, Role, may
from shared.pages import page, see_other, store_of
from shared.ui.filters import hanoi_input
from shared.web import MAX_BODY

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["papers"])
Reader = Annotated[Person, may(Role.SECRETARY, Role.ORGANISER)]
Secretary = Annotated[Person, may(Role.SECRETARY)]
PAGE = "/tiep-nhan/bai-giay"
_WAYS = [{"value": one.value, "text": CHANNELS[one]} for one in Channel if one is not Channel.ONLINE]


class SlipForm(Slip):
    """The slip as its form sends it, with the key of this one press; what is chosen on the page is not guessed."""

    client_key: str = ""
    kind: Kind = Field(title="Người gửi là")
    handwritten: bool = Field(title="Bài được")


def _secret_key(request: Request) -> str:
    key: str = request.app.state.desk.settings.secret_key.get_secret_value()
    return key


@routes.get(PAGE + "/moi")
async def counter(request: Request, person: Secretary) -> Response:
    return await _counter(request, person, {"contest_id": request.query_params.get("cuoc-thi", "")})


async def _counter(
    request: Request, person: Person, values: Mapping[str, Any], *, status: int = 200, **more: Any
) -> Response:
    tx = store_of(request).read
    open_here = await service.may_register(tx, person)
    chosen: Contest | None = next((one for one in open_here if one.id == values.get("contest_id")), None)
    if chosen is None and len(open_here) == 1:
        chosen = open_here[0]
    here = await units.on(tx, local(now()).date())
    choices = [{"value": one.id, "text": f"{level_words(one.level)}: {one.name}"} for one in here]
    kinds = [{"value": kind.value, "text": words.capitalize()} for kind, words in KINDS.items()]
    context = {"contests": open_here, "contest": chosen, "units": choices, "ways": _WAYS, "kinds": kinds, "errors": []}
    return page(request, "papers/counter.html", status, values=values, latest=hanoi_input(now()), **context | more)


@routes.post(PAGE + "/moi")
async def register(request: Request, person: Secretary) -> Response:
    """The number first: a scan that is no good does not keep a paper out of the register."""
    form, at = await forms.read(request, SlipForm), now()
    try:
        typed = form.valid()
        slip = Slip(**typed.model_dump(exclude={"client_key"}))
        key, secret_key = typed.client_key, _secret_key(request)
        made = await service.register(store_of(request), slip, key=key, secret_key=secret_key, by=person, at=at)
    except Refusal as refusal:
        form.refuse(refusal)
        return await _counter(request, person, form.typed, status=refusal.status, errors=form.errors)
    refused = await _attach(request, made["entry_id"], person)
    note = f"Đã vào sổ số {made['number']}, mã biên nhận {made['receipt']}."
    kind = "warning" if refused else "success"
    return see_other(request, f"{PAGE}/{made['entry_id']}", " ".join([note, *refused]), kind)


async def _attach(request: Request, entry_id: str, person: Person) -> list[str]:
    """Every file of the form; what was not kept, and why."""
    form, refused = await request.form(), []
    for field in ("envelope", "scans"):
        for upload in form.getlist(field):
            if not isinstance(upload, Upload) or not upload.filename:
                continue
            try:
                await _keep(request, entry_id, upload, person, envelope=field == "envelope")
            except Refusal as refusal:
                refused.append(f"Chưa lưu tệp “{upload.filename}”: {refusal.message}")
    return refused


async def _keep(request: Request, entry_id: str, upload: Upload, person: Person, *, envelope: bool) -> Attachment:
    store, name = store_of(request), upload.filename or ""
    async with files.received(file_forms.pieces(upload), MAX_BODY) as content:
        return await service.attach(store, entry_id, Sent(name, content), envelope=envelope, by=person, at=now())


@routes.get(PAGE + "/{entry_id}")
async def show(request: Request, entry_id: str, person: Reader) -> Response:
    return await _show(request, entry_id, person)


async def _show(request: Request, entry_id: str, person: Person, *, status: int = 200, **more: Any) -> Response:
    sheet = await service.sheet(store_of(request), entry_id, person)
    values = {"received_at": hanoi_input(sheet.paper.received_at), "postmark": sheet.paper.postmark or ""}
    may_write = person.may(Role.SECRETARY, sheet.entry.contest_id) and sheet.entry.state in service.OPEN
    scans = await scanning.of(store_of(request).read, [file.id for file in sheet.paper.files])
    claimants = await people.names(store_of(request).read, [one.person_id for one in sheet.record.claims])
    context: dict[str, Any] = {"scans": scans, "claimants": claimants}
    context |= {
        "sheet": sheet,
        "channels": CHANNELS,
        "kinds": KINDS,
        "may_write": may_write,
        "values": values,
        "proofs": PROOFS,
    }
    return page(request, "papers/show.html", status, **context | {"errors": []} | more)


@routes.post(PAGE + "/{entry_id}/tep")
async def attach(request: Request, entry_id: str, person: Secretary) -> Response:
    await service.sheet(store_of(request), entry_id, person)  # not found before anything is said
    refused = await _attach(request, entry_id, person)
    note, kind = (" ".join(refused), "warning") if refused else ("Đã lưu bản quét.", "success")
    return see_other(request, f"{PAGE}/{entry_id}", note, kind)


@routes.post(PAGE + "/{entry_id}/tep/{file_id}/xoa")
async def detach(request: Request, entry_id: str, file_id: str, person: Secretary) -> Response:
    try:
        await service.detach(store_of(request), entry_id, file_id, by=person)
    except NotFound:
        raise
    except Refusal as refusal:
        return see_other(request, f"{PAGE}/{entry_id}", refusal.message, "warning")
    return see_other(request, f"{PAGE}/{entry_id}", "Đã bỏ bản quét.")


class CorrectionForm(BaseModel):
    """When it was received, what the postmark says, and why what was written down was wrong."""

    received_at: Instant = Field(title="Nhận lúc")
    postmark: Day = None
    reason: Why = Field(title="Vì sao phải sửa")


@routes.post(PAGE + "/{entry_id}/sua-ngay")
async def correct(request: Request, entry_id: str, person: Secretary) -> Response:
    form, at, store = await forms.read(request, CorrectionForm), now(), store_of(request)
    try:
        typed = form.valid()
        received = typed.received_at or (await service.sheet(store, entry_id, person)).paper.received_at
        await service.correct(store, entry_id, received, typed.postmark, typed.reason, by=person, at=at)
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return await _show(request, entry_id, person, status=refusal.status, values=form.typed, errors=form.errors)
    return see_other(request, f"{PAGE}/{entry_id}", "Đã sửa ngày nhận và dấu bưu điện.")


@routes.get(PAGE + "/{entry_id}/bien-nhan")
async def receipt(request: Request, entry_id: str, person: Reader) -> Response:
    """For the sender, to print: number, code, and the QR of the page that says where the entry stands."""
    sheet, secret_key = await service.sheet(store_of(request), entry_id, person), _secret_key(request)
    url = request.app.state.desk.settings.public_url + entries.receipt(sheet.entry, secret_key)["status_path"]
    shown = {"sheet": sheet, "channels": CHANNELS, "status_url": url, "qr": receipts.qr(url)}
    return page(request, "papers/receipt.html", pin=status_codes.pin(sheet.entry.id, secret_key), **shown)


class PaperIn(Slip):
    """A slip over JSON."""

    model_config = ConfigDict(extra="forbid")

    client_key: str


class PaperRegistered(BaseModel):
    """Its place in the register and the sender's code; `status_path` opens without signing in."""

    entry_id: str
    number: int
    receipt: str
    status_path: str
    in_time: bool
    reason: str
    """The rule that says whether it came in time."""


class ScanKept(BaseModel):
    """A file that is with the paper now."""

    file_id: str
    added_at: AwareDatetime


@api.post("/papers", status_code=201)
async def register_paper(request: Request, asked: PaperIn, person: Secretary) -> PaperRegistered:
    store, at, secret_key = store_of(request), now(), _secret_key(request)
    slip = Slip(**asked.model_dump(exclude={"client_key"}))
    made = await service.register(store, slip, key=asked.client_key, secret_key=secret_key, by=person, at=at)
    sheet = await service.sheet(store, made["entry_id"], person)
    path = entries.receipt(sheet.entry, secret_key)["status_path"]
    return PaperRegistered(status_path=path, in_time=sheet.verdict.in_time, reason=sheet.verdict.reason, **made)


@api.post("/papers/{entry_id}/scans", status_code=201)
async def add_scan(
    request: Request, entry_id: str, file: Annotated[UploadFile, File()], person: Secretary, *, envelope: bool = False
) -> ScanKept:
    kept = await _keep(request, entry_id, file, person, envelope=envelope)
    return ScanKept(file_id=kept.id, added_at=kept.added_at)
