"""The page of an entry's authors, and the same over JSON. Answering is `invitations`."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from services.submissions.coauthors import domain, service
from services.submissions.coauthors.domain import State, Team
from services.submissions.coauthors.service import Sender
from services.submissions.sign_in.domain import require_channel
from services.submissions.states.domain import SavedElsewhere
from services.submissions.team_drafts.domain import MOST, Draft, Row, Typed
from shared import forms
from shared.clock import now
from shared.errors import Invalid, Refusal
from shared.identity import SIGNED_IN, Person, Role, may
from shared.pages import page, see_other, store_of, wants_json
from shared.text import Line

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["coauthors"])
Entrant = Annotated[Person, may(Role.ENTRANT)]
SignedIn = Annotated[Person, SIGNED_IN]
_TEAM = "/bai-du-thi/{entry_id}/tac-gia"
Share = Annotated[Decimal, Field(ge=0, le=100, max_digits=6)]


def _rows(value: Any) -> Any:
    """The rows of a form (`members.0.name` …) in their order."""
    if not isinstance(value, dict):
        return value
    return [value[key] for key in sorted(value, key=lambda key: int(key) if str(key).isdecimal() else MOST)]


class TeamForm(Typed):
    """Every author as typed; `act` is the button: keep, save, discard, add, drop.N or again.ID."""

    version: int = 0
    act: str = "keep"
    members: Annotated[list[Row], BeforeValidator(_rows), Field(max_length=2 * MOST)] = Field(default=[])

    @property
    def typed(self) -> Typed:
        """Without the button and the version."""
        return Typed(**self.model_dump(include=set(Typed.model_fields)))


def _sender(request: Request, by: Person) -> Sender:
    return Sender(by, request.app.state.desk.settings.secret_key.get_secret_value(), now())


@routes.get(_TEAM)
async def team(request: Request, entry_id: str, person: SignedIn) -> Response:
    found = await service.team(store_of(request), entry_id, person)
    return _team_page(request, found, person, {**found.shown.model_dump(), "version": found.draft.version})


def _team_page(request: Request, found: Team, person: Person, values: dict[str, Any], **more: Any) -> Response:
    at, rows = now(), values["members"]
    context: dict[str, Any] = {"errors": [], "status": 200, "other": {}, **more}
    status = context.pop("status")
    values = {**values, "members": {str(number): row for number, row in enumerate(rows)}}
    return page(
        request, "coauthors/team.html", status, team=found, values=values, size=len(rows), is_owner=person.id == found.entry.owner_id,
        editable=found.entry.editable(found.contest, at), invited={one.id: one for one in found.invitations},
        states={one.id: one.state_at(at).value for one in found.invitations},
        may_leave=domain.may_leave(found.entry, person.id),
        total=domain.total_words(found.owner_share, found.invitations), **context,
    )  # fmt: skip


@routes.post(_TEAM)
async def save_team(request: Request, entry_id: str, person: Entrant) -> Response:
    """Only saving, and asking again, writes to anybody; every other button keeps the page as it was typed."""
    form, store = await forms.read(request, TeamForm), store_of(request)
    address = f"/bai-du-thi/{entry_id}/tac-gia"
    act, _, which = str(form.typed.get("act", "keep")).partition(".")
    try:
        if act == "discard":
            await service.discard_draft(store, entry_id, person)
            return see_other(request, address, "Đã bỏ những thay đổi chưa gửi.")
        typed = form.valid()
        if act not in ("save", "again"):
            await _keep(request, entry_id, typed, _changed(typed, act, which), person)
            note = "" if act in ("add", "drop") else "Đã lưu, chưa gửi cho ai."
            return see_other(request, address, note)
        await _save(request, entry_id, typed, person)
        if act == "again":
            await service.send_again(store, entry_id, which, sender=_sender(request, person))
    except Refusal as refusal:
        return await _refused(request, entry_id, person, form, refusal)
    invited = act == "again" or any(not one.id for one in typed.named)
    return see_other(request, address, "Đã lưu. Lời mời mới đang được gửi đi." if invited else "Đã lưu.")


@routes.post(_TEAM + "/luu")
async def autosave_team(request: Request, entry_id: str, person: Entrant) -> Response:
    """For autosave a JSON answer; nobody is written to."""
    form = await forms.read(request, TeamForm)
    try:
        typed = form.valid()
        draft = await _keep(request, entry_id, typed, typed.typed, person)
    except Refusal as refusal:
        if wants_json(request):
            raise
        return await _refused(request, entry_id, person, form, refusal)
    if wants_json(request):
        return JSONResponse({"version": draft.version, "saved_at": (draft.saved_at or now()).isoformat()})
    return see_other(request, f"/bai-du-thi/{entry_id}/tac-gia", "Đã lưu, chưa gửi cho ai.")


async def _keep(request: Request, entry_id: str, form: TeamForm, typed: Typed, by: Person) -> Draft:
    return await service.keep_draft(store_of(request), entry_id, typed, version=form.version, by=by, at=now())


def _changed(typed: TeamForm, act: str, which: str) -> Typed:
    rows = typed.members
    if act == "add":
        rows = [*typed.named, Row()]
    elif act == "drop":
        rows = [row for number, row in enumerate(rows) if str(number) != which]
    return typed.typed.model_copy(update={"members": rows})


async def _refused(
    request: Request, entry_id: str, person: Person, form: forms.Typed[TeamForm], refusal: Refusal
) -> Response:
    """What was typed; after another page was saved, that one beside it, and the next press replaces it knowingly."""
    found, other = await service.team(store_of(request), entry_id, person), {}
    form.refuse(refusal)
    if form.value is None:
        rows = [row for row in _rows(form.typed.get("members", {})) if isinstance(row, dict)]
        values = {**form.typed, "members": rows}
    else:
        values = {**form.value.typed.model_dump(), "version": form.value.version}
    if isinstance(refusal, SavedElsewhere) and form.value is not None:
        values["version"], mine = found.draft.version, form.value.typed.fields()
        other = {
            name: text
            for name, text in found.shown.fields().items()
            if name[-3:] != ".id" and mine.get(name, "") != text
        }
    return _team_page(request, found, person, values, errors=form.errors, status=refusal.status, other=other)


async def _save(request: Request, entry_id: str, typed: TeamForm, by: Person) -> Team:
    _reachable(typed.named, text_messages=request.app.state.desk.settings.sms_codes)
    sender = _sender(request, by)
    return await service.revise(store_of(request), entry_id, typed.typed, version=typed.version, sender=sender)


def _reachable(rows: Sequence[Row], *, text_messages: bool) -> None:
    """Raises Invalid for a phone number where no text messages are sent."""
    for number, row in enumerate(rows):
        if not row.id and row.address and "@" not in row.address:
            try:
                require_channel(row.address, text_messages=text_messages)
            except Refusal as refusal:
                raise Invalid([{"field": f"members.{number}.address", "text": refusal.message}]) from refusal


class MemberOut(BaseModel):
    """A co-author as the authors see them; the address is the owner's to see."""

    id: str
    name: str
    address: str
    share: Decimal
    state: State
    person_id: str | None
    reason: str


