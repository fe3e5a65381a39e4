"""Rules about processes: every route has a gate, and what compose, Makefile and env files name exists in the code."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from shared.identity import Gate

WITHOUT_GATE = {"/healthz", "/readyz", "/static"}
"""What answers without asking who comes, besides the interface description: health, and files that are the same for all."""


def ungated(app: FastAPI) -> list[str]:
    """Routes, also of included routers and mounts, that do not say who may enter."""
    found = []
    for route in iter_route_contexts(app.routes):
        path = str(route.path)
        if isinstance(route.original_route, APIRoute):
            if not _has_gate(route.dependant):
                found.append(f"{sorted(route.methods or [])} {path}")
        elif path not in WITHOUT_GATE and path != app.openapi_url:
            found.append(f"{type(route.original_route).__name__} {path}")
    return found


def _has_gate(dependant: Dependant) -> bool:
    return isinstance(dependant.call, Gate) or any(map(_has_gate, dependant.dependencies))


Compose = Mapping[str, Any]
_PREFIXED = re.compile(r"\b(SUBMISSIONS|JUDGING|NOTIFICATIONS)_([A-Z][A-Z_]*)\b")
_VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)")


def unknown_settings(text: str, fields: Mapping[str, set[str]]) -> list[str]:
    """Names with a service's prefix that are no field of its Settings. `fields`: service -> names of its fields."""
    found = []
    for service, name in set(_PREFIXED.findall(text)):
        known = {field.upper() for field in fields[service.lower()]}
        # <SERVICE>_WEB is the front door's, <SERVICE>_MONGO_PASSWORD is written into the service's MONGO_URL.
        if name not in known | {"WEB", "MONGO_PASSWORD"}:
            found.append(f"{service}_{name}")
    return sorted(found)


def undefined_variables(compose_text: str, env_text: str) -> list[str]:
    """Variables of the compose file that the site's env file does not name, and the other way round."""
    used = set(_VARIABLE.findall(compose_text))
    named = {line.partition("=")[0] for line in env_text.splitlines() if "=" in line and not line.startswith("#")}
    return [f"{name}: compose asks for it, the env file has it not" for name in sorted(used - named)] + [
        f"{name}: in the env file, compose has no use for it" for name in sorted(named - used)
    ]


def missing_files(compose: Compose, root: Path) -> list[str]:
    """Build files and mounted files that are not there."""
    found = []
    for name, service in compose["services"].items():
        build = service.get("build")
        paths = [f"{build['context']}/{build['dockerfile']}"] if build else []
        paths += [volume.split(":")[0] for volume in service.get("volumes", []) if volume.startswith("./")]
        found += [f"{name}: {path} does not exist" for path in paths if not (root / path).exists()]
    return found


def missing_modules(compose: Compose, root: Path) -> list[str]:
    """Python modules in commands and health checks that are not there, or lack what is asked of them."""
    found = []
    for name, service in compose["services"].items():
        for command in (service.get("command", []), service.get("healthcheck", {}).get("test", [])):
            found += [f"{name}: {problem}" for problem in _problems(command, root)]
    return found


def _problems(command: list[str], root: Path) -> Iterator[str]:
    for word in command:
        module, _, attribute = word.partition(":")
        if module.split(".")[0] not in {"services", "shared", "deploy"}:
            continue
        path = root / module.replace(".", "/")
        file = next((each for each in (path.with_suffix(".py"), path / "__main__.py") if each.is_file()), None)
        if file is None:
            yield f"there is no module {module}"
        elif (attribute or "-A" in command) and not re.search(rf"(?m)^{attribute or 'app'}\b.*=", file.read_text()):
            yield f"{module} has no {attribute or 'app'}"


def health_faults(compose: Compose) -> list[str]:
    """Processes without a health check, or with one that asks another port than the process answers on."""
    found = []
    for name, service in processes(compose).items():
        kind = name.rpartition("-")[2]
        test = service.get("healthcheck", {}).get("test", [])
        if "deploy.image.healthy" not in test:
            found.append(f"{name}: no health check")
            continue
        prefix = name.rpartition("-")[0].upper()
        port = (
            _after(service["command"], "--port")
            if kind == "web"
            else service["environment"].get(f"{prefix}_HEALTH_PORT")
        )
        if test[-1] != port:
            found.append(f"{name}: the health check asks port {test[-1]}, the process answers on {port}")
    return found


def processes(compose: Compose) -> dict[str, Any]:
    """The web, worker and relay of every service."""
    return {
        name: each
        for name, each in compose["services"].items()
        if name.rpartition("-")[2] in {"web", "worker", "relay"}
    }


def _after(command: list[str], option: str) -> str | None:
    return command[command.index(option) + 1] if option in command else None


def dangling(compose: Compose) -> list[str]:
    """Names of other containers, in waits and in addresses, that nobody bears; waits for a health nobody tells."""
    services = compose["services"]
    found = []
    for name, service in services.items():
        for other, wait in service.get("depends_on", {}).items():
            if other not in services:
                found.append(f"{name} waits for {other}, which is not there")
            elif wait["condition"] == "service_healthy" and "healthcheck" not in services[other]:
                found.append(f"{name} waits for the health of {other}, which has no check")
        found += [f"{name} calls {host}, which is not there" for host in _hosts(service) if host not in services]
    return found


def _hosts(service: Mapping[str, Any]) -> Iterator[str]:
    for value in map(str, service.get("environment", {}).values()):
        yield from re.findall(r"(?:https?://|@|^)([a-z][a-z-]*):\d{2,5}\b", value)


def stray_placeholders(environment: Iterable[str], caddyfile: str) -> list[str]:
    """Names given to the front door that its configuration never asks for."""
    return [f"{name}: the Caddyfile has no {{${name}}}" for name in environment if f"{{${name}" not in caddyfile]


def missing_sources(dockerfile: str, root: Path) -> list[str]:
    """Files that the image copies from the checkout and that are not in it."""
    found = []
    for line in dockerfile.splitlines():
        words = line.split()
        if words[:1] == ["COPY"] and not words[1].startswith("--from"):
            found += [path for path in words[1:-1] if not (root / path).exists()]
    return found
