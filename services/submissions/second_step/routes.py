"""Pages between the password and the site."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.submissions.factors import domain as codes
from services.submissions.factors import service as factors
from services.submissions.passkeys import service as passkeys
from services.submissions.passkeys.domain import KeyName, NoPasskeysHere, Site
from services.submissions.people.domain import Account
from services.submissions.settings import Settings
from services.submissions.sign_in import service
from services.submissions.sign_in.domain import HalfWayOver, local_path
from shared import forms
from shared.errors import Refusal
from shared.identity import HALF_COOKIE, PUBLIC, Person
from shared.pages import let_in, page, place_of, see_other, store_of

routes = APIRouter(include_in_schema=False)
Visitor = Annotated[Person | None, PUBLIC]
STEP = "/dang-nhap/buoc-hai"
_FEW_CODES = 3


class Onward(BaseModel):
    """Where to go on to; an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")
    ve: str = ""

    @property
    def target(self) -> str:
        """A path of this site."""
        return local_path(self.ve) or "/"


class CodeForm(Onward):
    """Of the app, or a backup code."""

    code: Annotated[str, Field(min_length=1, max_length=40)]


class CredentialForm(Onward):
    """What the browser made of a challenge."""

    credential: Annotated[str, Field(max_length=20_000)] = ""


class KeyForm(CredentialForm):
    """A new key, and what its owner calls it."""

    name: KeyName


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.desk.settings
    return settings


def _secret_key(request: Request) -> str:
    return _settings(request).secret_key.get_secret_value()


def _half(request: Request) -> str:
    return request.cookies.get(HALF_COOKIE, "")


def _site(request: Request) -> Site:
    site = Site.of(_settings(request).public_url)
    if site is None:
        raise NoPasskeysHere
    return site


async def _who(request: Request) -> Account:
    """Who stands at the second step in this browser. Raises HalfWayOver."""
    return await service.half_way(store_of(request).read, _half(request))


def _from_the_start(request: Request, refusal: HalfWayOver, ve: str) -> Response:
    target = local_path(ve)
    return see_other(request, "/dang-nhap" + (f"?ve={quote(target)}" if target else ""), refusal.message, "warning")


def _go_on(request: Request, signed_in: service.SignedIn, target: str, note: str = "") -> Response:
    """To where one wanted to go; a form that waited is shown, to be sent once more."""
    if signed_in.kept:
        again = page(request, "sign_in/again.html", target=target, fields=signed_in.kept, person=signed_in.person)
        return _let_in(request, again, signed_in)
    return _let_in(request, see_other(request, target, note, "warning"), signed_in)


def _let_in(request: Request, response: Response, signed_in: service.SignedIn) -> Response:
    key = _settings(request).identity_private_key.get_secret_value()
    return let_in(request, response, signed_in.token(key), signed_in.secret)


async def _finish(request: Request, proof: str) -> service.SignedIn:
    browser = request.headers.get("user-agent", "")
    return await service.finish(store_of(request), _half(request), user_agent=browser, proof=proof)


async def _shown(request: Request, template: str, account: Account, status: int = 200, **context: Any) -> Response:
    own = await factors.overview(store_of(request).read, account.id)
    works = Site.of(_settings(request).public_url) is not None
    return page(request, template, status, **{"own": own, "passkeys_work": works, "errors": [], **context})


@routes.get(STEP)
async def second_step(request: Request, _: Visitor, ve: str = "") -> Response:
    """For somebody without a factor, whose site asks for one: which one to set up."""
    try:
        account = await _who(request)
    except HalfWayOver as refusal:
        return _from_the_start(request, refusal, ve)
    return await _step_page(request, account, 200, ve, [])


async def _step_page(
    request: Request, account: Account, status: int, ve: str, errors: list[dict[str, str]]
) -> Response:
    own = await factors.overview(store_of(request).read, account.id)
    template = "second_step/step.html" if own.any else "second_step/choose.html"
    values = {"ve": local_path(ve) or ""}
    return await _shown(request, template, account, status, values=values, errors=errors)


@routes.post(STEP)
async def check_code(request: Request, _: Visitor) -> Response:
    """A code of the app or a backup code; it is never shown again."""
    form = await forms.read(request, CodeForm)
    ve = str(form.typed.get("ve", ""))
    try:
        account = await _who(request)
        typed = form.valid()
        proof = await factors.check(
            store_of(request), account.id, typed.code, place=place_of(request), secret_key=_secret_key(request)
        )
        signed_in = await _finish(request, proof)
    except HalfWayOver as refusal:
        return _from_the_start(request, refusal, ve)
    except Refusal as refusal:
        form.refuse(refusal)
        return await _step_page(request, account, refusal.status, ve, form.errors)
    note = await _few_left(request, account) if proof == "backup" else ""
    return _go_on(request, signed_in, typed.target, note)


async def _few_left(request: Request, account: Account) -> str:
    left = (await factors.overview(store_of(request).read, account.id)).codes_left
    more = " Hãy tạo mã mới ở trang Xác nhận hai bước." if left <= _FEW_CODES else ""
    return f"Bạn vừa dùng một mã dự phòng; còn {left} mã.{more}"


@routes.post(f"{STEP}/thach-thuc")
async def challenge(request: Request, _: Visitor) -> dict[str, Any]:
    """Options for the browser: sign with a key of whoever stands at the second step."""
    account = await _who(request)
    return await passkeys.options_to_assert(
        store_of(request), _site(request), account.id, browser=request.state.visitor
    )


