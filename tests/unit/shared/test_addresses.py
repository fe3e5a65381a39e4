"""A request that is tried against fewer routes is answered by the same one."""

import re
from typing import Any

import pytest
from fastapi import APIRouter
from starlette.routing import Match

from services.judging import web as judging
from services.notifications import web as notifications
from services.submissions import web as submissions
from shared.addresses import Addresses
from shared.web import policies


def _answers(router: APIRouter, method: str, path: str) -> Any:
    """The route below `router` that answers first, or allows other methods."""
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
    found = [(route.matches({**scope})[0], route) for route in router.routes]
    return next((route for match, route in found if match is Match.FULL), None) or next(
        (route for match, route in found if match is Match.PARTIAL), None
    )


@pytest.mark.parametrize("service", [submissions, judging, notifications])
def test_every_address_is_answered_by_the_route_that_the_whole_service_would_choose(service: Any) -> None:
    router, few = service.app.router, 0
    addresses = Addresses(router)
    known = {path for _, path in policies(service.app)}
    tried = known | {re.sub(r"{[^}]*}", filled, path) for path in known for filled in ("0193a", "moi", "trung-lap")}
    tried |= {f"{path}/" for path in known} | {
        "/static/dist/site.css",
        "/healthz",
        "/khong-co",
        "/tiep-nhan/a/b/c/d",
        "",
        "//",
    }
    for path in sorted(tried):
        few += len(addresses.part(path).routes) < len(router.routes) / 2
        for method in ("GET", "POST", "PUT", "HEAD"):
            assert _answers(addresses.part(path), method, path) is _answers(router, method, path), (method, path)
    assert few > len(known) / 2
