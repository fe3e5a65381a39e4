"""The page of the passkey: the browser offers the keys it has for this site."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.submissions.passkeys import service as passkeys
from services.submissions.passkeys.domain import NoPasskeysHere, Site
from services.submissions.settings import Settings
from services.submissions.sign_in import service
from services.submissions.sign_in.domain import SecondFactorNeeded, local_path
from shared import forms
from shared.errors import Refusal
from shared.identity import PUBLIC, Person
from shared.pages import let_in, page, see_other, store_of

routes = APIRouter(include_in_schema=False)
Visitor = Annotated[Person | None, PUBLIC]
KEY = "/dang-nhap/khoa"


class CredentialForm(BaseModel):
    """What the browser made of a challenge, and where to go on to."""

    model_config = ConfigDict(extra="forbid")
    ve: str = ""
    credential: Annotated[str, Field(max_length=20_000)] = ""


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.desk.settings
    return settings


def _site(request: Request) -> Site:
    site = Site.of(_settings(request).public_url)
    if site is None:
        raise NoPasskeysHere
    return site


@routes.get(KEY)
async def sign_in_key_page(request: Request, person: Visitor, ve: str = "") -> Response:
    """Without typing the address: the browser offers the keys it has for this site."""
    if person is not None:
        return see_other(request, local_path(ve) or "/")
    return _sign_in_key_page(request, 200, ve, [])


def _sign_in_key_page(request: Request, status: int, ve: str, errors: list[dict[str, str]]) -> Response:
    works, values = Site.of(_settings(request).public_url) is not None, {"ve": local_path(ve) or ""}
    return page(request, "passkey_sign_in/passkey.html", status, passkeys_work=works, values=values, errors=errors)


@routes.post(f"{KEY}/thach-thuc")
async def sign_in_challenge(request: Request, _: Visitor) -> dict[str, Any]:
    """Options for the browser: sign with any key that it has for this site."""
    return await passkeys.options_to_assert(store_of(request), _site(request), None, browser=request.state.visitor)


@routes.post(KEY)
async def sign_in_by_key(request: Request, _: Visitor) -> Response:
    """A key is used with finger, face or PIN: it stands for both steps."""
    form = await forms.read(request, CredentialForm)
    ve, browser = str(form.typed.get("ve", "")), request.headers.get("user-agent", "")
    try:
        typed, store = form.valid(), store_of(request)
        person_id = await passkeys.prove(
            store, _site(request), None, credential=typed.credential, browser=request.state.visitor
        )
        signed_in = await service.admit(store, person_id, user_agent=browser, proofs=frozenset({"passkey"}))
        if isinstance(signed_in, service.HalfWay):
            raise SecondFactorNeeded
    except Refusal as refusal:
        form.refuse(refusal)
        return _sign_in_key_page(request, refusal.status, ve, form.errors)
    token = signed_in.token(_settings(request).identity_private_key.get_secret_value())
    return let_in(request, see_other(request, local_path(typed.ve) or "/"), token, signed_in.secret)
