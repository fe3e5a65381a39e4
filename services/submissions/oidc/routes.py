"""To the provider and back, the short pages of somebody new from there, and the links on one's own account."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.submissions.oidc import domain, service
from services.submissions.oidc.domain import LINKING, Proven
from services.submissions.people import service as people
from services.submissions.people.domain import Email, Kind, Name, Password
from services.submissions.security import service as security
from services.submissions.settings import Settings
from services.submissions.sign_in.domain import local_path
from services.submissions.sign_in.service import HalfWay, Visitor
from shared import forms
from shared.errors import NotFound, Refusal
from shared.forms import Typed
from shared.identity import PUBLIC, SESSION_COOKIE, SIGNED_IN, Person
from shared.oidc import Client
from shared.pages import let_half_in, let_in, page, place_of, see_other, store_of

routes = APIRouter(include_in_schema=False)
Anybody = Annotated[Person | None, PUBLIC]
SignedIn = Annotated[Person, SIGNED_IN]
START, ARRIVED = "/dang-nhap/oidc", "/dang-nhap/oidc/noi"


class ArrivalForm(BaseModel):
    """`den` leads to what is known already; an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")
    den: Annotated[str, Field(max_length=200)]


class AddressForm(ArrivalForm):
    """Where a code goes; not asked for when the provider vouches for an address."""

    email: Email


class CodeForm(ArrivalForm):
    """The code that came."""

    code: Annotated[str, Field(min_length=1, max_length=20)]


class PasswordForm(ArrivalForm):
    """Of the account that is there."""

    password: Password


class NewForm(ArrivalForm):
    """What the provider did not tell."""

    name: Name
    kind: Kind


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.desk.settings
    return settings


def _secret_key(request: Request) -> str:
    return _settings(request).secret_key.get_secret_value()


def _client(request: Request) -> Client:
    client = service.client_of(_settings(request))
    if client is None:
        raise NotFound
    return client


def _visitor(request: Request) -> Visitor:
    return Visitor(request.state.visitor, place_of(request), request.headers.get("user-agent", ""))


