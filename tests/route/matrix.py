"""Role by route by object, generated from the gates that the routes declare: what is asked, as whom, with which answer."""

import importlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import httpx

from deploy.demo import cast
from deploy.demo.client import Api
from deploy.local.ports import SERVICES
from deploy.local.system import System
from shared.identity import Gate, Role
from shared.ids import new_id
from shared.web import policies
from tests.route.playing import Played, wait_for

_PLACEHOLDER = re.compile(r"{(\w+)(?::\w+)?}")
_SCOPED = tuple(role for role in Role if role not in (Role.ENTRANT, Role.ADMINISTRATOR))
SITE_WIDE = frozenset({"person_id", "unit_id", "suffix"})
"""Placeholders of things that belong to no contest."""
ABOUT_ONESELF = frozenset({"/api/submissions/v1/contests/{slug}/eligibility"})
"""Of a contest that everybody may see, and answered for nobody but the asker."""


@dataclass(frozen=True)
class Operation:
    """A method on a path, and who may enter."""

    method: str
    path: str
    gate: Gate = field(compare=False)

    @property
    def placeholders(self) -> set[str]:
        """The names of what the path asks for."""
        return set(_PLACEHOLDER.findall(self.path))

    def admits(self, roles: Iterable[Role]) -> bool:
        """Whether the gate lets somebody with these roles in."""
        return self.gate.public or not self.gate.roles or bool(self.gate.roles & set(roles))


def operations() -> list[Operation]:
    """Every operation of the three services, pages and JSON alike."""
    found = []
    for service in SERVICES:
        declared = policies(importlib.import_module(f"services.{service}.web").app)
        found += [Operation(method, path, gate) for (method, path), gate in declared.items()]
    return sorted(found, key=lambda one: (one.path, one.method))


@dataclass(frozen=True)
class Actor:
    """Somebody who knocks: a role in another contest than the one that is asked about, an entrant, or nobody."""

    name: str
    roles: tuple[Role, ...] = ()
    email: str = ""


def cast_of_strangers(system: System, other_contest: str) -> list[Actor]:
    """One person for each role, holding it in `other_contest` only; a plain entrant; and a visitor who is not signed in."""
    mail, password = system.administrator
    run = new_id()[-8:]

    async def make() -> list[Actor]:
        made = []
        async with Api(system.url, email=mail, password=password) as api:
            for role in (*_SCOPED, Role.ENTRANT):
                email = f"{role.value.replace('_', '-')}.{run}@sangkien.example"
                scope = "*" if role is Role.ENTRANT else other_contest
                held = [{"role": role.value, "scope": scope}]
                body = {"name": f"Người Vai {role.value}", "email": email, "password": cast.PASSWORD, "roles": held}
                await api.make("/api/submissions/v1/people", {**body, "kind": "resident"})
                made.append(Actor(role.value, (role,), email))
        return made

    return [Actor("nobody"), *wait_for(make())]


def sign_in(system: System, actor: Actor) -> httpx.Client:
    """A client that speaks for `actor`."""
    headers = {"Origin": system.url, "Accept": "application/json"}
    client = httpx.Client(base_url=system.url, trust_env=False, timeout=30, headers=headers)
    if actor.email:
        body = {"email": actor.email, "password": cast.PASSWORD}
        token = client.post("/api/submissions/v1/sessions", json=body).json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
    return client


def objects(played: Played) -> dict[str, str]:
    """A thing that exists, of the played contest, for each placeholder of the paths."""
    slot = next(line["data"]["slot_id"] for line in played.log if line["kind"] == "slot.opened")
    sheet = next(line["data"]["sheet_id"] for line in played.log if line["kind"] == "sheet.sealed")
    entry = played.handed_in[0]
    known = {"contest_id": played.desk.contest_id, "entry_id": entry.entry_id, "slug": played.slug}
    known |= {"slot_id": slot, "sheet_id": sheet, "person_id": entry.person_id}
    known |= {"round_": "preliminary", "path": "so-khao", "step": "khoa", "number": "1"}
    known |= {"step_id": "chung", "suffix": "csv", "unit_id": played.demo.units[0].id}
    return known


UNKNOWABLE = frozenset(
    {
        "notice_id", "conflict_id", "delivery_id", "file_id", "copy_id", "secret", "sign_up_id", "beginning", "document_id", "identity_id",
        "import_id", "key_id", "request_id", "act_id", "upload_id", "invitation_id", "pair_id", "work_id",
    }
)  # fmt: skip
"""Placeholders filled with an id that nothing has: whoever may not know the thing learns as much from one that exists."""


def filled(path: str, known: dict[str, str]) -> str:
    """The path with ids in it. Raises KeyError for a placeholder that nobody has thought of."""
    given = known | {name: new_id() for name in UNKNOWABLE}
    return _PLACEHOLDER.sub(lambda found: given[found[1]], path)
