"""The secretary's register among very many entries against a bare page of the same size: CPU of one process, in turn.

Both are asked as a server would ask them, without a socket: the application as it is deployed, and a FastAPI route that
reads the same lines with motor and fills a plain Jinja template padded to the same number of bytes.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from statistics import median
from typing import Any

from fastapi import FastAPI, Response
from jinja2 import Environment
from motor.motor_asyncio import AsyncIOMotorClient
from pydantic import SecretStr

from deploy.demo import load, stage
from deploy.demo.progress import Bar, Stages
from deploy.local.stack import Stack
from services.submissions import web
from services.submissions.contests import service as contests
from services.submissions.intake import service as intake
from services.submissions.intake.domain import Line
from services.submissions.people import service as people
from services.submissions.people.domain import SignUp
from services.submissions.rules.domain import Rules
from services.submissions.settings import Settings
from services.submissions.states.domain import State
from shared import identity
from shared.clock import now
from shared.identity import Person
from shared.ids import new_code, new_id
from shared.mongo import Store
from shared.text import folded
from tests.bench import clocks
from tests.bench.figures import Figure, paired

_DATABASE = "bench_register"
_STAFF = Person("bench", "Người đo", frozenset({("administrator", "*"), ("organiser", "*"), ("secretary", "*")}))
_SHOWN = 20
_ASKED_AT_ONCE = 12
"""Pages in one slice."""
_WARM = 3
_STATES = (State.SUBMITTED, State.RETURNED, State.ACCEPTED, State.REFUSED, State.WITHDRAWN)
_CHANNELS = ("online", "online", "online", "desk", "post", "commune")
_BARE = """<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Sổ</title></head><body><table>
{% for line in lines %}<tr><td>{{ line.number }}</td><td><a href="/{{ line._id }}">{{ line.title }}</a> {{ line.receipt }}</td>
<td>{{ line.unit }}</td><td>{{ line.channel }}</td><td>{{ line.submitted_at }}</td><td>{{ line.state }}</td></tr>
{% endfor %}</table><p>FILLER</p></body></html>"""
Ask = Callable[[], Awaitable[bytes]]


def measure(stack: Stack, entries: int, pairs: int, seed: int, stages: Stages) -> list[Figure]:
    """Fill the register, then ask both in turn."""
    with stages.stage(f"Register of {entries} entries against a bare page", pairs) as bar:
        server, whole, size = asyncio.run(_run(stack, entries, pairs, bar))
    lines = []
    for name, found in (("of the process", server), ("with mongod", whole)):
        own, floor = (f"{median(side) * 1e6:,.0f}" for side in zip(*found, strict=True))
        note = f"{entries:,} entries, both pages {size / 1024:.0f} KiB"
        lines.append(Figure(f"register: CPU {name}, µs/page", own, floor, paired(found, seed=seed), note))
    return lines


async def _run(
    stack: Stack, entries: int, pairs: int, bar: Bar
) -> tuple[list[tuple[float, float]], list[tuple[float, float]], int]:
    settings = Settings(
        mongo_url=SecretStr(stack.mongo_url),
        mongo_database=_DATABASE,
        kafka_url=stack.kafka_url,
        secret_key=SecretStr(stack.keys.secret),
        identity_private_key=SecretStr(stack.keys.identity_private),
        identity_public_key=stack.keys.identity_public,
    )
    app = web.build(settings)
    async with app.router.lifespan_context(app):
        reader = await _secretary(app.state.desk.store)
        token = identity.issue(reader, stack.keys.identity_private, at=now(), lifetime=timedelta(hours=1))
        contest_id = await _fill(app.state.desk.store, entries)
        ours = _asker(app, f"/tiep-nhan?cuoc-thi={contest_id}", token)
        size = len(await ours())
        client: Any = AsyncIOMotorClient(stack.mongo_url)
        floor = _asker(await _bare(client[_DATABASE]["register"], contest_id, size), "/", "")
        server, whole = [], []
        for pair in range(-_WARM, pairs):
            taken = {}
            for side in (ours, floor) if pair % 2 else (floor, ours):
                taken[side] = await _slice(side, stack.pid("mongod"))
            if pair >= 0:
                server.append((taken[ours][0], taken[floor][0]))
                whole.append((sum(taken[ours]), sum(taken[floor])))
                bar.step()
        client.close()
    return server, whole, size


async def _secretary(store: Store) -> Person:
    typed = {"name": "Vũ Thu Ký", "email": f"{new_id()}@sangkien.example", "password": "một câu dễ nhớ"}
    asked = SignUp.model_validate({**typed, "roles": [{"role": "secretary", "scope": "*"}]})
    made = await people.create(store, asked, key=new_id(), secret_key="", by=_STAFF)
    return Person(made["person_id"], asked.name, frozenset({("secretary", "*")}))


async def _slice(ask: Ask, mongod: int) -> tuple[float, float]:
    """CPU seconds for one page: of this process, and of mongod."""
    own, theirs = time.process_time(), clocks.cpu_seconds(mongod)
    for _ in range(_ASKED_AT_ONCE):
        await ask()
    used = time.process_time() - own, clocks.cpu_seconds(mongod) - theirs
    return used[0] / _ASKED_AT_ONCE, used[1] / _ASKED_AT_ONCE


async def _fill(store: Store, entries: int) -> str:
    rules = Rules.model_validate(stage.rules(load.load().contest, slug=f"so-{new_id()[-6:]}", finalists=3))
    made = await contests.create(store, rules, key=new_id(), by=_STAFF, at=now())
    contest = await contests.publish(store, made["contest_id"], version=made["version"], by=_STAFF, at=now())
    titles = [entry.title for entry in load.load().clean_entries]
    documents = []
    for number in range(1, entries + 1):
        at = now()
        line = Line(
            entry_id=new_id(), contest_id=contest.id, number=number, channel=_CHANNELS[number % len(_CHANNELS)],
            received_at=at, submitted_at=at, receipt=new_code(), revision=1, unit="Phường Đo", state=_STATES[number % 5],
            entrant_group=rules.entrant_groups[0].id, content_group=rules.content_groups[0].id,
            title=titles[number % len(titles)],
        )  # fmt: skip
        keys = {"title_folded": folded(line.title), "unit_folded": folded(line.unit)}
        documents.append({"_id": line.entry_id, **line.model_dump(exclude={"entry_id"}), **keys})
    await store.read["register"].insert_all(documents)
    await intake.count_anew(store.read, contest.id)
    return contest.id


async def _bare(register: Any, contest_id: str, size: int) -> FastAPI:
    environment, where = Environment(autoescape=True), {"contest_id": contest_id}
    lines = await register.find(where).sort("number", 1).limit(_SHOWN).to_list(_SHOWN)
    missing = size - len(environment.from_string(_BARE).render(lines=lines).encode())
    template = environment.from_string(_BARE.replace("FILLER", "x" * max(0, missing)))
    app = FastAPI()

    @app.get("/")
    async def page() -> Response:
        found = await register.find(where).sort("number", 1).limit(_SHOWN).to_list(_SHOWN)
        return Response(template.render(lines=found), media_type="text/html; charset=utf-8")

    return app


def _asker(app: Any, target: str, token: str) -> Ask:
    path, _, query = target.partition("?")
    headers = [(b"host", b"127.0.0.1"), *([(b"authorization", f"Bearer {token}".encode())] if token else [])]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "headers": headers,
        "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip

    async def ask() -> bytes:
        said: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            said.append(message)

        await app({**scope, "state": {}}, receive, send)
        status = said[0]["status"]
        if status != 200:
            raise RuntimeError(f"{target} answered {status}")
        return b"".join(part.get("body", b"") for part in said[1:])

    return ask
