"""The preview with what the machine noticed, and handing in; the same over JSON."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.submissions.anonymity import domain as anonymity
from services.submissions.anonymity.domain import GivesAway
from services.submissions.contests.domain import Contest
from services.submissions.effects import domain as effects
from services.submissions.eligibility import domain as eligible
from services.submissions.eligibility import service as eligibility
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.files import service as files
from services.submissions.hand_in import domain
from services.submissions.jury_copies.domain import State as Copying
from services.submissions.scanning import service as scanning
from services.submissions.states.domain import NothingChanged, State
from services.submissions.team_drafts import service as team_drafts
from services.submissions.texts import domain as texts
from services.submissions.texts.domain import Incomplete
from shared import forms
from shared.clock import now
from shared.errors import Refusal
from shared.identity import SIGNED_IN, Person, Role, may
from shared.pages import arrived, page, see_other, store_of
from shared.text import Text

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["entries"])
Entrant = Annotated[Person, may(Role.ENTRANT)]
SignedIn = Annotated[Person, SIGNED_IN]


class PressForm(BaseModel):
    """A single press of a button; `message` answers a request for a supplement."""

    client_key: str = ""
    message: Annotated[Text, Field(max_length=2000)] = ""


def _secret_key(request: Request) -> str:
    key: str = request.app.state.desk.settings.secret_key.get_secret_value()
    return key


@routes.get("/bai-du-thi/{entry_id}/xem-truoc")
async def preview(request: Request, entry_id: str, person: SignedIn) -> Response:
    entry, contest = await entries.view(store_of(request), entry_id, person)
    return await _preview(request, entry, contest, person)


def _of_authors(entry: Entry) -> list[str]:
    try:
        entry.check_authors()
    except Refusal as refusal:
        return [refusal.message]
    return []


async def _preview(
    request: Request, entry: Entry, contest: Contest, person: Person, *, status: int = 200, **more: Any
) -> Response:
    tx = store_of(request).read
    authors = await eligibility.entrants(tx, contest, entry.author_ids, now())
    own = await entries.of_author(tx, person.id)
    try:
        entry.check_complete(contest)
        missing: list[dict[str, str]] = []
    except Incomplete as incomplete:
        missing = incomplete.errors
    reading = anonymity.read(entry, authors)
    copies = await files.copies(tx, entry.files)
    context = {
        "entry": entry,
        "contest": contest,
        "missing": missing,
        "findings": texts.find(entry),
        "objections": [*_of_authors(entry), *eligible.objections(contest, entry.entrant_group, authors)],
        "is_owner": person.id == entry.owner_id,
        "reading": reading,
        "scans": await scanning.of(store_of(request).read, [file.id for file in entry.files]),
        "copies": copies,
        "waiting": [file_id for file_id, one in copies.items() if one.state is Copying.PENDING],
        "for_jury": [file for file in entry.files if file.copy_blob],
        "withheld": [file for file in entry.files if not (file.copy_blob or file.purpose)],
        "can_submit": entry.editable(contest, now()) and (entry.changed or entry.state is not State.SUBMITTED),
        "unsent": (await team_drafts.of_entry(tx, entry.id)).typed is not None,
        "twins": await asyncio.to_thread(domain.twins, entry, own),
        "values": {},
        "errors": [],
    }
    return page(request, "hand_in/preview.html", status, **context | more)


@routes.post("/bai-du-thi/{entry_id}/nop")
async def submit(request: Request, entry_id: str, person: Entrant) -> Response:
    form = await forms.read(request, PressForm)
    at = arrived(request)
    try:
        press, secret_key = form.valid(), _secret_key(request)
        own = {"key": press.client_key, "message": press.message.strip()}
        await entries.submit(store_of(request), entry_id, secret_key=secret_key, by=person, at=at, **own)
    except NothingChanged:
        return see_other(request, f"/bai-du-thi/{entry_id}/bien-nhan", "Bài này đã được nộp trước đó.", "info")
    except Refusal as refusal:
        entry, contest = await entries.view(store_of(request), entry_id, person)
        form.refuse(refusal)
        if isinstance(refusal, Incomplete | GivesAway):
            standing = await eligibility.standing(store_of(request).read, contest, entry.owner_id, at)
            context = {"entry": entry, "contest": contest, "values": entry.fields(), "errors": form.errors}
            scans = await scanning.of(store_of(request).read, [file.id for file in entry.files])
            context |= {"other": {}, "standing": standing, "most_effects": effects.MOST, "scans": scans}
            context["copies"] = await files.copies(store_of(request).read, entry.files)
            return page(request, "entries/edit.html", refusal.status, **context)
        key = str(form.typed.get("client_key", ""))
        more = {"errors": form.errors, "kept_key": key, "values": form.typed}
        return await _preview(request, entry, contest, person, status=refusal.status, **more)
    return see_other(request, f"/bai-du-thi/{entry_id}/bien-nhan")


class KeyIn(BaseModel):
    """A client key alone."""

    model_config = ConfigDict(extra="forbid")

    client_key: str


class Receipt(BaseModel):
    """The proof of a hand-in; `status_path` opens without signing in."""

    receipt: str
    revision: int
    submitted_at: AwareDatetime
    status_path: str


@api.post("/entries/{entry_id}/submit")
async def submit_entry(request: Request, entry_id: str, asked: KeyIn, person: Entrant) -> Receipt:
    store, at, secret_key = store_of(request), arrived(request), _secret_key(request)
    receipt = await entries.submit(store, entry_id, key=asked.client_key, secret_key=secret_key, by=person, at=at)
    return Receipt(**receipt)
