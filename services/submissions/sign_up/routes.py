"""The sign-up form and the page of its code, and the same over JSON."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, model_validator

from services.submissions.people.domain import Asked, Kind, Role, SignUp
from services.submissions.settings import Settings
from services.submissions.sign_in import domain
from services.submissions.sign_in import service as sign_in
from services.submissions.sign_in.domain import Address
from services.submissions.sign_up import service
from services.submissions.units import service as units
from shared import forms
from shared.clock import local, now
from shared.errors import Refusal
from shared.forms import Typed
from shared.identity import PUBLIC, Person
from shared.pages import let_half_in, let_in, page, place_of, see_other, store_of

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["sign-up"])
Visitor = Annotated[Person | None, PUBLIC]
_CONFIRM = "/dang-ky/xac-nhan"


class SignUpForm(SignUp):
    """With the client key and where to go on to; one field for the address, whatever kind it is."""

    client_key: str = ""
    ve: str = ""

    @model_validator(mode="before")
    @classmethod
    def _one_address(cls, typed: dict[str, Any]) -> dict[str, Any]:
        address = str(typed.get("address", ""))
        phone = "@" not in address and any(sign.isdigit() for sign in address)
        rest = {name: value for name, value in typed.items() if name not in ("address", "email", "phone", "roles")}
        return rest | ({"phone": address} if phone else {"email": address or "?"})


class CodeForm(Asked):
    """`dk` is the sign-up's id."""

    dk: str
    code: Annotated[str, Field(min_length=1, max_length=20)]
    ve: str = ""


class AgainForm(Asked):
    """Another code."""

    dk: str
    ve: str = ""


class AddressForm(AgainForm):
    """Another address."""

    address: Address


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.desk.settings
    return settings


def _secret_key(request: Request) -> str:
    return _settings(request).secret_key.get_secret_value()


def _confirm_link(sign_up_id: str, ve: str) -> str:
    target = domain.local_path(ve)
    return f"{_CONFIRM}?{urlencode({'dk': sign_up_id} | ({'ve': target} if target else {}))}"


@routes.get("/dang-ky")
async def sign_up_page(request: Request, _: Visitor, ve: str = "") -> Response:
    return await _sign_up_page(request, 200, {"ve": domain.local_path(ve) or "", "kind": Kind.RESIDENT}, [])


async def _sign_up_page(
    request: Request, status: int, values: dict[str, Any], errors: list[dict[str, str]]
) -> Response:
    known = await units.on(store_of(request).read, local(now()).date())
    shown = {"values": values, "errors": errors, "units": known, "text_messages": _settings(request).sms_codes}
    return page(request, "sign_up/sign_up.html", status, **shown)


@routes.post("/dang-ky")
async def sign_up(request: Request, _: Visitor) -> Response:
    """The answer is the same whether or not the address has an account."""
    form = await forms.read(request, SignUpForm)
    try:
        typed = form.valid()
        domain.require_channel(typed.email or typed.phone, text_messages=_settings(request).sms_codes)
        asked = SignUp(**typed.model_dump(exclude={"client_key", "ve"}))
        key, place = typed.client_key, place_of(request)
        made = await service.begin(store_of(request), asked, key=key, secret_key=_secret_key(request), place=place)
    except Refusal as refusal:
        form.refuse(refusal)
        return await _sign_up_page(request, refusal.status, form.typed, [_at_address(one) for one in form.errors])
    return see_other(request, _confirm_link(made, typed.ve))


def _at_address(error: dict[str, str]) -> dict[str, str]:
    return error | {"field": "address"} if error["field"] in ("email", "phone") else error


@routes.get(_CONFIRM)
async def code_page(request: Request, person: Visitor, dk: str = "", ve: str = "") -> Response:
    """Whoever came in by this sign-up already goes on."""
    pending = await service.view(store_of(request), dk)
    if person is not None and pending.opened == person.id:
        return see_other(request, domain.local_path(ve) or "/")
    return await _code_page(request, 200, {"dk": dk, "ve": domain.local_path(ve) or ""}, [])


