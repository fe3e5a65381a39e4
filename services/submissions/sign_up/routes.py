"""The sign-up form."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from services.submissions.people import service as people
from services.submissions.people.domain import Kind, SignUp
from services.submissions.settings import Settings
from services.submissions.sign_in import domain
from services.submissions.units import service as units
from shared import forms
from shared.clock import local, now
from shared.errors import Refusal
from shared.identity import PUBLIC, Person
from shared.pages import page, see_other, store_of

routes = APIRouter(include_in_schema=False)
Visitor = Annotated[Person | None, PUBLIC]


class SignUpForm(SignUp):
    """With the client key and where to go on to."""

    client_key: str = ""
    ve: str = ""


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.desk.settings
    return settings


def _place(request: Request) -> str:
    return request.client.host if request.client else ""


@routes.get("/dang-ky")
async def sign_up_page(request: Request, _: Visitor, ve: str = "") -> Response:
    return await _sign_up_page(request, 200, {"ve": domain.local_path(ve) or "", "kind": Kind.RESIDENT}, [])


async def _sign_up_page(
    request: Request, status: int, values: dict[str, object], errors: list[dict[str, str]]
) -> Response:
    known = await units.on(store_of(request).read, local(now()).date())
    return page(request, "sign_up/sign_up.html", status, values=values, errors=errors, units=known)


@routes.post("/dang-ky")
async def sign_up(request: Request, _: Visitor) -> Response:
    """The answer is the same whether or not the address had an account."""
    form = await forms.read(request, SignUpForm)
    try:
        typed = form.valid()
        asked, secret_key = SignUp(**typed.model_dump(exclude={"client_key", "ve"})), _settings(request).secret_key
        await people.sign_up(
            store_of(request),
            asked,
            key=typed.client_key,
            secret_key=secret_key.get_secret_value(),
            place=_place(request),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return await _sign_up_page(request, refusal.status, form.typed, form.errors)
    target = domain.local_path(typed.ve)
    return see_other(request, "/dang-ky/xong" + (f"?ve={quote(target)}" if target else ""))


@routes.get("/dang-ky/xong")
async def signed_up(request: Request, _: Visitor, ve: str = "") -> Response:
    return page(request, "sign_up/signed_up.html", values={"ve": domain.local_path(ve) or ""}, errors=[])
