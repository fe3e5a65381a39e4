"""Pages of every service: the desk that routes share, rendering, flash notes, cookies."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeSerializer

from shared.clock import now
from shared.identity import SignedOutBefore, form_token
from shared.mongo import Store
from shared.settings import ServiceSettings
from shared.ui.render import render

_FLASH = "sk_flash"


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