async def _code_page(request: Request, status: int, values: dict[str, Any], errors: list[dict[str, str]]) -> Response:
    pending = await service.view(store_of(request), str(values.get("dk", "")))
    shown = {"values": values, "errors": errors, "sent_to": pending.address}
    return page(request, "sign_up/code.html", status, **shown, text_messages=_settings(request).sms_codes)


async def _code_page_again(request: Request, form: Typed[Any], refusal: Refusal) -> Response:
    form.refuse(refusal)
    return await _code_page(request, refusal.status, form.typed, form.errors)


@routes.post(_CONFIRM)
async def confirm(request: Request, person: Visitor) -> Response:
    """The account is opened, the browser signed in; a second click or tab finds both done."""
    form, store = await forms.read(request, CodeForm), store_of(request)
    try:
        typed = form.valid()
        target, note = domain.local_path(typed.ve) or "/", "Tài khoản đã mở. Bạn đang đăng nhập."
        pending = await service.view(store, typed.dk)
        if person is not None and pending.opened == person.id:
            return see_other(request, target)
        place, agent = place_of(request), request.headers.get("user-agent", "")
        opened = await service.confirm(store, typed.dk, typed.code, place=place, secret_key=_secret_key(request))
        admitted = await sign_in.admit(store, opened, user_agent=agent, proofs=frozenset({"code"}))
    except Refusal as refusal:
        return await _code_page_again(request, form, refusal)
    if isinstance(admitted, sign_in.HalfWay):
        second = f"/dang-nhap/buoc-hai?{urlencode({'ve': target})}"
        return let_half_in(request, see_other(request, second), admitted.secret)
    token = admitted.token(_settings(request).identity_private_key.get_secret_value())
    return let_in(request, see_other(request, target, note), token, admitted.secret)


@routes.post(f"{_CONFIRM}/lai")
async def code_again(request: Request, _: Visitor) -> Response:
    """To the same address."""
    return await _send(request, await forms.read(request, AgainForm), "Đã gửi mã mới. Mã cũ không dùng được nữa.")


@routes.post(f"{_CONFIRM}/dia-chi")
async def another_address(request: Request, _: Visitor) -> Response:
    """The first one was mistyped."""
    return await _send(request, await forms.read(request, AddressForm), "Đã đổi địa chỉ và gửi mã tới đó.")


async def _send(request: Request, form: Typed[Any], note: str) -> Response:
    try:
        typed = form.valid()
        address = typed.address if isinstance(typed, AddressForm) else ""
        if address:
            domain.require_channel(address, text_messages=_settings(request).sms_codes)
        place, secret_key = place_of(request), _secret_key(request)
        await service.send_again(store_of(request), typed.dk, address=address, place=place, secret_key=secret_key)
    except Refusal as refusal:
        return await _code_page_again(request, form, refusal)
    return see_other(request, _confirm_link(typed.dk, typed.ve), note)


class SignUpIn(SignUp):
    """What a program asks for; roles are given by an administrator."""

    client_key: str
    roles: list[Role] = Field([], max_length=0)


class SignUpOut(BaseModel):
    """Where to bring the code."""

    sign_up_id: str


class CodeIn(Asked):
    """The six digits."""

    code: Annotated[str, Field(min_length=1, max_length=20)]


class OpenedOut(BaseModel):
    """Whose account was opened."""

    person_id: str


@api.post("/sign-ups", status_code=201)
async def begin_sign_up(request: Request, typed: SignUpIn, _: Visitor) -> SignUpOut:
    """The answer is the same whether or not the address has an account."""
    domain.require_channel(typed.email or typed.phone, text_messages=_settings(request).sms_codes)
    asked, key = SignUp(**typed.model_dump(exclude={"client_key"})), typed.client_key
    place, secret_key = place_of(request), _secret_key(request)
    made = await service.begin(store_of(request), asked, key=key, secret_key=secret_key, place=place)
    return SignUpOut(sign_up_id=made)


@api.post("/sign-ups/{sign_up_id}/confirm")
async def confirm_sign_up(request: Request, sign_up_id: str, typed: CodeIn, _: Visitor) -> OpenedOut:
    place, secret_key = place_of(request), _secret_key(request)
    opened = await service.confirm(store_of(request), sign_up_id, typed.code, place=place, secret_key=secret_key)
    return OpenedOut(person_id=opened)
