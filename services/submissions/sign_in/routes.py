"""Signing in and out, by password and by one-time code, the account page, and the same over JSON."""

import json
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import AwareDatetime, BaseModel, Field, Json

from services.submissions.credentials.domain import Purpose
from services.submissions.people import service as people
from services.submissions.people.domain import Asked
from services.submissions.people.domain import Role as HeldRole
from services.submissions.settings import Settings
from services.submissions.sign_in import domain, service
from services.submissions.sign_in.domain import Address, Credentials
from services.submissions.units import service as units
from shared import forms
from shared.errors import Refusal, SignInNeeded
from shared.forms import Typed
from shared.identity import PUBLIC, SESSION_COOKIE, SIGNED_IN, Person
from shared.pages import let_half_in, let_in, let_out, page, place_of, see_other, store_of
from shared.ui.roles import held_words

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["sign-in"])
Visitor = Annotated[Person | None, PUBLIC]
SignedIn = Annotated[Person, SIGNED_IN]


class Onward(Asked):
    """Where to go on to, and the text of a form that came when the session was over."""

    ve: str = ""
    kept: Json[list[tuple[str, str]]] = Field(default_factory=list)

    @property
    def target(self) -> str:
        """A path of this site."""
        return domain.local_path(self.ve) or "/"


class SignInForm(Credentials, Onward):
    """The page of the password."""


class AskForm(Onward):
    """A code is asked for; the password beside the button is not looked at."""

    address: Address
    password: str = Field("", repr=False)


class CodeForm(Onward):
    """The page of the code; `ma` is the id of what was asked for."""

    ma: str
    code: Annotated[str, Field(min_length=1, max_length=20)]


class AgainForm(Onward):
    """Another code, please."""

    ma: str


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.desk.settings
    return settings


def _secret_key(request: Request) -> str:
    return _settings(request).secret_key.get_secret_value()


def _signing_key(request: Request) -> str:
    return _settings(request).identity_private_key.get_secret_value()


def _visitor(request: Request) -> service.Visitor:
    return service.Visitor(request.state.visitor, place_of(request), request.headers.get("user-agent", ""))


def _link(path: str, **query: str) -> str:
    said = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(said)}" if said else path


def _let_in(request: Request, response: Response, signed_in: service.SignedIn) -> Response:
    return let_in(request, response, signed_in.token(_signing_key(request)), signed_in.secret)


async def _go_on(request: Request, admitted: service.SignedIn | service.HalfWay, onward: Onward) -> Response:
    """To where one wanted to go, or to the second step."""
    if isinstance(admitted, service.HalfWay):
        await service.keep(store_of(request), admitted.secret, onward.kept)
        return let_half_in(request, see_other(request, _link("/dang-nhap/buoc-hai", ve=onward.target)), admitted.secret)
    if onward.kept:
        again = page(request, "sign_in/again.html", target=onward.target, fields=onward.kept, person=admitted.person)
        return _let_in(request, again, admitted)
    return _let_in(request, see_other(request, onward.target), admitted)


