"""The page of one's own second factors, and the page where one proves oneself anew."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.submissions.factors import domain as codes
from services.submissions.factors import service as factors
from services.submissions.passkeys import service as passkeys
from services.submissions.passkeys.domain import KeyName, NoPasskeysHere, Site
from services.submissions.people import service as people
from services.submissions.people.domain import Account, Password
from services.submissions.security import service
from services.submissions.security.domain import ProofNeeded
from services.submissions.settings import Settings
from services.submissions.sign_in.domain import local_path
from shared import forms
from shared.errors import Refusal
from shared.identity import SESSION_COOKIE, SIGNED_IN, Person
from shared.pages import page, place_of, see_other, store_of

routes = APIRouter(include_in_schema=False)
SignedIn = Annotated[Person, SIGNED_IN]
HOME = "/tai-khoan/bao-mat"
PROVE = f"{HOME}/xac-nhan"


class Typed(BaseModel):
    """What comes in from outside; an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")


class CodeForm(Typed):
    """The first code of an app."""

    code: Annotated[str, Field(min_length=1, max_length=40)]


class ProofForm(Typed):
    """One of the three is enough."""

    ve: str = ""
    password: Password = ""
    code: Annotated[str, Field(max_length=40)] = ""
    credential: Annotated[str, Field(max_length=20_000)] = ""


class KeyForm(Typed):
    """What the browser made, and what its owner calls it."""

    name: KeyName
    credential: Annotated[str, Field(max_length=20_000)] = ""


class NameForm(Typed):
    """Another name for a key."""

    name: KeyName


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.desk.settings
    return settings


def _secret_key(request: Request) -> str:
    return _settings(request).secret_key.get_secret_value()


def _secret(request: Request) -> str:
    return request.cookies.get(SESSION_COOKIE, "")


def _site(request: Request) -> Site:
    site = Site.of(_settings(request).public_url)
    if site is None:
        raise NoPasskeysHere
    return site


async def _unproven(request: Request, person: Person, back: str = HOME) -> Response | None:
    """Where to prove oneself first, and then back to `back`; None for somebody who just did."""
    if await service.is_proven(store_of(request), person, _secret(request)):
        return None
    return see_other(request, f"{PROVE}?ve={quote(back)}")


async def _account(request: Request, person: Person) -> Account:
    return await people.get(store_of(request).read, person.id)


async def _shown(request: Request, template: str, person: Person, status: int = 200, **context: Any) -> Response:
    store = store_of(request)
    own = await factors.overview(store.read, person.id)
    settings = _settings(request)
    common = {"own": own, "passkeys_work": Site.of(settings.public_url) is not None, "values": {}, "errors": []}
    return page(request, template, status, **{**common, "oidc": settings.oidc_button, **context})


def _codes_page(request: Request, codes_shown: list[str]) -> Response:
    return page(request, "security/codes.html", codes=codes_shown, target=HOME, target_text="Xong, tôi đã cất mã")


@routes.get(HOME)
async def overview(request: Request, person: SignedIn) -> Response:
    account = await _account(request, person)
    must = await factors.must_keep_one(store_of(request).read, account)
    return await _shown(request, "security/overview.html", person, must=must)


@routes.get(PROVE)
async def proof_page(request: Request, person: SignedIn, ve: str = "") -> Response:
    return await _proof_page(request, person, 200, {"ve": local_path(ve) or HOME}, [])


async def _proof_page(request: Request, person: Person, status: int, values: Any, errors: Any) -> Response:
    has_password = bool((await _account(request, person)).password)
    return await _shown(
        request, "security/prove.html", person, status, has_password=has_password, values=values, errors=errors
    )


@routes.post(PROVE)
async def prove(request: Request, person: SignedIn) -> Response:
    """The password or the code is never shown again."""
    form = await forms.read(request, ProofForm)
    store, secret, place = store_of(request), _secret(request), place_of(request)
    try:
        typed = form.valid()
        if typed.credential:
            site, browser = _site(request), request.state.visitor
            await service.prove_by_passkey(
                store, person, site, credential=typed.credential, browser=browser, session_secret=secret
            )
        elif typed.code:
            key = _secret_key(request)
            await service.prove_by_code(store, person, typed.code, session_secret=secret, place=place, secret_key=key)
        else:
            await service.prove_by_password(store, person, typed.password, session_secret=secret, place=place)
    except Refusal as refusal:
        form.refuse(refusal)
        values = {"ve": local_path(form.typed.get("ve")) or HOME}
        return await _proof_page(request, person, refusal.status, values, form.errors)
    return see_other(request, local_path(typed.ve) or HOME)


@routes.post(f"{PROVE}/thach-thuc")
async def challenge(request: Request, person: SignedIn) -> dict[str, Any]:
    """Options for the browser: sign with a key of this person."""
    site = _site(request)
    return await passkeys.options_to_assert(store_of(request), site, person.id, browser=request.state.visitor)


@routes.get(f"{HOME}/ung-dung")
async def app_page(request: Request, person: SignedIn) -> Response:
    """The square code; the secret is the same for an hour."""
    return await _unproven(request, person, f"{HOME}/ung-dung") or await _app_page(request, person, 200, [])


