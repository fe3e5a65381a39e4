"""Every route of every service says who may enter, and the factory refuses an application with one that does not."""

import importlib
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from fastapi import APIRouter, FastAPI
from starlette.responses import Response
from starlette.routing import Mount

from deploy.image import healthy
from shared.identity import PUBLIC, Role, SignedOutBefore, may
from shared.mongo import Store
from shared.settings import ServiceSettings
from shared.web import Service, create_app
from tests.architecture import rules_of_processes as rules

SERVICES = ("submissions", "judging", "notifications")


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_says_who_may_enter(service):
    assert rules.ungated(importlib.import_module(f"services.{service}.web").app) == []


def _router(*, gated: bool) -> APIRouter:
    router = APIRouter()
    router.add_api_route("/bai-du-thi", lambda: None, dependencies=[PUBLIC] if gated else [])
    return router


def _within(router: APIRouter) -> APIRouter:
    outer = APIRouter(prefix="/trong")
    outer.include_router(router)
    return outer


def _nobody(_: Store) -> SignedOutBefore:
    async def never(_: str) -> None:
        return None

    return never


def _mounted(app: FastAPI) -> None:
    app.router.routes.append(Mount("/tep", Response("x")))


def _bare_endpoint(app: FastAPI) -> None:
    app.add_route("/tran", lambda _: Response("x"))


@pytest.mark.parametrize(
    "plant",
    [
        lambda app: app.include_router(_router(gated=False)),
        lambda app: app.include_router(_within(_router(gated=False))),
        lambda app: app.add_api_route("/bai-du-thi", lambda: None),
        _mounted,
        _bare_endpoint,
    ],
)
def test_a_route_that_lets_anybody_in_by_oversight_is_found(plant):
    app = FastAPI(docs_url=None, redoc_url=None)
    app.include_router(_router(gated=True))
    assert rules.ungated(app) == []
    plant(app)
    assert len(rules.ungated(app)) == 1


def test_a_gate_on_the_route_on_its_router_or_in_a_parameter_counts():
    app = FastAPI(docs_url=None, redoc_url=None)
    app.include_router(_router(gated=False), dependencies=[may(Role.JUDGE)])

    @app.get("/toi")
    async def who(person: object = may(Role.JUDGE)) -> str:
        return str(person)

    assert rules.ungated(app) == []


@pytest.mark.parametrize("wrap", [lambda router: router, _within])
def test_the_factory_refuses_to_make_an_application_with_an_open_route(wrap, tmp_path):
    def service(*, gated: bool) -> Service:
        router = wrap(_router(gated=gated))
        return Service(ServiceSettings(service="thu"), [router], tmp_path, signed_out_before=_nobody)

    with pytest.raises(RuntimeError, match="/bai-du-thi"):
        create_app(service(gated=False))
    assert rules.ungated(create_app(service(gated=True))) == []


@pytest.mark.parametrize(("status", "verdict"), [(200, True), (503, False)])
def test_the_health_question_of_the_image_takes_only_a_yes(status, verdict):
    class Healthz(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Healthz) as server:
        Thread(target=server.handle_request).start()
        assert healthy.healthy(server.server_port) is verdict


def test_a_silent_port_is_unhealthy_and_every_web_process_answers_the_question(unused_tcp_port, tmp_path):
    assert not healthy.healthy(unused_tcp_port)
    app = create_app(Service(ServiceSettings(service="thu"), [], tmp_path, signed_out_before=_nobody))
    assert "/healthz" in {getattr(route, "path", "") for route in app.routes}