def _shown(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    settings = _settings(request)
    common = {"errors": [], "text_messages": settings.sms_codes, "elsewhere": settings.oidc_button}
    return page(request, template, status, **{**common, **context})


def _again(request: Request, template: str, form: Typed[Any], refusal: Refusal) -> Response:
    form.refuse(refusal)
    return _shown(request, template, refusal.status, values=form.typed, errors=form.errors)


@routes.get("/dang-nhap")
async def sign_in_page(request: Request, person: Visitor, ve: str = "") -> Response:
    """Whoever is signed in goes on at once."""
    if person is not None:
        return see_other(request, domain.local_path(ve) or "/")
    return _shown(request, "sign_in/sign_in.html", values={"ve": domain.local_path(ve) or ""})


@routes.post("/dang-nhap")
async def sign_in(request: Request, _: Visitor) -> Response:
    """The password is never shown again; everything else is."""
    form = await forms.read(request, SignInForm)
    try:
        typed = form.valid()
        asked, browser = Credentials(address=typed.address, password=typed.password), _visitor(request)
        admitted = await service.sign_in(
            store_of(request), asked, place=browser.place, user_agent=browser.user_agent or ""
        )
    except Refusal as refusal:
        return _again(request, "sign_in/sign_in.html", form, refusal)
    return await _go_on(request, admitted, typed)


@routes.get("/dang-nhap/ma")
async def ask_code_page(request: Request, _: Visitor, ve: str = "") -> Response:
    return _shown(request, "sign_in/ask_code.html", values={"ve": domain.local_path(ve) or ""})


@routes.post("/dang-nhap/ma")
async def ask_code(request: Request, _: Visitor) -> Response:
    """The answer is the same whether or not the address has an account."""
    form = await forms.read(request, AskForm)
    try:
        typed = form.valid()
        domain.require_channel(typed.address, text_messages=_settings(request).sms_codes)
        code_id = await service.ask_code(
            store_of(request), Purpose.SIGN_IN, typed.address, place=place_of(request), secret_key=_secret_key(request)
        )
    except Refusal as refusal:
        return _again(request, "sign_in/ask_code.html", form, refusal)
    return _to_code(request, code_id, typed, form.typed.get("kept", ""))


def _to_code(request: Request, code_id: str, onward: Onward, kept: str, note: str = "") -> Response:
    if not onward.kept:
        return see_other(request, _link("/dang-nhap/ma/nhap", ma=code_id, ve=domain.local_path(onward.ve) or ""), note)
    # What waits to be sent again does not fit into an address.
    return _shown(request, "sign_in/code.html", values={"ma": code_id, "ve": onward.target, "kept": kept})


@routes.get("/dang-nhap/ma/nhap")
async def code_page(request: Request, person: Visitor, ma: str = "", ve: str = "") -> Response:
    if person is not None:
        return see_other(request, domain.local_path(ve) or "/")
    return _shown(request, "sign_in/code.html", values={"ma": ma, "ve": domain.local_path(ve) or ""})


@routes.post("/dang-nhap/ma/nhap")
async def sign_in_by_code(request: Request, _: Visitor) -> Response:
    form = await forms.read(request, CodeForm)
    try:
        typed = form.valid()
        admitted = await service.sign_in_by_code(
            store_of(request), typed.ma, typed.code, visitor=_visitor(request), secret_key=_secret_key(request)
        )
    except Refusal as refusal:
        return _again(request, "sign_in/code.html", form, refusal)
    return await _go_on(request, admitted, typed)


@routes.post("/dang-nhap/ma/lai")
async def ask_code_again(request: Request, _: Visitor) -> Response:
    """To the same address."""
    form = await forms.read(request, AgainForm)
    try:
        typed = form.valid()
        code_id = await service.ask_again(
            store_of(request), Purpose.SIGN_IN, typed.ma, place=place_of(request), secret_key=_secret_key(request)
        )
    except Refusal as refusal:
        return _again(request, "sign_in/code.html", form, refusal)
    return _to_code(request, code_id, typed, form.typed.get("kept", ""), note="Đã gửi mã mới. Mã cũ không cần nữa.")


@routes.get("/dang-nhap/tiep-tuc")
@routes.post("/dang-nhap/tiep-tuc")
async def carry_on(request: Request, _: Visitor, ve: str = "/") -> Response:
    """A new token for a session that lives, and back to where the browser was; a form is repeated by it (307).

    When the session is over, the text of a form waits on the page for the sign-in.
    """
    target = domain.local_path(ve)
    if target is None:
        raise domain.ForeignPath
    signed_in = await service.renew(store_of(request), request.cookies.get(SESSION_COOKIE, ""))
    if signed_in is not None:
        return _let_in(request, RedirectResponse(target, 307 if request.method == "POST" else 303), signed_in)
    if request.method != "POST":
        return let_out(RedirectResponse(_link("/dang-nhap", ve=target), 303))
    form = await request.form()
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str) and name != "csrf_token"]
    values = {"ve": target, "kept": json.dumps(fields, ensure_ascii=False)}
    return let_out(_shown(request, "sign_in/sign_in.html", SignInNeeded.status, values=values))


@routes.post("/dang-xuat")
async def sign_out(request: Request, _: Visitor) -> Response:
    """Also for somebody whose token is old."""
    await service.sign_out(store_of(request), request.cookies.get(SESSION_COOKIE, ""))
    return let_out(see_other(request, "/", "Bạn đã đăng xuất."))


@routes.get("/tai-khoan")
async def account(request: Request, person: SignedIn) -> Response:
    store = store_of(request)
    own = await people.get(store.read, person.id)
    unit = await units.get(store.read, own.unit_id) if own.unit_id else None
    held = held_words(role.role for role in own.roles)
    sessions = await service.sessions(store, person.id, request.cookies.get(SESSION_COOKIE, ""))
    return page(request, "sign_in/account.html", account=own, unit=unit, sessions=sessions, held=held)


@routes.post("/tai-khoan/phien/{beginning}/dang-xuat")
async def end_one(request: Request, beginning: str, person: SignedIn) -> Response:
    """One browser is signed out; it may be this one."""
    await service.end_one(store_of(request), person.id, beginning)
    return see_other(request, "/tai-khoan", "Đã đăng xuất thiết bị đó.")


@routes.post("/tai-khoan/dang-xuat-het")
async def sign_out_everywhere(request: Request, person: SignedIn) -> Response:
    await service.sign_out_everywhere(store_of(request), person.id)
    return let_out(see_other(request, "/dang-nhap", "Bạn đã đăng xuất khỏi mọi thiết bị."))


class TokenOut(BaseModel):
    """A bearer token for programs."""

    token: str
    expires_at: AwareDatetime
    person_id: str
    roles: list[HeldRole]


@api.post("/sessions")
async def begin_session(request: Request, asked: domain.SessionIn, _: Visitor) -> TokenOut:
    """A token for an hour. Programs without a token send the site's Origin."""
    signed_in = await service.sign_in_with_code(
        store_of(request), asked, place=place_of(request), secret_key=_secret_key(request)
    )
    lifetime = domain.API_TOKEN_LIFETIME
    token, roles = signed_in.token(_signing_key(request), lifetime), signed_in.account.roles
    return TokenOut(token=token, expires_at=signed_in.at + lifetime, person_id=signed_in.account.id, roles=roles)
