"""Pages of every service: the desk that routes share, rendering, flash notes, cookies."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeSerializer

from shared import tables
from shared.clock import local, now
from shared.errors import NotFound
from shared.identity import HALF_COOKIE, SESSION_COOKIE, TOKEN_COOKIE, SignedOutBefore, form_token, in_cookies
from shared.mongo import Store
from shared.settings import ServiceSettings
from shared.ui.render import render

_FLASH = "sk_flash"
_MONTH = 30 * 24 * 3600
_HALF_MINUTES = 5


@dataclass(slots=True)
class Desk:
    """What the routes of one service share: `request.app.state.desk`."""

    settings: ServiceSettings
    signed_out_before: SignedOutBefore
    pages: Any
    store: Store = field(init=False)


def store_of(request: Request) -> Store:
    """The service's database."""
    store: Store = request.app.state.desk.store
    return store


def set_cookie(request: Request, response: Response, name: str, value: str, *, max_age: int | None = None) -> None:
    """A cookie that scripts cannot read and other sites do not send."""
    secure = request.app.state.desk.settings.public_url.startswith("https://")
    response.set_cookie(name, value, max_age=max_age, httponly=True, samesite="lax", secure=secure, path="/")


def let_in(request: Request, response: Response, token: str, secret: str = "") -> Response:
    """The browser that gets `response` is signed in; `secret` is a new session's, empty when it has one."""
    # The cookie outlives the token: an old token asks to be renewed, a missing one would look like nobody.
    for name, part in in_cookies(token).items():
        set_cookie(request, response, name, part, max_age=_MONTH)
    if secret:
        set_cookie(request, response, SESSION_COOKIE, secret, max_age=_MONTH)
        response.delete_cookie(HALF_COOKIE, path="/")
    return response


def let_half_in(request: Request, response: Response, secret: str) -> Response:
    """The browser that gets `response` is at the second step of signing in."""
    set_cookie(request, response, HALF_COOKIE, secret, max_age=_HALF_MINUTES * 60)
    return response


def let_out(response: Response) -> Response:
    """The browser that gets `response` is signed out."""
    for name in (TOKEN_COOKIE, SESSION_COOKIE, HALF_COOKIE):
        response.delete_cookie(name, path="/")
    return response


def arrived(request: Request) -> datetime:
    """When the whole request was here: this instant is held against a deadline, not when its turn came."""
    at: datetime = getattr(request.state, "arrived_at", None) or now()
    return at


def place_of(request: Request) -> str:
    """The network address a request came from; behind the proxy the visitor's, as the server makes sure."""
    return request.client.host if request.client else ""


def _serializer(request: Request) -> URLSafeSerializer:
    return URLSafeSerializer(request.app.state.desk.settings.secret_key.get_secret_value(), salt=_FLASH)


def _flash(request: Request) -> list[dict[str, str]]:
    try:
        notes: list[dict[str, str]] = _serializer(request).loads(request.cookies.get(_FLASH, ""))
    except BadSignature:
        return []
    return notes


def page(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Render `template` with what every page needs: person, form token, time, notes from the last step."""
    desk: Desk = request.app.state.desk
    notes = _flash(request)
    visitor = getattr(request.state, "visitor", "")
    body = render(
        desk.pages,
        template,
        **{
            "person": getattr(request.state, "person", None),
            "csrf_token": form_token(visitor, desk.settings.secret_key.get_secret_value()),
            "csp_nonce": "",
            "request_path": request.url.path,
            "request_method": request.method,
            "request_query": dict(request.query_params),
            "public_url": desk.settings.public_url,
            "now": now(),
            "status": status,
            "service": desk.settings.service,
            "flash": notes,
            "unread": None,
            **context,
        },
    )
    response = HTMLResponse(body, status)
    if notes:
        response.delete_cookie(_FLASH, path="/")
    return response


def cut(request: Request, total: int, sizes: Sequence[int]) -> dict[str, int]:
    """The page of a list that the address asks for: number, size, how many pages; what makes no sense is left out."""
    number, size = request.query_params.get("trang", ""), request.query_params.get("so-dong", "")
    rows = int(size) if size.isdecimal() and int(size[:4]) in sizes else sizes[0]
    pages = max(1, -(-total // rows))
    return {"size": rows, "pages": pages, "number": min(max(1, int(number[:6])), pages) if number.isdecimal() else 1}


def table_file(name: str, suffix: str, title: str, rows: Sequence[Sequence[object]]) -> Response:
    """Rows, heads first, as a file named with the time. Raises NotFound for a kind of file that is not made."""
    kinds = {"csv": (tables.CSV, tables.as_csv), "xlsx": (tables.XLSX, lambda made: tables.as_xlsx(made, title))}
    if suffix not in kinds:
        raise NotFound
    media_type, make = kinds[suffix]
    headers = {"Content-Disposition": f'attachment; filename="{name}-{local(now()):%Y%m%d-%H%M}.{suffix}"'}
    return Response(make(rows), media_type=media_type, headers=headers)


def see_other(request: Request, url: str, note: str = "", kind: str = "success") -> Response:
    """Go on to `url` after a form, with a note that the next page shows once."""
    response = RedirectResponse(url, status_code=303)
    if note:
        set_cookie(
            request, response, _FLASH, str(_serializer(request).dumps([{"kind": kind, "text": note}])), max_age=60
        )
    return response


def wants_json(request: Request) -> bool:
    """Whether a program asks: under /api, or with an Accept header that prefers JSON."""
    return request.url.path.startswith("/api/") or request.headers.get("accept", "").startswith("application/json")
