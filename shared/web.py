"""The web process of every service: application factory, gates checked, security headers, health."""

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import health, logs, once, outbox, problems
from shared.addresses import Addresses
from shared.clock import now
from shared.consume import INDEXES as CONSUME_INDEXES
from shared.identity import VISITOR_COOKIE, Gate, SignedOutBefore
from shared.mongo import Index, Store
from shared.pages import Desk, store_of
from shared.settings import ServiceSettings
from shared.stores import opened
from shared.ui.render import environment

STATIC = Path(__file__).parent / "ui" / "static"
MAX_BODY = 21 * 1024 * 1024
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_TRACEPARENT_PARTS = 4
Extra = Callable[[FastAPI], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Service:
    """What makes up the web process of a service."""

    settings: ServiceSettings
    routers: Sequence[APIRouter]
    templates: Path
    signed_out_before: Callable[[Store], SignedOutBefore]
    indexes: Sequence[Index] = ()
    background: Sequence[Extra] = ()
    """Things that live as long as the process: a change-stream reader, a sender."""


def create_app(service: Service) -> FastAPI:
    """The FastAPI application of a service. Raises RuntimeError for a route without a gate."""
    settings = service.settings
    logs.configure(f"{settings.service}.web", settings.log_level)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        desk: Desk = app.state.desk
        desk.store = opened(settings, "web")
        desk.signed_out_before = service.signed_out_before(desk.store)
        await desk.store.ensure([*service.indexes, *once.INDEXES, *outbox.INDEXES, *CONSUME_INDEXES])
        async with AsyncExitStack() as stack:
            for extra in service.background:
                await stack.enter_async_context(extra(app))
            yield
        desk.store.close()

    app = FastAPI(
        title=f"Sáng Kiến – {settings.service}",
        lifespan=lifespan,
        openapi_url=f"/api/{settings.service}/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        max_body_size=2 * MAX_BODY,
    )
    templates = [service.templates, Path(__file__).parent / "ui" / "templates"]
    app.state.desk = Desk(settings, _nobody_knows, environment(templates))
    for router in service.routers:
        app.include_router(router)
    _refuse_ungated(app)
    _publish_policies(app)
    _add_health(app)
    app.mount("/static", StaticFiles(directory=STATIC, check_dir=False), name="static")
    app.router.middleware_stack = RequestBodyLimitMiddleware(Addresses(app.router), max_body_size=2 * MAX_BODY)
    app.add_middleware(_Around, secure=settings.public_url.startswith("https://"))
    problems.add_handlers(app)
    return app


async def _nobody_knows(_: str) -> None:
    raise RuntimeError("the application has not started")


def gates(route: APIRoute | RouteContext) -> list[Gate]:
    """The gates a route declares."""
    found, waiting = [], [route.dependant]
    while waiting:
        dependant = waiting.pop()
        if isinstance(dependant.call, Gate):
            found.append(dependant.call)
        waiting.extend(dependant.dependencies)
    return found


def _refuse_ungated(app: FastAPI) -> None:
    # `app.routes` holds an included router as one entry; its routes only show up this way.
    routes = (each for each in iter_route_contexts(app.routes) if isinstance(each.original_route, APIRoute))
    open_routes = [route.path for route in routes if not gates(route)]
    if open_routes:
        raise RuntimeError(f"routes that do not say who may enter: {open_routes}")


def policies(app: FastAPI) -> dict[tuple[str, str], Gate]:
    """Method and path of every route of `app`, with the gate that it declares."""
    found: dict[tuple[str, str], Gate] = {}
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute) and route.path and (declared := gates(route)):
            found |= {(method, route.path): declared[0] for method in route.methods or ()}
    return found


def _publish_policies(app: FastAPI) -> None:
    """OpenAPI says of each operation who may enter (`x-may-enter`): the roles, `signed in` or `everybody`."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        for (method, path), gate in policies(app).items():
            operation = document["paths"].get(path, {}).get(method.lower())
            if operation is not None:
                operation["x-may-enter"] = gate.describe()
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way of extending the document


def _add_health(app: FastAPI) -> None:
    async def healthz(_: Request) -> Response:
        return JSONResponse({"alive": True})

    async def readyz(request: Request) -> Response:
        async def probe() -> dict[str, bool]:
            await store_of(request).ping()
            return {"database": True}

        status, body = await health.answer(probe)
        return JSONResponse(body, status)

    app.add_route("/healthz", healthz, include_in_schema=False)
    app.add_route("/readyz", readyz, include_in_schema=False)


def _measured(request: Request, receive: Receive) -> Receive:
    """`receive` that stops at the limit, and sees to it that it is noted when the last byte was here."""
    read = 0

    async def measured() -> Message:
        # The framework's own limit answers in English whatever the handlers say; it stays as the outer wall.
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if max(read, int(request.headers.get("content-length") or 0)) > MAX_BODY:
            raise HTTPException(413)
        if message["type"] == "http.request" and not message.get("more_body"):
            request.scope["state"].setdefault("arrived_at", now())  # `shared.serve` was quicker
        return message

    return measured


class _Around:
    """Around every request: correlation id, visitor cookie, security headers, caching, the last catch."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        incoming = request.headers.get("traceparent", "")
        known = incoming.count("-") + 1 == _TRACEPARENT_PARTS
        logs.traceparent.set(incoming if known else logs.new_traceparent())
        request.state.visitor = request.cookies.get(VISITOR_COOKIE) or secrets.token_urlsafe(18)
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._dress(request, MutableHeaders(scope=message))
            await send(message)

        try:
            await self.app(scope, _measured(request, receive), send_with_headers)
        except Exception as error:  # noqa: BLE001 - the last catch of the process
            response = problems.on_surprise(request, error)
            if not started:
                await response(scope, receive, send_with_headers)

    def _dress(self, request: Request, headers: MutableHeaders) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        path = request.url.path
        if path.startswith("/static/"):
            if "/dist/" in path:
                headers["Cache-Control"] = "public, max-age=31536000, immutable"
            return
        headers.setdefault("Cache-Control", "no-store")
        if VISITOR_COOKIE not in request.cookies:
            secure = "; Secure" if self.secure else ""
            cookie = f"{VISITOR_COOKIE}={request.state.visitor}; HttpOnly; Path=/; SameSite=lax{secure}"
            headers.append("Set-Cookie", cookie)
