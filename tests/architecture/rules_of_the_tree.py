"""Rules about how modules lean on each other: doors of rooms, drivers behind one file, agents listed, topics consumed."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from grimp import ImportGraph

DOORS = {"service", "domain"}
"""What other code may import of a room."""
HOMES = {
    "motor": "shared/mongo.py",
    "pymongo": "shared/mongo.py",
    "bson": "shared/mongo.py",
    "gridfs": "shared/mongo.py",
    "faust": "shared/kafka.py",
    "mode": "shared/kafka.py",
    "aiokafka": "shared/kafka.py",
    "jinja2": "shared/ui/render.py",
}
"""Library -> the one file of the system that imports it."""


def wrong_doors(graph: ImportGraph, root: str = "services") -> list[str]:
    """Imports that enter a room past its service and domain. A web process may mount the room's routes."""
    found = []
    for service in graph.find_children(root):
        for room in sorted(module for module in graph.find_children(service) if graph.find_children(module)):
            for inside in graph.find_descendants(room) | {room}:
                part = inside.removeprefix(f"{room}.").split(".")[0]
                found += [
                    f"{importer} enters {inside}"
                    for importer in graph.find_modules_that_directly_import(inside)
                    if not _inside(importer, room) and part not in DOORS and not _mounts(importer, service, part)
                ]
    return sorted(found)


def _inside(module: str, room: str) -> bool:
    return module == room or module.startswith(f"{room}.")


def _mounts(importer: str, service: str, part: str) -> bool:
    return importer == f"{service}.web" and part == "routes"


def imported(text: str) -> set[str]:
    """Top-level names of all packages a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def drivers_abroad(sources: Mapping[str, str]) -> list[str]:
    """Files (path -> text) that import a library which belongs into one other file."""
    return [
        f"{path} imports {library}, which belongs into {HOMES[library]}"
        for path, text in sources.items()
        for library in sorted(imported(text) & HOMES.keys())
        if path != HOMES[library]
    ]


def unlisted_agents(service: Path) -> list[str]:
    """Rooms with agents that the service's worker does not run, and rooms it names in vain."""
    listed = set(_rooms_of_worker((service / "worker.py").read_text()))
    there = {path.parent.name for path in service.glob("*/agents.py")}
    return [f"{service.name}: {room} has agents, worker.py does not name it" for room in sorted(there - listed)] + [
        f"{service.name}: worker.py names {room}, which has no agents" for room in sorted(listed - there)
    ]


def _rooms_of_worker(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.keyword) and node.arg == "rooms":
            yield from ast.literal_eval(node.value)


def consumed(agents: str) -> set[str]:
    """Names of `shared.topics` that the decorators of an agents file read: `@worker.agent(ENTRIES)`, `@worker.figure(…)`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(agents)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"agent", "figure"}
        ):
            found |= {ast.unparse(argument).rsplit(".", 1)[-1] for argument in node.args}
    return found


def unheard(topics: Mapping[str, str], agents: Iterable[str], changelogs: Mapping[str, str]) -> list[str]:
    """Topics (name in `shared.topics` -> reason why nobody listens, or "") that no agents file reads, without a reason.

    A figure names the changelog of its table; `changelogs` tells the topic behind it. A reason for a topic that is read
    is a finding too: it is no longer true.
    """
    heard = {changelogs.get(name, name) for text in agents for name in consumed(text)}
    silent = [
        f"{name}: nobody consumes it and no reason is given"
        for name in topics
        if name not in heard and not topics[name]
    ]
    return silent + [
        f"{name}: is consumed, yet a reason says it is not" for name in topics if name in heard and topics[name]
    ]