async def _app_page(request: Request, person: Person, status: int, errors: list[dict[str, str]]) -> Response:
    account = await _account(request, person)
    secret = await factors.begin_totp(store_of(request), person.id, secret_key=_secret_key(request))
    uri = codes.set_up_uri(secret, account.email or account.name)
    shown = {"qr": codes.qr(uri), "secret": codes.in_groups(secret), "action": f"{HOME}/ung-dung"}
    return await _shown(request, "security/app.html", person, status, errors=errors, back={"href": HOME}, **shown)


@routes.post(f"{HOME}/ung-dung")
async def set_up_app(request: Request, person: SignedIn) -> Response:
    """Confirmed with the first code; backup codes are shown this once."""
    if (elsewhere := await _unproven(request, person, f"{HOME}/ung-dung")) is not None:
        return elsewhere
    form = await forms.read(request, CodeForm)
    try:
        typed = form.valid()
        shown = await factors.confirm_totp(
            store_of(request), person.id, typed.code, place=place_of(request), secret_key=_secret_key(request)
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return await _app_page(request, person, refusal.status, form.errors)
    return _codes_page(request, shown) if shown else see_other(request, HOME, "Đã nối ứng dụng tạo mã.")


async def _changed(
    request: Request, person: Person, note: str, change: Callable[[Account], Awaitable[None]]
) -> Response:
    """Do it for somebody who proved themselves; say why not."""
    if (elsewhere := await _unproven(request, person)) is not None:
        return elsewhere
    try:
        await change(await _account(request, person))
    except codes.LastFactorKept as refusal:
        return see_other(request, HOME, refusal.message, "error")
    return see_other(request, HOME, note)


@routes.post(f"{HOME}/ung-dung/go")
async def remove_app(request: Request, person: SignedIn) -> Response:
    """Its codes open nothing any more."""
    store, key = store_of(request), _secret_key(request)
    return await _changed(
        request, person, "Đã gỡ ứng dụng tạo mã.", lambda account: factors.remove_totp(store, account, secret_key=key)
    )


@routes.post(f"{HOME}/ma-du-phong")
async def new_codes(request: Request, person: SignedIn) -> Response:
    """Ten new ones, shown this once; those before are void."""
    if (elsewhere := await _unproven(request, person)) is not None:
        return elsewhere
    store = store_of(request)
    if not (await factors.overview(store.read, person.id)).any:
        return see_other(request, HOME, "Hãy thêm ứng dụng tạo mã hoặc khóa truy cập trước.", "error")
    shown = await factors.new_codes(store, person.id, secret_key=_secret_key(request))
    return _codes_page(request, shown)


@routes.get(f"{HOME}/khoa/them")
async def key_page(request: Request, person: SignedIn) -> Response:
    if (elsewhere := await _unproven(request, person, f"{HOME}/khoa/them")) is not None:
        return elsewhere
    return await _shown(request, "security/key.html", person, back={"href": HOME}, action=f"{HOME}/khoa/them")


@routes.post(f"{HOME}/khoa/them/thach-thuc")
async def key_challenge(request: Request, person: SignedIn) -> dict[str, Any]:
    """Options for the browser: make a key. Raises ProofNeeded."""
    store = store_of(request)
    if not await service.is_proven(store, person, _secret(request)):
        raise ProofNeeded
    account = await _account(request, person)
    return await passkeys.options_to_register(
        store, _site(request), person.id, name=account.name, address=account.email, browser=request.state.visitor
    )


@routes.post(f"{HOME}/khoa/them")
async def add_key(request: Request, person: SignedIn) -> Response:
    """Backup codes are shown this once, when there were none."""
    if (elsewhere := await _unproven(request, person, f"{HOME}/khoa/them")) is not None:
        return elsewhere
    form = await forms.read(request, KeyForm)
    try:
        typed = form.valid()
        key, shown = await factors.add_passkey(
            store_of(request), _site(request), person.id, name=typed.name, credential=typed.credential,
            browser=request.state.visitor, secret_key=_secret_key(request),
        )  # fmt: skip
    except Refusal as refusal:
        form.refuse(refusal)
        values = {"name": form.typed.get("name", "")}
        more = {"back": {"href": HOME}, "action": f"{HOME}/khoa/them", "values": values, "errors": form.errors}
        return await _shown(request, "security/key.html", person, refusal.status, **more)
    return _codes_page(request, shown) if shown else see_other(request, HOME, f"Đã thêm khóa “{key.name}”.")


@routes.post(f"{HOME}/khoa/{{key_id}}/ten")
async def rename_key(request: Request, key_id: str, person: SignedIn) -> Response:
    """A name opens nothing: no proof is asked for."""
    form = await forms.read(request, NameForm)
    try:
        await passkeys.rename(store_of(request), person.id, key_id, form.valid().name)
    except Refusal as refusal:
        form.refuse(refusal)
        return see_other(request, HOME, form.errors[0]["text"], "error")
    return see_other(request, HOME, "Đã đổi tên khóa.")


@routes.post(f"{HOME}/khoa/{{key_id}}/go")
async def remove_key(request: Request, key_id: str, person: SignedIn) -> Response:
    """It opens nothing any more; whatever is kept on the device is its owner's to delete."""
    store, key = store_of(request), _secret_key(request)
    return await _changed(
        request,
        person,
        "Đã gỡ khóa truy cập.",
        lambda account: factors.remove_passkey(store, account, key_id, secret_key=key),
    )
