"""Signing in and out, the account page, and the same over JSON. Tokens and cookies are made here."""

import json
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import AwareDatetime, BaseModel, Field, Json

from services.submissions.people import service as people
from services.submissions.people.domain import Role as HeldRole
from services.submissions.settings import Settings
from services.submissions.sign_in import domain, service
from services.submissions.sign_in.domain import Credentials
from services.submissions.units import service as units
from shared import forms
from shared.errors import Refusal, SignInNeeded
from shared.identity import PUBLIC, SESSION_COOKIE, SIGNED_IN, Person
from shared.pages import let_half_in, let_in, let_out, page, place_of, see_other, store_of

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["sign-in"])
Visitor = Annotated[Person | None, PUBLIC]


class ForeignPath(Refusal):
    """After signing in one comes back to this site only."""

    code = "foreign_path"
    status = 400
    message = "Địa chỉ quay lại không thuộc trang này nên đã bị từ chối."


class SignInForm(Credentials):
    """With where to go on to, and the text of a form that came when the session was over."""

    ve: str = ""
    kept: Json[list[tuple[str, str]]] = Field(default_factory=list)


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.desk.settings
    return settings


def _key(request: Request) -> str:
    return _settings(request).identity_private_key.get_secret_value()


def _let_in(request: Request, response: Response, signed_in: service.SignedIn) -> Response:
    return let_in(request, response, signed_in.token(_key(request)), signed_in.secret)


@routes.get("/dang-nhap")
async def sign_in_page(request: Request, person: Visitor, ve: str = "") -> Response:
    """Whoever is signed in goes on at once."""
    if person is not None:
        return see_other(request, domain.local_path(ve) or "/")
    return page(request, "sign_in/sign_in.html", values={"ve": domain.local_path(ve) or ""}, errors=[])


@routes.post("/dang-nhap")
async def sign_in(request: Request, _: Visitor) -> Response:
    """The password is never shown again; everything else is."""
    form = await forms.read(request, SignInForm)
    try:
        typed = form.valid()
        asked = Credentials(email=typed.email, password=typed.password)
        browser = request.headers.get("user-agent", "")
        signed_in = await service.sign_in(store_of(request), asked, place=place_of(request), user_agent=browser)
    except Refusal as refusal:
        form.refuse(refusal)
        return page(request, "sign_in/sign_in.html", refusal.status, values=form.typed, errors=form.errors)
    target = domain.local_path(typed.ve) or "/"
    if isinstance(signed_in, service.HalfWay):
        return let_half_in(request, see_other(request, f"/dang-nhap/buoc-hai?ve={quote(target)}"), signed_in.secret)
    if typed.kept:
        again = page(request, "sign_in/again.html", target=target, fields=typed.kept, person=signed_in.person)
        return _let_in(request, again, signed_in)
    return _let_in(request, see_other(request, target), signed_in)


@routes.get("/dang-nhap/tiep-tuc")
@routes.post("/dang-nhap/tiep-tuc")
async def carry_on(request: Request, _: Visitor, ve: str = "/") -> Response:
    """A new token for a session that lives, and back to where the browser was; a form is repeated by it (307).

    When the session is over, the text of a form waits on the page for the sign-in.
    """
    target = domain.local_path(ve)
    if target is None:
        raise ForeignPath
    signed_in = await service.renew(store_of(request), request.cookies.get(SESSION_COOKIE, ""))
    if signed_in is not None:
        return _let_in(request, RedirectResponse(target, 307 if request.method == "POST" else 303), signed_in)
    if request.method != "POST":
        return let_out(RedirectResponse(f"/dang-nhap?ve={quote(target)}", 303))
    form = await request.form()
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str) and name != "csrf_token"]
    values = {"ve": target, "kept": json.dumps(fields, ensure_ascii=False)}
    return let_out(page(request, "sign_in/sign_in.html", SignInNeeded.status, values=values, errors=[]))


@routes.post("/dang-xuat")
async def sign_out(request: Request, _: Visitor) -> Response:
    """Also for somebody whose token is old."""
    await service.sign_out(store_of(request), request.cookies.get(SESSION_COOKIE, ""))
    return let_out(see_other(request, "/", "Bạn đã đăng xuất."))


@routes.get("/tai-khoan")
async def account(request: Request, person: Annotated[Person, SIGNED_IN]) -> Response:
    store = store_of(request)
    own = await people.get(store.read, person.id)
    unit = await units.get(store.read, own.unit_id) if own.unit_id else None
    sessions = await service.sessions(store, person.id, request.cookies.get(SESSION_COOKIE, ""))
    return page(request, "sign_in/account.html", account=own, unit=unit, sessions=sessions)


@routes.post("/tai-khoan/dang-xuat-het")
async def sign_out_everywhere(request: Request, person: Annotated[Person, SIGNED_IN]) -> Response:
    await service.sign_out_everywhere(store_of(request), person.id)
    return let_out(see_other(request, "/dang-nhap", "Bạn đã đăng xuất khỏi mọi thiết bị."))


class TokenOut(BaseModel):
    """A bearer token for programs."""

    token: str
    expires_at: AwareDatetime
    person_id: str
    roles: list[HeldRole]


@api.post("/sessions")
async def begin_session(request: Request, asked: Credentials, _: Visitor) -> TokenOut:
    """A token for an hour. Programs without a token send the site's Origin."""
    signed_in = await service.sign_in(store_of(request), asked, place=place_of(request))
    if isinstance(signed_in, service.HalfWay):
        raise domain.SecondFactorNeeded
    lifetime = domain.API_TOKEN_LIFETIME
    token, roles = signed_in.token(_key(request), lifetime), signed_in.account.roles
    return TokenOut(token=token, expires_at=signed_in.at + lifetime, person_id=signed_in.account.id, roles=roles)
