"""The import contracts of pyproject.toml hold, and each of them breaks on a planted import in a skeleton of the tree."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = (ROOT / "pyproject.toml").read_text()
CONTRACTS = {contract["id"]: contract for contract in tomllib.loads(PROJECT)["tool"]["importlinter"]["contracts"]}
ROOM_FILES = ("domain", "repository", "service", "routes", "agents")
SKELETON = (
    "deploy.cli",
    "deploy.demo.driver",
    "shared.events.submissions",
    "services.notifications.deliveries.channels.email",
)

# contract -> (the module that gets a line, the line)
PLANTED = {
    "services-apart": ("services.judging.copies.service", "import services.submissions.entries.domain"),
    "down-to-shared": ("shared.text", "import services.judging.settings"),
    "demo-over-http": ("deploy.demo.driver", "import shared.mongo"),
    "inside-a-room": ("services.judging.sheets.domain", "import services.judging.sheets.repository"),
    "rooms-of-submissions": ("services.submissions.people.service", "import services.submissions.entries.service"),
    "rooms-of-judging": ("services.judging.rubrics.domain", "import services.judging.results.domain"),
    "rooms-of-notifications": ("services.notifications.copies.service", "import services.notifications.feeds.service"),
    "pure-rules": ("services.judging.finals.domain", "import shared.text_of_pages"),
    "drivers-in-shared": ("services.submissions.entries.repository", "import pymongo"),
}


def _layers(service: str) -> list[str]:
    layers = CONTRACTS[f"rooms-of-{service}"]["layers"]
    return [name.strip("() ") for layer in layers for name in layer.split("|")]


def _lint(folder: Path) -> tuple[int, dict[str, bool]]:
    """Exit status, and contract id -> kept."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", folder / "pyproject.toml"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = dict(re.findall(r"(?m)^(.+) (KEPT|BROKEN)\b", done.stdout))
    return done.returncode, {name: verdicts.get(contract["name"]) == "KEPT" for name, contract in CONTRACTS.items()}


def _module(folder: Path, name: str, line: str = "") -> None:
    path = folder / name.replace(".", "/")
    path.parent.mkdir(parents=True, exist_ok=True)
    for parent in path.parents:
        if parent == folder:
            break
        (parent / "__init__.py").touch()
    with path.with_suffix(".py").open("a") as out:
        out.write(f"{line}\n")


@pytest.fixture(scope="module")
def skeleton(tmp_path_factory):
    """The tree of the design with empty files: every service, room and file that a contract speaks of."""
    folder = tmp_path_factory.mktemp("skeleton")
    (folder / "pyproject.toml").write_text(PROJECT)
    for service in ("submissions", "judging", "notifications"):
        for name in _layers(service):
            if name in ("web", "relay", "worker", "settings"):
                _module(folder, f"services.{service}.{name}")
            else:
                for file in ROOM_FILES:
                    _module(folder, f"services.{service}.{name}.{file}")
    named = [name for contract in CONTRACTS.values() for name in contract.get("forbidden_modules", ())]
    for name in {*SKELETON, *(name for name in named if name.startswith("shared."))}:
        _module(folder, name)
    _module(folder, "shared.text")
    # An indirect way to a framework: forbidden to rules all the same.
    _module(folder, "shared.text_of_pages", "import fastapi")
    return folder


def test_the_tree_keeps_every_contract():
    assert _lint(ROOT) == (0, dict.fromkeys(CONTRACTS, True))


def test_an_empty_skeleton_keeps_every_contract(skeleton):
    assert _lint(skeleton) == (0, dict.fromkeys(CONTRACTS, True))


def test_every_contract_has_its_planted_violation():
    assert PLANTED.keys() == CONTRACTS.keys()


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_import_breaks_the_contract(skeleton, contract):
    module, line = PLANTED[contract]
    file = skeleton / (module.replace(".", "/") + ".py")
    before = file.read_text()
    try:
        _module(skeleton, module, line)
        status, kept = _lint(skeleton)
    finally:
        file.write_text(before)
    assert status == 1
    assert not kept[contract]


@pytest.mark.parametrize("service", ["submissions", "judging", "notifications"])
def test_a_new_room_without_a_place_breaks_the_order_of_its_service(skeleton, service):
    room = skeleton / "services" / service / "somewhere"
    room.mkdir()
    try:
        (room / "__init__.py").touch()
        status, kept = _lint(skeleton)
    finally:
        (room / "__init__.py").unlink()
        room.rmdir()
    assert status == 1
    assert not kept[f"rooms-of-{service}"]


def test_the_channels_alone_may_speak_a_providers_protocol(skeleton):
    module = skeleton / "services/notifications/deliveries/channels/email.py"
    before = module.read_text()
    try:
        module.write_text("import aiosmtplib\n")
        assert _lint(skeleton)[1]["drivers-in-shared"]
    finally:
        module.write_text(before)
