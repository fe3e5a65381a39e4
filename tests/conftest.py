"""What holds for every test: the marker of its folder, no sockets where a test does no I/O, one whole system for those that want it."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.local.system import System

TESTS = Path(__file__).parent
KINDS = ("unit", "architecture", "contracts", "integration", "route", "browser", "chaos", "bench")
WITHOUT_SOCKETS = {"unit", "contracts"}


class SocketBlockedError(RuntimeError):
    """A test that does no I/O reached for the network."""


def kind_of(path: Path) -> str:
    """The first folder below tests/: what kind of test a file holds."""
    return path.relative_to(TESTS).parts[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test bears the marker of its folder."""
    for item in items:
        kind = kind_of(item.path)
        if kind in KINDS:
            item.add_marker(kind)


@pytest.fixture(autouse=True)
def _no_sockets(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind_of(request.node.path) not in WITHOUT_SOCKETS:
        return

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise SocketBlockedError("a unit test does no I/O; what needs a server belongs into tests/integration")

    # An event loop keeps its own pair of connected sockets, so only reaching out is refused.
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The whole system on free ports in a throw-away folder, shared by the tests of the route in JSON and in the browser.

    `TESTED_SYSTEM` names the data folder of one that runs already: writing such tests goes faster with it.
    """
    from deploy.local.system import System  # noqa: PLC0415 - a unit test pays for none of this

    running = os.environ.get("TESTED_SYSTEM")
    if running:
        yield System.running(Path(running))
        return
    with System(tmp_path_factory.mktemp("whole")) as started:
        yield started
