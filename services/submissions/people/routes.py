"""Signing in, signing up, the account page, and the same over JSON. Tokens and cookies are made here."""

import json
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import AliasChoices, AwareDatetime, BaseModel, Field, Json

from services.submissions.people import domain, service
from services.submissions.people.domain import Credentials, Kind, SignUp
from services.submissions.settings import Settings
from shared import forms, identity
from shared.clock import local, now
from shared.errors import Refusal, SignInNeeded
from shared.identity import PUBLIC, SESSION_COOKIE, SIGNED_IN, TOKEN_COOKIE, Person, Role, may
from shared.mongo import Document
from shared.pages import page, see_other, set_cookie, store_of

_MONTH = int(domain.SESSION_LONGEST.total_seconds())
routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["people"])
Visitor = Annotated[Person | None, PUBLIC]
Administrator = Annotated[Person, may(Role.ADMINISTRATOR)]


class ForeignPath(Refusal):
    """After signing in one comes back to this site only."""

    code = "foreign_path"
    status = 400
    message = "Địa chỉ quay lại không thuộc trang này nên đã bị từ chối."


class SignInForm(Credentials):
    """With where to go on to, and the text of a form that came when the session was over."""

    ve: str = ""
    kept: Json[list[tuple[str, str]]] = Field(default_factory=list)


class SignUpForm(SignUp):
    """With the client key and where to go on to."""

    client_key: str = ""
    ve: str = ""


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.desk.settings
    return settings


def _place(request: Request) -> str:
    return request.client.host if request.client else ""


async def _open(request: Request, asked: SignUp, key: str, by: Person | None) -> Document:
    store, secret_key = store_of(request), _settings(request).secret_key.get_secret_value()
    if by is None:
        return await service.sign_up(store, asked, key=key, secret_key=secret_key, place=_place(request))
    return await service.create(store, asked, key=key, secret_key=secret_key, by=by)


def _token(request: Request, signed_in: service.SignedIn, lifetime: timedelta) -> str:
    key = _settings(request).identity_private_key.get_secret_value()
    return identity.issue(signed_in.person, key, at=signed_in.at, lifetime=lifetime)


def _let_in(request: Request, response: Response, signed_in: service.SignedIn) -> Response:
    # The cookie outlives the token: an old token asks to be renewed, a missing one would look like nobody.
    for name, part in identity.in_cookies(_token(request, signed_in, identity.TOKEN_LIFETIME)).items():
        set_cookie(request, response, name, part, max_age=_MONTH)
    if signed_in.secret:
        set_cookie(request, response, SESSION_COOKIE, signed_in.secret, max_age=_MONTH)
    return response


def _forget(response: Response) -> Response:
    response.delete_cookie(TOKEN_COOKIE, path="/")
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


@routes.get("/dang-nhap")
async def sign_in_page(request: Request, person: Visitor, ve: str = "") -> Response:
    """Whoever is signed in goes on at once."""
    if person is not None:
        return see_other(request, domain.local_path(ve) or "/")
    return page(request, "people/sign_in.html", values={"ve": domain.local_path(ve) or ""}, errors=[])


@routes.post("/dang-nhap")
async def sign_in(request: Request, _: Visitor) -> Response:
    """The password is never shown again; everything else is."""
    form = await forms.read(request, SignInForm)
    try:
        typed = form.valid()
        asked = Credentials(email=typed.email, password=typed.password)
        browser = request.headers.get("user-agent", "")
        signed_in = await service.sign_in(store_of(request), asked, place=_place(request), user_agent=browser)
    except Refusal as refusal:
        form.refuse(refusal)
        return page(request, "people/sign_in.html", refusal.status, values=form.typed, errors=form.errors)
    target = domain.local_path(typed.ve) or "/"
    if typed.kept:
        again = page(request, "people/again.html", target=target, fields=typed.kept, person=signed_in.person)
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
        return _forget(RedirectResponse(f"/dang-nhap?ve={quote(target)}", 303))
    form = await request.form()
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str) and name != "csrf_token"]
    values = {"ve": target, "kept": json.dumps(fields, ensure_ascii=False)}
    return _forget(page(request, "people/sign_in.html", SignInNeeded.status, values=values, errors=[]))


@routes.get("/dang-ky")
async def sign_up_page(request: Request, _: Visitor, ve: str = "") -> Response:
    return await _sign_up_page(request, 200, {"ve": domain.local_path(ve) or "", "kind": Kind.RESIDENT}, [])


async def _sign_up_page(
    request: Request, status: int, values: dict[str, object], errors: list[dict[str, str]]
) -> Response:
    units = await service.units_on(store_of(request).read, local(now()).date())
    return page(request, "people/sign_up.html", status, values=values, errors=errors, units=units)


@routes.post("/dang-ky")
async def sign_up(request: Request, _: Visitor) -> Response:
    """The answer is the same whether or not the address had an account."""
    form = await forms.read(request, SignUpForm)
    try:
        typed = form.valid()
        await _open(request, SignUp(**typed.model_dump(exclude={"client_key", "ve"})), typed.client_key, None)
    except Refusal as refusal:
        form.refuse(refusal)
        return await _sign_up_page(request, refusal.status, form.typed, form.errors)
    target = domain.local_path(typed.ve)
    return see_other(request, "/dang-ky/xong" + (f"?ve={quote(target)}" if target else ""))


