"""A forgotten password: address, code and a new one. And another password on one's account page."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from pydantic import Field

from services.submissions.credentials.domain import Purpose
from services.submissions.passwords import service
from services.submissions.people import service as people
from services.submissions.people.domain import Asked, NewPassword, Password
from services.submissions.settings import Settings
from services.submissions.sign_in import domain
from services.submissions.sign_in import service as sign_in
from services.submissions.sign_in.domain import Address
from shared import forms
from shared.errors import Refusal
from shared.forms import Typed
from shared.identity import PUBLIC, SESSION_COOKIE, SIGNED_IN, Person
from shared.pages import page, place_of, see_other, store_of

routes = APIRouter(include_in_schema=False)
Visitor = Annotated[Person | None, PUBLIC]
_ASK, _SET, _CHANGE = "passwords/forgotten.html", "passwords/reset.html", "passwords/change.html"


class ForgottenForm(Asked):
    """Whose password."""

    address: Address


class ResetForm(Asked):
    """`ma` is the id of the code that was asked for."""

    ma: str
    code: Annotated[str, Field(min_length=1, max_length=20)]
    password: NewPassword


class AgainForm(Asked):
    """Another code, please."""

    ma: str


class ChangeForm(Asked):
    """The old one shows that it is the owner."""

    old_password: Password
    password: NewPassword


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.desk.settings
    return settings


def _shown(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    return page(
        request,
        template,
        status,
        **{"values": {}, "errors": [], "text_messages": _settings(request).sms_codes, **context},
    )


def _again(request: Request, template: str, form: Typed[Any], refusal: Refusal) -> Response:
    form.refuse(refusal)
    return _shown(request, template, refusal.status, values=form.typed, errors=form.errors)


def _to_code(request: Request, code_id: str, note: str = "") -> Response:
    return see_other(request, f"/quen-mat-khau/dat-lai?{urlencode({'ma': code_id})}", note)


@routes.get("/quen-mat-khau")
async def forgotten_page(request: Request, _: Visitor) -> Response:
    return _shown(request, _ASK)


@routes.post("/quen-mat-khau")
async def forgotten(request: Request, _: Visitor) -> Response:
    """The answer is the same whether or not the address has an account."""
    form, settings = await forms.read(request, ForgottenForm), _settings(request)
    try:
        address = form.valid().address
        domain.require_channel(address, text_messages=settings.sms_codes)
        secret_key = settings.secret_key.get_secret_value()
        code_id = await sign_in.ask_code(
            store_of(request), Purpose.RESET, address, place=place_of(request), secret_key=secret_key
        )
    except Refusal as refusal:
        return _again(request, _ASK, form, refusal)
    return _to_code(request, code_id)


@routes.get("/quen-mat-khau/dat-lai")
async def reset_page(request: Request, _: Visitor, ma: str = "") -> Response:
    return _shown(request, _SET, values={"ma": ma})


@routes.post("/quen-mat-khau/dat-lai")
async def reset(request: Request, _: Visitor) -> Response:
    """With the code that came; every session of the account ends."""
    form, secret_key = await forms.read(request, ResetForm), _settings(request).secret_key.get_secret_value()
    try:
        typed, visitor = form.valid(), sign_in.Visitor(request.state.visitor, place_of(request))
        await service.reset(
            store_of(request), typed.ma, typed.code, typed.password, visitor=visitor, secret_key=secret_key
        )
    except Refusal as refusal:
        return _again(request, _SET, form, refusal)
    return see_other(request, "/dang-nhap", "Đã đặt mật khẩu mới. Mọi thiết bị đã được đăng xuất; hãy đăng nhập lại.")


@routes.post("/quen-mat-khau/lai")
async def code_again(request: Request, _: Visitor) -> Response:
    """To the same address."""
    form, secret_key = await forms.read(request, AgainForm), _settings(request).secret_key.get_secret_value()
    try:
        asked = form.valid().ma
        code_id = await sign_in.ask_again(
            store_of(request), Purpose.RESET, asked, place=place_of(request), secret_key=secret_key
        )
    except Refusal as refusal:
        return _again(request, _SET, form, refusal)
    return _to_code(request, code_id, "Đã gửi mã mới. Mã cũ không cần nữa.")


@routes.get("/tai-khoan/mat-khau")
async def change_page(request: Request, person: Annotated[Person, SIGNED_IN]) -> Response:
    own = await people.get(store_of(request).read, person.id)
    return _shown(request, _CHANGE, account=own)


@routes.post("/tai-khoan/mat-khau")
async def change(request: Request, person: Annotated[Person, SIGNED_IN]) -> Response:
    """The other browsers are signed out, this one stays."""
    form, store = await forms.read(request, ChangeForm), store_of(request)
    try:
        typed, session = form.valid(), request.cookies.get(SESSION_COOKIE, "")
        await service.change(
            store, person.id, typed.old_password, typed.password, place=place_of(request), session=session,
            secret_key=_settings(request).secret_key.get_secret_value(),
        )  # fmt: skip
    except Refusal as refusal:
        form.refuse(refusal)
        own = await people.get(store.read, person.id)
        return _shown(request, _CHANGE, refusal.status, account=own, errors=form.errors)
    return see_other(request, "/tai-khoan", "Đã đổi mật khẩu. Các thiết bị khác đã được đăng xuất.")
