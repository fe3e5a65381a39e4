"""The page of one's e-mail and phone number, and the code that confirms a new one."""

from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request, Response
from pydantic import Field

from services.submissions.addresses import service
from services.submissions.people import service as people
from services.submissions.people.domain import Asked
from services.submissions.security.domain import ProofNeeded
from services.submissions.settings import Settings
from services.submissions.sign_in.domain import Address
from services.submissions.sign_in.service import Visitor
from shared import forms
from shared.errors import Refusal
from shared.identity import SESSION_COOKIE, SIGNED_IN, Person
from shared.pages import page, place_of, see_other, store_of

routes = APIRouter(include_in_schema=False)
Owner = Annotated[Person, SIGNED_IN]
PAGE = "/tai-khoan/dia-chi"
_CODE = f"{PAGE}/ma"


class AddressForm(Asked):
    """The new one."""

    address: Address


class CodeForm(Asked):
    """`ma` is the id of the code that was asked for."""

    ma: str
    code: Annotated[str, Field(min_length=1, max_length=20)]


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.desk.settings
    return settings


async def _shown(request: Request, person: Person, template: str, status: int = 200, **more: Any) -> Response:
    account = await people.get(store_of(request).read, person.id)
    context = {"account": account, "values": {}, "errors": [], "text_messages": _settings(request).sms_codes, **more}
    return page(request, f"addresses/{template}.html", status, **context)


@routes.get(PAGE)
async def show(request: Request, person: Owner) -> Response:
    return await _shown(request, person, "show")


@routes.post(PAGE)
async def ask(request: Request, person: Owner) -> Response:
    """Only after somebody proved that it is them; the answer is the same whether or not the address has an account."""
    form, settings = await forms.read(request, AddressForm), _settings(request)
    try:
        code_id = await service.ask(
            store_of(request), person, form.valid().address, session_secret=request.cookies.get(SESSION_COOKIE, ""),
            secret_key=settings.secret_key.get_secret_value(), text_messages=settings.sms_codes,
        )  # fmt: skip
    except ProofNeeded:
        return see_other(request, f"/tai-khoan/bao-mat/xac-nhan?ve={quote(PAGE)}")
    except Refusal as refusal:
        form.refuse(refusal)
        return await _shown(request, person, "show", refusal.status, values=form.typed, errors=form.errors)
    return see_other(request, f"{_CODE}?{urlencode({'ma': code_id})}")


@routes.get(_CODE)
async def code_page(request: Request, person: Owner, ma: str = "") -> Response:
    return await _shown(request, person, "code", values={"ma": ma})


@routes.post(_CODE)
async def confirm(request: Request, person: Owner) -> Response:
    form = await forms.read(request, CodeForm)
    try:
        typed, visitor = form.valid(), Visitor(request.state.visitor, place_of(request))
        secret_key = _settings(request).secret_key.get_secret_value()
        address = await service.confirm(
            store_of(request), person, typed.ma, typed.code, visitor=visitor, secret_key=secret_key
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return await _shown(request, person, "code", refusal.status, values=form.typed, errors=form.errors)
    return see_other(request, PAGE, f"Đã xác nhận {address}. Địa chỉ cũ, nếu có, được báo tin.")
