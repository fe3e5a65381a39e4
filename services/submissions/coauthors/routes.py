"""The page of an entry's authors, and the same over JSON. Answering is `invitations`."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from services.submissions.coauthors import domain, service
from services.submissions.coauthors.domain import Row, State
from services.submissions.coauthors.service import Sender, Team
from services.submissions.entries import service as entries
from services.submissions.sign_in.domain import require_channel
from shared import forms
from shared.clock import now
from shared.errors import Invalid, Refusal, Stale
from shared.identity import SIGNED_IN, Person, Role, may
from shared.pages import page, see_other, store_of
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
    return [value[key] for key in sorted(value, key=lambda key: int(key) if str(key).isdecimal() else domain.MOST)]


class TeamForm(BaseModel):
    """Every author as typed; `act` is the button: save, add, drop.N or again.ID."""

    model_config = ConfigDict(extra="ignore")

    version: int = 0
    act: str = "save"
    owner_share: str = Field("", max_length=10)
    representative_id: str = Field("", max_length=60)
    members: Annotated[list[Row], BeforeValidator(_rows), Field(max_length=2 * domain.MOST)] = []

    @property
    def named(self) -> list[Row]:
        """Without the rows that were left empty."""
        return [row for row in self.members if not row.blank]


def _sender(request: Request, by: Person) -> Sender:
    return Sender(by, request.app.state.desk.settings.secret_key.get_secret_value(), now())


@routes.get(_TEAM)
async def team(request: Request, entry_id: str, person: SignedIn) -> Response:
    found = await service.team(store_of(request), entry_id, person)
    return _team_page(request, found, person, _known(found))


def _known(found: Team) -> dict[str, Any]:
    rows = [
        {"id": one.id, "name": one.name, "address": one.address, "share": _said(one.share)} for one in found.invitations
    ]
    own = {"version": found.entry.version, "representative_id": found.entry.representative}
    return {**own, "owner_share": _said(found.owner_share), "members": rows}


def _said(share: Decimal) -> str:
    return f"{share.normalize():f}".replace(".", ",")


def _team_page(request: Request, found: Team, person: Person, values: dict[str, Any], **more: Any) -> Response:
    at, rows = now(), values["members"]
    context: dict[str, Any] = {"errors": [], "status": 200, **more}
    status = context.pop("status")
    values = {**values, "members": {str(number): row for number, row in enumerate(rows)}}
    return page(
        request, "coauthors/team.html", status, team=found, values=values, size=len(rows), is_owner=person.id == found.entry.owner_id,
        may_leave=domain.may_leave(found.entry, person.id),
        editable=found.entry.editable(found.contest, at), invited={one.id: one for one in found.invitations},
        states={one.id: one.state_at(at).value for one in found.invitations},
        total=domain.total_words(found.owner_share, found.invitations), **context,
    )  # fmt: skip


@routes.post(_TEAM)
async def save_team(request: Request, entry_id: str, person: Entrant) -> Response:
    """Add and drop change the rows on the page only; save, and asking again, write and send letters."""
    form, store = await forms.read(request, TeamForm), store_of(request)
    act, _, which = str(form.typed.get("act", "save")).partition(".")
    try:
        typed = form.valid()
        if act in ("add", "drop"):
            entry = await entries.owned(store.read, entry_id, person)
            found = await service.team(store, entry.id, person)
            return _team_page(request, found, person, _changed(typed, act, which))
        await _save(request, entry_id, typed, person)
        if act == "again":
            await service.send_again(store, entry_id, which, sender=_sender(request, person))
    except Refusal as refusal:
        found = await service.team(store, entry_id, person)
        form.refuse(refusal)
        return _team_page(
            request, found, person, _again(form, found, refusal), errors=form.errors, status=refusal.status
        )
    return see_other(request, f"/bai-du-thi/{entry_id}/tac-gia", "Đã lưu. Lời mời mới đang được gửi đi.")


def _changed(typed: TeamForm, act: str, which: str) -> dict[str, Any]:
    rows = [row.model_dump() for row in typed.members]
    if act == "add":
        rows = [*(row.model_dump() for row in typed.named), Row().model_dump()]
    else:
        rows = [row for number, row in enumerate(rows) if str(number) != which]
    return {**typed.model_dump(exclude={"members", "act"}), "members": rows}


def _again(form: forms.Typed[TeamForm], found: Team, refusal: Refusal) -> dict[str, Any]:
    """What was typed; after somebody else saved, the next press of the button replaces theirs knowingly."""
    if form.value is None:
        rows = [row for row in _rows(form.typed.get("members", {})) if isinstance(row, dict)]
        return {**form.typed, "members": rows}
    known = {**form.value.model_dump(exclude={"members"}), "members": [row.model_dump() for row in form.value.named]}
    return {**known, "version": found.entry.version} if isinstance(refusal, Stale) else known


async def _save(request: Request, entry_id: str, typed: TeamForm, by: Person) -> Team:
    text_messages = request.app.state.desk.settings.sms_codes
    _reachable(typed.named, text_messages=text_messages)
    return await service.revise(
        store_of(request), entry_id, typed.named, typed.owner_share, typed.representative_id,
        version=typed.version, sender=_sender(request, by),
    )  # fmt: skip


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
    """The authors of an entry, with the version to send back."""

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
    members: Annotated[list[MemberIn], Field(max_length=domain.MOST)]


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
        version=entry.version, owner_id=entry.owner_id, owner_share=found.owner_share, author_ids=entry.author_ids,
        representative_id=entry.representative, ready=ready, members=members,
    )  # fmt: skip


@api.get("/entries/{entry_id}/coauthors")
async def show_team(request: Request, entry_id: str, person: SignedIn) -> TeamOut:
    return _out(await service.team(store_of(request), entry_id, person), person)


@api.put("/entries/{entry_id}/coauthors")
async def put_team(request: Request, entry_id: str, asked: TeamIn, person: Entrant) -> TeamOut:
    rows = [Row(id=one.id, name=one.name, address=one.address, share=_said(one.share)) for one in asked.members]
    own = {"version": asked.version, "owner_share": _said(asked.owner_share)}
    typed = TeamForm(**own, representative_id=asked.representative_id, members=rows)
    return _out(await _save(request, entry_id, typed, person), person)


@api.post("/entries/{entry_id}/coauthors/{invitation_id}/again", status_code=204)
async def ask_again(request: Request, entry_id: str, invitation_id: str, person: Entrant) -> None:
    await service.send_again(store_of(request), entry_id, invitation_id, sender=_sender(request, person))
