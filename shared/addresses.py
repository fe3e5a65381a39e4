"""Which routers can answer an address, known at the start: a request is not tried against every route of a service."""

import copy
from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, compile_path
from starlette.types import Receive, Scope, Send

_API_PARTS = 4


class Addresses:
    """Stands before a router and hands each request to a copy of it that knows only the routes that may fit.

    The order of the routes stays, and the last word with the framework: what is left out could not have answered.
    """

    def __init__(self, router: APIRouter) -> None:
        """`router` has all of its routes."""
        self._router = router
        known = [(route, _paths(route)) for route in router.routes]
        parts = {_begin(path) for _, paths in known for path in paths}
        whole = {path for _, paths in known for path in paths if "{" not in path}
        self._by_path = {path: self._narrowed([one for one, paths in known if _fits(paths, path)]) for path in whole}
        self._by_begin = {
            begin: self._narrowed([one for one, paths in known if {_begin(path) for path in paths} & {begin, "{"}])
            for begin in parts
        }

    def _narrowed(self, routes: Sequence[BaseRoute]) -> APIRouter:
        part = copy.copy(self._router)
        part.routes = list(routes)
        return part

    def part(self, path: str) -> APIRouter:
        """The router for an address; the whole one when it begins like nothing we know."""
        return self._by_path.get(path) or self._by_begin.get(_begin(path)) or self._router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on."""
        scope.setdefault("router", self._router)
        await self.part(scope.get("path", "")).app(scope, receive, send)


def _paths(route: BaseRoute) -> list[str]:
    found = [one.path for one in iter_route_contexts([route]) if one.path]
    return found or [getattr(route, "path", "")]


def _begin(path: str) -> str:
    """The first part of an address; of a program's the first four, because all of them begin with `api/service/v1`."""
    parts = path.removeprefix("/").split("/", _API_PARTS)
    begin = parts[: _API_PARTS if parts[0] == "api" else 1]
    return "{" if any(part.startswith("{") for part in begin) else "/".join(begin)


def _fits(paths: Sequence[str], path: str) -> bool:
    return any(compile_path(one)[0].match(path) for one in paths)