def _shown(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    return page(request, template, status, **{"oidc_name": _settings(request).oidc_name, "errors": [], **context})


def _trouble(request: Request, refusal: Refusal, ve: str = "") -> Response:
    return _shown(request, "oidc/trouble.html", refusal.status, refusal=refusal, ve=local_path(ve) or "")


def _let_in(request: Request, admitted: service.Admitted) -> Response:
    target = local_path(admitted.ve) or "/"
    if isinstance(admitted.who, HalfWay):
        onward = see_other(request, f"/dang-nhap/buoc-hai?ve={quote(target)}")
        return let_half_in(request, onward, admitted.who.secret)
    token = admitted.who.token(_settings(request).identity_private_key.get_secret_value())
    return let_in(request, see_other(request, target), token, admitted.who.secret)


@routes.get(START)
async def start(request: Request, _: Anybody, ve: str = "") -> Response:
    """A link, not a form: our policy lets no form of ours end at another site."""
    client = _client(request)
    try:
        address = await service.begin(store_of(request), client, browser=request.state.visitor, ve=local_path(ve) or "")
    except Refusal as refusal:
        return _trouble(request, refusal, ve)
    return RedirectResponse(address, 303)


@routes.get("/dang-nhap/oidc/tro-lai")
async def come_back(
    request: Request, person: Anybody, state: str = "", code: str = "", iss: str = "", error: str = ""
) -> Response:
    """The provider sends the browser here. What it brings is good once, and in the browser that was sent."""
    client = _client(request)
    try:
        if iss not in ("", client.issuer):
            raise domain.FlowOver
        came = await service.come_back(
            store_of(request), client, state=state, code="" if error else code, visitor=_visitor(request),
            person_id=person.id if person else None,
        )  # fmt: skip
    except Refusal as refusal:
        return _trouble(request, refusal)
    if isinstance(came, service.Waiting):
        return see_other(request, f"{LINKING if came.linking else START}/noi?den={came.secret}")
    return _let_in(request, came)


@routes.get(ARRIVED)
async def arrived(request: Request, _: Anybody, den: str = "") -> Response:
    """What is still to be asked: an address, its proof, or who somebody new is."""
    try:
        return await _arrival_page(request, den, 200, {}, [])
    except domain.ArrivalOver as refusal:
        return _trouble(request, refusal)


async def _arrival_page(
    request: Request, den: str, status: int, typed: dict[str, Any], errors: list[dict[str, str]]
) -> Response:
    store = store_of(request)
    arrival = await service.view(store.read, den, request.state.visitor)
    owner = await service.owner(store.read, arrival)
    stage = "new"
    if arrival.proven is Proven.BY_NOBODY or owner:
        stage = "code" if arrival.code_id else "link" if owner else "address"
    values = {"name": arrival.name, "email": arrival.email, "kind": Kind.RESIDENT, **typed, "den": den}
    shown = {"arrival": arrival, "has_password": bool(owner and owner.password), "values": values, "errors": errors}
    return _shown(request, f"oidc/{stage}.html", status, **shown)


async def _step(request: Request, form: Typed[Any], work: Callable[[], Awaitable[Response]]) -> Response:
    """Do it, or show the page again with what was typed and why not."""
    try:
        return await work()
    except domain.ArrivalOver as refusal:
        return _trouble(request, refusal)
    except (domain.LinkedElsewhere, domain.AccountClosed) as refusal:
        return _trouble(request, refusal)
    except Refusal as refusal:
        form.refuse(refusal)
        typed = {name: value for name, value in form.typed.items() if name in ("name", "email", "kind")}
        try:
            return await _arrival_page(request, str(form.typed.get("den", "")), refusal.status, typed, form.errors)
        except domain.ArrivalOver as over:
            return _trouble(request, over)


@routes.post(f"{ARRIVED}/gui-ma")
async def send_code(request: Request, _: Anybody) -> Response:
    """To the address that the provider vouches for, or to the one that is typed."""
    form = await forms.read(request, AddressForm)

    async def work() -> Response:
        typed = form.valid()
        await service.send_code(
            store_of(request), typed.den, typed.email, visitor=_visitor(request), secret_key=_secret_key(request)
        )
        return see_other(request, f"{ARRIVED}?den={quote(typed.den)}", "Đã gửi mã. Hãy xem hộp thư, cả mục thư rác.")

    return await _step(request, form, work)


@routes.post(f"{ARRIVED}/ma")
async def prove_by_code(request: Request, _: Anybody) -> Response:
    form = await forms.read(request, CodeForm)

    async def work() -> Response:
        typed = form.valid()
        admitted = await service.prove_by_code(
            store_of(request), typed.den, typed.code, visitor=_visitor(request), secret_key=_secret_key(request)
        )
        return _let_in(request, admitted) if admitted else see_other(request, f"{ARRIVED}?den={quote(typed.den)}")

    return await _step(request, form, work)


@routes.post(f"{ARRIVED}/mat-khau")
async def prove_by_password(request: Request, _: Anybody) -> Response:
    form = await forms.read(request, PasswordForm)

    async def work() -> Response:
        typed = form.valid()
        admitted = await service.prove_by_password(
            store_of(request), typed.den, typed.password, visitor=_visitor(request)
        )
        return _let_in(request, admitted)

    return await _step(request, form, work)


@routes.post(f"{ARRIVED}/moi")
async def open_account(request: Request, _: Anybody) -> Response:
    form = await forms.read(request, NewForm)

    async def work() -> Response:
        typed = form.valid()
        admitted = await service.open_account(
            store_of(request), typed.den, name=typed.name, kind=typed.kind, visitor=_visitor(request)
        )
        return _let_in(request, admitted)

    return await _step(request, form, work)


# One's own account


async def _unproven(request: Request, person: Person) -> Response | None:
    if await security.is_proven(store_of(request), person, request.cookies.get(SESSION_COOKIE, "")):
        return None
    return see_other(request, f"/tai-khoan/bao-mat/xac-nhan?ve={LINKING}")


@routes.get(LINKING)
async def links(request: Request, person: SignedIn) -> Response:
    _client(request)
    identities = await service.of(store_of(request).read, person.id)
    return _shown(request, "oidc/links.html", identities=identities)


@routes.get(f"{LINKING}/bat-dau")
async def start_linking(request: Request, person: SignedIn) -> Response:
    """To the provider; nothing is linked before a yes on our own page (another site could have sent the browser)."""
    client = _client(request)
    if (elsewhere := await _unproven(request, person)) is not None:
        return elsewhere
    try:
        address = await service.begin(
            store_of(request), client, browser=request.state.visitor, ve=LINKING, person_id=person.id
        )
    except Refusal as refusal:
        return _trouble(request, refusal, LINKING)
    return RedirectResponse(address, 303)


@routes.get(f"{LINKING}/noi")
async def link_page(request: Request, person: SignedIn, den: str = "") -> Response:
    """Who it is that would be linked."""
    try:
        arrival = await service.view(store_of(request).read, den, request.state.visitor)
    except domain.ArrivalOver as refusal:
        return _trouble(request, refusal, LINKING)
    return _shown(request, "oidc/confirm.html", arrival=arrival, den=den, own_name=person.name)


@routes.post(f"{LINKING}/noi")
async def link(request: Request, person: SignedIn) -> Response:
    form = await forms.read(request, ArrivalForm)
    try:
        await service.link(store_of(request), form.valid().den, person.id, browser=request.state.visitor)
    except Refusal as refusal:
        return _trouble(request, refusal, LINKING)
    return see_other(request, LINKING, f"Đã nối {_settings(request).oidc_name}.")


@routes.post(f"{LINKING}/{{identity_id}}/bo")
async def unlink(request: Request, identity_id: str, person: SignedIn) -> Response:
    """Not the last way in."""
    if (elsewhere := await _unproven(request, person)) is not None:
        return elsewhere
    store, settings = store_of(request), _settings(request)
    account = await people.get(store.read, person.id)
    try:
        await service.unlink(store, account, identity_id, text_messages=settings.sms_codes)
    except domain.LastWayIn as refusal:
        return see_other(request, LINKING, refusal.message, "error")
    return see_other(request, LINKING, f"Đã bỏ nối {settings.oidc_name}.")
