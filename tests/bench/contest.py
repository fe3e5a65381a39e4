"""A small contest played over HTTP up to its final, and what is needed to play that final by hand."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import httpx

from deploy.demo import cast, load, marking, stage, writing
from deploy.demo.client import Api, Trouble
from deploy.demo.marking import JUDGING, Desk
from deploy.demo.marking_rules import Criterion
from deploy.demo.progress import Stages
from shared.ids import new_id

ENTRIES, JUDGES, FINALISTS = 8, 3, 3
SESSIONS = "/api/submissions/v1/sessions"


@dataclass(frozen=True, slots=True)
class Ready:
    """A final whose order is drawn and whose slots are closed to judges still."""

    slug: str
    slots: list[str]
    organiser: str
    judges: list[str]
    """Tokens."""


async def prepare(url: str, administrator: tuple[str, str], stages: Stages) -> Ready:
    """Rules, people, entries, the written round, finalists, running order. Raises what the demo raises."""
    demo, trouble, run_id = load.load(), Trouble(), new_id()[-6:]
    slug = f"do-{run_id}"
    with stages.stage("Contest: rules, people"):
        desk = await _open(url, administrator, demo, slug, trouble)
    with stages.stage("Contest: entries", ENTRIES) as bar:
        entries = demo.clean_entries[:ENTRIES]
        people = {one.id: one for one in demo.entrants}
        writers = [people[entry.entrant] for entry in entries]
        addresses = await cast.enrol(url, administrator, demo, writers, run_id, trouble)
        handed = []
        for entry in entries:
            handed.append(await writing.hand_in(url, desk.contest_id, entry, addresses[entry.entrant], trouble))
            bar.step()
    with stages.stage("Contest: formal check", ENTRIES) as bar:
        for entry_id in await marking.check_in(desk, ENTRIES, bar):
            await writing.mend(url, next(one for one in handed if one.entry_id == entry_id), trouble)
            async with desk.api("secretary") as api:
                await marking.accept_mended(api, desk.contest_id, entry_id)
    with stages.stage("Contest: written round", None) as bar:
        await marking.assign(desk, ENTRIES)
        await marking.mark_all(desk, bar)
        await marking.name_finalists(desk, FINALISTS)
    return await _drawn(desk, slug)


async def _open(url: str, administrator: tuple[str, str], demo: load.Demo, slug: str, trouble: Trouble) -> Desk:
    judges = [one for one in demo.staff if one.roles[0].role == "judge"][:JUDGES]
    staff = [one for one in demo.staff if one.roles[0].role != "judge"] + judges
    async with Api(url, email=administrator[0], password=administrator[1], trouble=trouble) as admin:
        await cast.put_units(admin, demo)
        contest_id = await stage.open_contest(admin, demo.contest, slug=slug, finalists=FINALISTS, suffix=f" · {slug}")
        members = await cast.hire(admin, staff, contest_id)
    desk = Desk(url, contest_id, members, trouble, administrator)
    async with desk.api("chair") as chair:
        await stage.set_rubrics(chair, demo, contest_id, quorum=1)
    return desk


async def _drawn(desk: Desk, slug: str) -> Ready:
    async with desk.api("organiser") as api:
        order = await api.make(f"{JUDGING}/contests/{desk.contest_id}/final/order")
    organiser = next(member for member in desk.staff if member.role == "organiser")
    tokens = [await _token(desk.url, member.person.email) for member in (organiser, *desk.judges)]
    return Ready(slug, [slot["slot_id"] for slot in order["slots"]], tokens[0], tokens[1:])


async def _token(url: str, email: str) -> str:
    async with httpx.AsyncClient(base_url=url, timeout=30, headers={"Origin": url}) as client:
        answer = await client.post(SESSIONS, json={"email": email, "password": cast.PASSWORD})
        answer.raise_for_status()
    return str(answer.json()["token"])


def criteria() -> Sequence[Criterion]:
    """Of the demo's final rubric."""
    return load.load().contest.rubrics.final.criteria


def marks(chosen: Sequence[Criterion], source: random.Random) -> dict[str, str]:
    """Whole marks within the limits of every criterion."""
    return {one.id: str(Decimal(source.randint(0, int(one.max)))) for one in chosen}
