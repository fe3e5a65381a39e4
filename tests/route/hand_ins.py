"""Drafts by the hundred, ready to be handed in, in a contest that closes at an instant of the test's choice."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from deploy.demo import cast, load, stage
from deploy.demo.client import Api, Json, Trouble
from deploy.local.system import System
from shared.clock import now
from shared.ids import new_id

ENTRIES = "/api/submissions/v1/entries"
_AT_ONCE = 8
_OWNERS = 4


@dataclass(frozen=True)
class Drafts:
    """A published contest with complete drafts: (entry id, token of its owner); `texts` by entry id."""

    contest_id: str
    rules: Json
    ids: Sequence[tuple[str, str]]
    texts: dict[str, Json]
    owners: dict[str, list[str]]
    """E-mail address to the ids of the entries."""


async def prepare(system: System, number: int) -> Drafts:
    """So many drafts of a few owners in a contest of their own."""
    demo, run, trouble = load.load(), new_id()[-6:], Trouble()
    async with Api(system.url, email=system.administrator[0], password=system.administrator[1]) as admin:
        await cast.put_units(admin, demo)
        slug = f"han-nop-{run}"
        rules = stage.rules(demo.contest, slug=slug, finalists=3, suffix=f" {run}")
        made = await admin.post(stage.CONTESTS, {"client_key": new_id(), **rules})
        contest_id = made["contest_id"]
        opened = await admin.post(f"{stage.CONTESTS}/{contest_id}/publish", {"version": made["version"]})
    entries = demo.clean_entries[:_OWNERS]
    writers = [next(one for one in demo.entrants if one.id == entry.entrant) for entry in entries]
    addresses = await cast.enrol(system.url, system.administrator, demo, writers, run, trouble)
    ids: list[tuple[str, str]] = []
    texts: dict[str, Json] = {}
    owners: dict[str, list[str]] = {address: [] for address in addresses.values()}
    gate = asyncio.Semaphore(_AT_ONCE)

    async def write(api: Api, entry: load.Entry) -> None:
        words = {"title": entry.title, "parts": entry.parts, "entrant_group": entry.entrant_group}
        body = {**words, "content_group": entry.content_group, "contest_id": contest_id}
        async with gate:
            made = await api.make(ENTRIES, body)
        ids.append((made["entry_id"], api.token))
        texts[made["entry_id"]] = words
        owners[addresses[entry.entrant]].append(made["entry_id"])

    async def fill(place: int, entry: load.Entry) -> None:
        async with Api(system.url, email=addresses[entry.entrant], password=cast.PASSWORD, trouble=trouble) as api:
            own = range(place, number, len(entries))
            await asyncio.gather(*(write(api, entry) for _ in own))

    await asyncio.gather(*(fill(place, entry) for place, entry in enumerate(entries)))
    return Drafts(contest_id, {**rules, "version": opened["version"]}, ids, texts, owners)


async def close_at(system: System, drafts: Drafts, instant: datetime) -> None:
    """A new edition of the contest that closes then."""
    times = {**drafts.rules["timetable"], "closes_at": instant.isoformat(), "edit_until": instant.isoformat()}
    path = f"{stage.CONTESTS}/{drafts.contest_id}"
    async with Api(system.url, email=system.administrator[0], password=system.administrator[1]) as admin:
        made = await admin.put(path, {**drafts.rules, "timetable": times})
        await admin.post(f"{path}/publish", {"version": made["version"]})


def soon(seconds: float) -> datetime:
    """A whole second from now on."""
    return (now() + timedelta(seconds=seconds)).replace(microsecond=0)
