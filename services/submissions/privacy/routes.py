"""The page Dữ liệu của tôi: consents, requests, a copy of everything, the end of the account; the copy as JSON too."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from services.submissions.consents import service as consents
from services.submissions.consents.domain import CHANNEL_WORDS, PURPOSES, Channel, Decision
from services.submissions.erasures import service as erasures
from services.submissions.erasures.domain import FATE_WORDS
from services.submissions.people.domain import Password
from services.submissions.privacy import domain, service
from services.submissions.requests import domain as requests_domain
from services.submissions.requests import service as requests
from services.submissions.requests.domain import Asked
from services.submissions.sign_in.domain import local_path
from shared import forms
from shared.clock import now
from shared.errors import Refusal
from shared.identity import SESSION_COOKIE, SIGNED_IN, Person
from shared.pages import let_out, page, see_other, store_of

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["own data"])
SignedIn = Annotated[Person, SIGNED_IN]
HERE = "/tai-khoan/du-lieu"


class ConsentForm(BaseModel):
    """One button: yes or no to one purpose."""

    purpose: str
    version: int
    given: Literal["co", "khong"]
    channel: Channel = Channel.ACCOUNT
    ve: str = ""


class RequestForm(Asked):
    """What is asked for."""

    client_key: str = ""


class EraseForm(BaseModel):
    """The confirmation. The box is never ticked beforehand."""

    sure: str = ""
    password: Password = Field(default="", repr=False)


@routes.get(HERE)
async def show(request: Request, person: SignedIn) -> Response:
    return await _overview(request, person)


async def _overview(
    request: Request, person: Person, status: int = 200, *, values: Any = None, errors: Any = ()
) -> Response:
    seen = await service.overview(store_of(request), person)
    words = {"purposes": PURPOSES, "channels": CHANNEL_WORDS, "kinds": requests_domain.KIND_WORDS}
    typed: dict[str, Any] = {"values": values or {}, "errors": list(errors)}
    return page(request, "privacy/overview.html", status, seen=seen, at=now(), **words, **typed)


@routes.post(f"{HERE}/dong-y")
async def consent(request: Request, person: SignedIn) -> Response:
    """Give or withdraw one consent; nothing else depends on it."""
    typed = (await forms.read(request, ConsentForm)).valid()
    given = typed.given == "co"
    decision = Decision(purpose=typed.purpose, given=given, version=typed.version, channel=typed.channel)
    await consents.decide(store_of(request), decision, by=person, at=now())
    note = "Đã ghi nhận sự đồng ý của bạn." if given else "Đã rút lại sự đồng ý."
    return see_other(request, local_path(typed.ve) or HERE, note)


@routes.post(f"{HERE}/yeu-cau")
async def ask(request: Request, person: SignedIn) -> Response:
    form = await forms.read(request, RequestForm)
    try:
        typed = form.valid()
        asked = Asked(kind=typed.kind, text=typed.text)
        await requests.ask(store_of(request), asked, key=typed.client_key, by=person, at=now())
    except Refusal as refusal:
        form.refuse(refusal)
        return await _overview(request, person, refusal.status, values=form.typed, errors=form.errors)
    return see_other(request, f"{HERE}#yeu-cau", "Đã nhận yêu cầu của bạn. Trang này cho biết khi nào có trả lời.")


@routes.get(f"{HERE}/ban-sao")
async def readable(request: Request, person: SignedIn) -> Response:
    return page(request, "privacy/copy.html", **await _readable(request, person))


async def _readable(request: Request, person: Person) -> dict[str, Any]:
    content = await service.copy(store_of(request), person)
    return {"data": content, "kinds": requests_domain.KIND_WORDS, "moment": datetime.fromisoformat}


@routes.get(f"{HERE}/ban-sao.json")
async def as_json(request: Request, person: SignedIn) -> Response:
    content = domain.as_json(await service.copy(store_of(request), person))
    return Response(content, media_type="application/json", headers=_download("du-lieu-cua-toi.json"))


@routes.get(f"{HERE}/ban-sao.zip")
async def as_archive(request: Request, person: SignedIn) -> Response:
    """With the files of every entry."""
    shown = page(request, "privacy/copy.html", **await _readable(request, person))
    packed = await service.archive(store_of(request), person, bytes(shown.body).decode())
    return Response(packed, media_type="application/zip", headers=_download("du-lieu-cua-toi.zip"))


def _download(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}


@api.get("/own-data")
async def own_data(request: Request, person: SignedIn) -> JSONResponse:
    """Everything that is kept about the asker."""
    return JSONResponse(await service.copy(store_of(request), person))


@routes.get(f"{HERE}/xoa")
async def before_erasing(request: Request, person: SignedIn) -> Response:
    return await _before_erasing(request, person)


async def _before_erasing(request: Request, person: Person, status: int = 200, *, errors: Any = ()) -> Response:
    store = store_of(request)
    planned = await erasures.plan(store.read, person.id)
    account = await service.account(store, person)
    context: dict[str, Any] = {"planned": planned, "words": FATE_WORDS, "account": account, "errors": list(errors)}
    return page(request, "privacy/erase.html", status, **context)


@routes.post(f"{HERE}/xoa")
async def erase(request: Request, person: SignedIn) -> Response:
    """The account is gone when this answers; entries, files and copies follow within minutes."""
    form, store = await forms.read(request, EraseForm), store_of(request)
    secret = request.app.state.desk.settings.secret_key.get_secret_value()
    since = await service.session_since(store, person, request.cookies.get(SESSION_COOKIE, ""))
    try:
        typed = form.valid()
        await service.erase(
            store, person, sure=typed.sure == "co", password=typed.password, session_since=since, secret_key=secret
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return await _before_erasing(request, person, refusal.status, errors=form.errors)
    note = "Tài khoản của bạn đã được xóa. Việc gỡ thông tin khỏi bài dự thi, tệp và các kho dữ liệu đang chạy tiếp."
    return let_out(see_other(request, "/", note))
