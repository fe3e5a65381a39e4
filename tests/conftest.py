"""What holds for every test: the marker of its folder, and no sockets where a test does no I/O."""

import socket
from pathlib import Path
from typing import Any, NoReturn

import pytest

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