class TeamOut(BaseModel):
    """The authors of an entry, with the version of this list to send back."""

    version: int
    owner_id: str
    owner_share: Decimal
    representative_id: str
    author_ids: list[str]
    ready: bool
    """Whether everybody answered and the shares make 100."""
    members: list[MemberOut]


class MemberIn(BaseModel):
    """With the id of one that is there already."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field("", max_length=60)
    name: Line = Field(max_length=120)
    address: Line = Field("", max_length=254)
    share: Share


class TeamIn(BaseModel):
    """All of them, as read at `version`; who is missing is taken out."""

    model_config = ConfigDict(extra="forbid")

    version: int
    owner_share: Share = Decimal(100)
    representative_id: str = Field("", max_length=60)
    members: Annotated[list[MemberIn], Field(max_length=MOST)]


def _out(found: Team, person: Person) -> TeamOut:
    entry, at, owner = found.entry, now(), person.id == found.entry.owner_id
    members = [
        MemberOut(
            name=found.names.get(one.person_id or "", one.name), address=one.address if owner else "",
            state=one.state_at(at), **one.model_dump(include={"id", "share", "person_id", "reason"}),
        )
        for one in found.invitations
    ]  # fmt: skip
    try:
        entry.check_authors()
        ready = True
    except Refusal:
        ready = False
    return TeamOut(
        version=found.draft.version, owner_id=entry.owner_id, owner_share=found.owner_share, author_ids=entry.author_ids,
        representative_id=entry.representative, ready=ready, members=members,
    )  # fmt: skip


@api.get("/entries/{entry_id}/coauthors")
async def show_team(request: Request, entry_id: str, person: SignedIn) -> TeamOut:
    return _out(await service.team(store_of(request), entry_id, person), person)


@api.put("/entries/{entry_id}/coauthors")
async def put_team(request: Request, entry_id: str, asked: TeamIn, person: Entrant) -> TeamOut:
    rows = [Row(id=one.id, name=one.name, address=one.address, share=domain.said(one.share)) for one in asked.members]
    own = {"version": asked.version, "owner_share": domain.said(asked.owner_share)}
    typed = TeamForm(**own, representative_id=asked.representative_id, members=rows)
    return _out(await _save(request, entry_id, typed, person), person)


@api.post("/entries/{entry_id}/coauthors/{invitation_id}/again", status_code=204)
async def ask_again(request: Request, entry_id: str, invitation_id: str, person: Entrant) -> None:
    await service.send_again(store_of(request), entry_id, invitation_id, sender=_sender(request, person))