@routes.post(f"{STEP}/khoa")
async def check_key(request: Request, _: Visitor) -> Response:
    form = await forms.read(request, CredentialForm)
    ve = str(form.typed.get("ve", ""))
    try:
        account = await _who(request)
        typed = form.valid()
        await passkeys.prove(
            store_of(request), _site(request), account.id, credential=typed.credential, browser=request.state.visitor
        )
        signed_in = await _finish(request, "passkey")
    except HalfWayOver as refusal:
        return _from_the_start(request, refusal, ve)
    except Refusal as refusal:
        form.refuse(refusal)
        return await _step_page(request, account, refusal.status, ve, form.errors)
    return _go_on(request, signed_in, typed.target)


# Setting up at the door


async def _newcomer(request: Request) -> Account:
    """Who must set a factor up before going on. Somebody who has one shows that one. Raises HalfWayOver."""
    account = await _who(request)
    if (await factors.overview(store_of(request).read, account.id)).any:
        raise HalfWayOver("Tài khoản đã có xác nhận bước hai. Hãy đăng nhập lại và dùng cách đã có.")
    return account


@routes.get(f"{STEP}/ung-dung")
async def app_page(request: Request, _: Visitor, ve: str = "") -> Response:
    try:
        account = await _newcomer(request)
    except HalfWayOver as refusal:
        return _from_the_start(request, refusal, ve)
    return await _app_page(request, account, 200, ve, [])


async def _app_page(request: Request, account: Account, status: int, ve: str, errors: list[dict[str, str]]) -> Response:
    secret = await factors.begin_totp(store_of(request), account.id, secret_key=_secret_key(request))
    uri = codes.set_up_uri(secret, account.email or account.name)
    shown = {"qr": codes.qr(uri), "secret": codes.in_groups(secret), "action": f"{STEP}/ung-dung"}
    more = {"values": {"ve": local_path(ve) or ""}, "back": {"href": _back(ve)}}
    return await _shown(request, "security/app.html", account, status, errors=errors, **shown, **more)


def _back(ve: str) -> str:
    target = local_path(ve)
    return STEP + (f"?ve={quote(target)}" if target else "")


@routes.post(f"{STEP}/ung-dung")
async def set_up_app(request: Request, _: Visitor) -> Response:
    """The first code sets the app up and is the second step, too."""
    form = await forms.read(request, CodeForm)
    ve = str(form.typed.get("ve", ""))
    try:
        account = await _newcomer(request)
        typed = form.valid()
        shown = await factors.confirm_totp(
            store_of(request), account.id, typed.code, place=place_of(request), secret_key=_secret_key(request)
        )
        signed_in = await _finish(request, "totp")
    except HalfWayOver as refusal:
        return _from_the_start(request, refusal, ve)
    except Refusal as refusal:
        form.refuse(refusal)
        return await _app_page(request, account, refusal.status, ve, form.errors)
    return _in_with_codes(request, signed_in, shown, typed.target)


def _in_with_codes(request: Request, signed_in: service.SignedIn, shown: list[str], target: str) -> Response:
    words: dict[str, Any] = {"target_text": "Tôi đã cất mã, tiếp tục", "person": signed_in.person}
    response = page(request, "security/codes.html", codes=shown, target=target, **words)
    return _let_in(request, response, signed_in)


@routes.get(f"{STEP}/them-khoa")
async def key_page(request: Request, _: Visitor, ve: str = "") -> Response:
    try:
        account = await _newcomer(request)
    except HalfWayOver as refusal:
        return _from_the_start(request, refusal, ve)
    return await _key_page(request, account, 200, {"ve": local_path(ve) or ""}, [])


async def _key_page(
    request: Request, account: Account, status: int, values: dict[str, Any], errors: list[dict[str, str]]
) -> Response:
    more = {"values": values, "action": f"{STEP}/them-khoa", "back": {"href": _back(values["ve"])}}
    return await _shown(request, "security/key.html", account, status, errors=errors, **more)


@routes.post(f"{STEP}/them-khoa/thach-thuc")
async def key_challenge(request: Request, _: Visitor) -> dict[str, Any]:
    """Options for the browser: make a key for whoever must set a factor up."""
    account = await _newcomer(request)
    return await passkeys.options_to_register(
        store_of(request), _site(request), account.id, name=account.name, address=account.email,
        browser=request.state.visitor,
    )  # fmt: skip


@routes.post(f"{STEP}/them-khoa")
async def add_key(request: Request, _: Visitor) -> Response:
    """Making the key was a second step, too."""
    form = await forms.read(request, KeyForm)
    ve = str(form.typed.get("ve", ""))
    try:
        account = await _newcomer(request)
        typed = form.valid()
        _key, shown = await factors.add_passkey(
            store_of(request), _site(request), account.id, name=typed.name, credential=typed.credential,
            browser=request.state.visitor, secret_key=_secret_key(request),
        )  # fmt: skip
        signed_in = await _finish(request, "passkey")
    except HalfWayOver as refusal:
        return _from_the_start(request, refusal, ve)
    except Refusal as refusal:
        form.refuse(refusal)
        values = {"name": form.typed.get("name", ""), "ve": local_path(ve) or ""}
        return await _key_page(request, account, refusal.status, values, form.errors)
    return _in_with_codes(request, signed_in, shown, typed.target)
