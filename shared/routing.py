"""Finding the router of a request quickly. The framework asks every route in turn, twice; a service has some hundreds."""

import re
from collections.abc import Sequence

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Match, compile_path
from starlette.types import Scope

_NAMED = re.compile(r"\(\?P<\w+>")


def quicken(routes: Sequence[BaseRoute]) -> None:
    """Put one pattern of all its paths before each included router: those it cannot match are not asked one by one.

    Call it when all routes are there. What is found stays the same: what passes the pattern is still asked.
    """
    for route in routes:
        paths = [context.path for context in iter_route_contexts([route])]
        if len(paths) > 1:
            _sieve(route, [path for path in paths if path is not None])


def _sieve(route: BaseRoute, paths: Sequence[str]) -> None:
    patterns = (_NAMED.sub("(?:", compile_path(path)[0].pattern) for path in dict.fromkeys(paths))
    possible, ask = re.compile("|".join(patterns)), route.matches

    def matches(scope: Scope) -> tuple[Match, Scope]:
        passes = scope.get("root_path") or possible.match(scope["path"])
        return ask(scope) if passes else (Match.NONE, {})

    route.matches = matches  # type: ignore[method-assign]