@routes.get("/dang-ky/xong")
async def signed_up(request: Request, _: Visitor, ve: str = "") -> Response:
    return page(request, "people/signed_up.html", values={"ve": domain.local_path(ve) or ""}, errors=[])


@routes.post("/dang-xuat")
async def sign_out(request: Request, _: Visitor) -> Response:
    """Also for somebody whose token is old."""
    await service.sign_out(store_of(request), request.cookies.get(SESSION_COOKIE, ""))
    return _forget(see_other(request, "/", "Bạn đã đăng xuất."))


@routes.get("/tai-khoan")
async def account(request: Request, person: Annotated[Person, SIGNED_IN]) -> Response:
    store = store_of(request)
    own = await service.get(store.read, person.id)
    unit = await service.unit(store.read, own.unit_id) if own.unit_id else None
    sessions = await service.sessions(store, person.id, request.cookies.get(SESSION_COOKIE, ""))
    return page(request, "people/account.html", account=own, unit=unit, sessions=sessions)


@routes.post("/tai-khoan/dang-xuat-het")
async def sign_out_everywhere(request: Request, person: Annotated[Person, SIGNED_IN]) -> Response:
    await service.sign_out_everywhere(store_of(request), person.id)
    return _forget(see_other(request, "/dang-nhap", "Bạn đã đăng xuất khỏi mọi thiết bị."))


class TokenOut(BaseModel):
    """A bearer token for programs."""

    token: str
    expires_at: AwareDatetime
    person_id: str
    roles: list[domain.Role]


class PersonIn(SignUp):
    """Without roles anybody may ask, with roles only an administrator."""

    client_key: str


class PersonOut(BaseModel):
    """Who was made."""

    person_id: str


class FoundOut(PersonOut):
    """An account as an administrator sees it."""

    name: str
    email: str
    kind: Kind
    unit_id: str | None
    roles: list[domain.Role]
    active: bool


class RolesIn(domain.Asked):
    """Exactly these from now on."""

    roles: list[domain.Role]


class UnitBody(domain.Asked):
    """A unit; None leaves an end open."""

    id: str = Field(validation_alias=AliasChoices("id", "unit_id"))
    name: str
    level: str
    parent_id: str | None = Field(default=None, validation_alias=AliasChoices("parent_id", "parent"))
    valid_from: date | None = None
    valid_to: date | None = None
    successors: list[str] = Field(default_factory=list)


class UnitsIn(domain.Asked):
    """Added or changed; units that are not named stay as they are."""

    units: list[UnitBody] = Field(max_length=2000)


class UnitsOut(BaseModel):
    """In Vietnamese order."""

    items: list[UnitBody]


@api.post("/sessions")
async def begin_session(request: Request, asked: Credentials, _: Visitor) -> TokenOut:
    """A token for an hour. Programs without a token send the site's Origin."""
    signed_in = await service.sign_in(store_of(request), asked, place=_place(request))
    lifetime = domain.API_TOKEN_LIFETIME
    token, roles = _token(request, signed_in, lifetime), signed_in.account.roles
    return TokenOut(token=token, expires_at=signed_in.at + lifetime, person_id=signed_in.account.id, roles=roles)


@api.post("/people", status_code=201)
async def create_person(request: Request, typed: PersonIn, person: Visitor) -> PersonOut:
    """The public reply is the same whether or not the address had an account."""
    asked = SignUp(**typed.model_dump(exclude={"client_key"}))
    if not asked.roles:
        person = None
    elif person is None:
        raise SignInNeeded
    else:
        person.require(Role.ADMINISTRATOR, scope="*")
    return PersonOut(**await _open(request, asked, typed.client_key, person))


@api.get("/people")
async def find_people(request: Request, email: domain.Email, person: Administrator) -> dict[str, list[FoundOut]]:
    person.require(Role.ADMINISTRATOR, scope="*")
    found = await service.find(store_of(request).read, email)
    return {"items": [FoundOut(person_id=found.id, **found.model_dump())] if found else []}


@api.put("/people/{person_id}/roles")
async def grant_roles(request: Request, person_id: str, asked: RolesIn, person: Administrator) -> FoundOut:
    person.require(Role.ADMINISTRATOR, scope="*")
    changed = await service.grant(store_of(request), person_id, asked.roles, by=person)
    return FoundOut(person_id=changed.id, **changed.model_dump())


@api.put("/units")
async def put_units(
    request: Request, asked: UnitsIn, person: Annotated[Person, may(Role.ADMINISTRATOR, Role.ORGANISER)]
) -> dict[str, int]:
    units = [domain.Unit(**one.model_dump()) for one in asked.units]
    return {"changed": await service.put_units(store_of(request), units, by=person)}


@api.get("/units")
async def list_units(request: Request, _: Visitor, on: Annotated[date | None, Query()] = None) -> UnitsOut:
    """Those that exist on a day, today unless said."""
    units = await service.units_on(store_of(request).read, on or local(now()).date())
    return UnitsOut(items=[UnitBody(**unit.model_dump(exclude={"version", "facts"})) for unit in units])
