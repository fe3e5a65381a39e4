"""Sets the demo up: units, staff, the contest with its rules and rubrics; `seed` also hands in a few entries to try with."""

import asyncio
from decimal import Decimal
from typing import Any

from deploy.demo import cast, load, writing
from deploy.demo.cast import Member, SignIn
from deploy.demo.client import Api, Json, RefusedError, Trouble, until
from deploy.demo.contest import Contest, listed
from deploy.demo.marking_rules import Rubric
from shared.clock import now
from shared.ids import derived_id

CONTESTS = "/api/submissions/v1/contests"
JUDGING = "/api/judging/v1/contests"
_MEGABYTE = 1024 * 1024
_ADMINISTRATOR = "Quản trị"


def rules(contest: Contest, *, slug: str, finalists: int, suffix: str = "") -> Json:
    """The contest as the organiser types it in: facts of the plan, and what was chosen where it is silent."""
    times = contest.timetable.demo.starting(now())
    return {
        "slug": slug,
        "name": contest.name,
        "short_name": f"{contest.short_name}{suffix}"[:80],
        "year": contest.year,
        "summary": contest.summary.text,
        "plan": contest.plan.model_dump(mode="json") if contest.plan else None,
        "entrant_groups": listed(contest.entrant_groups),
        "excluded": contest.excluded.model_dump(include={"roles", "note"}),
        "quotas": listed(contest.quotas.items) if contest.quotas else [],
        "content_groups": listed(contest.content_groups),
        "goals": listed(contest.goals),
        "rounds": listed(contest.rounds),
        "parts": listed(contest.parts.items),
        "form_rules": {
            "title_max_words": contest.parts.title_max_words,
            "max_files": contest.files.max_files,
            "max_bytes": contest.files.max_file_megabytes * _MEGABYTE,
            "media_types": contest.files.media_types,
        },
        "timetable": {name: instant.isoformat() for name, instant in times.items()},
        "finalists": finalists,
        "presentation_minutes": contest.final.presentation_minutes,
        "question_minutes": contest.final.question_minutes,
        "prizes": listed(contest.prizes.items),
    }


def rubric(contest: Contest, asked: Rubric, *, final: bool, quorum: int) -> Json:
    """A round's rubric as the chair types it in."""
    judging, scale = contest.judging, sum((one.max for one in asked.criteria), Decimal(0))
    criteria = [
        {"id": one.id, "title": one.title, "max": str(one.max), "goal": ", ".join(one.goals)} for one in asked.criteria
    ]
    return {
        "criteria": criteria,
        "step": str(asked.step),
        "readers": judging.readers,
        "gap_limit": None if final else str(scale * judging.gap_percent / 100),
        "third_reader": not final,
        "quorum": quorum,
        "comment_required": asked.comment == "required",
    }


async def open_contest(admin: Api, contest: Contest, *, slug: str, finalists: int, suffix: str = "") -> str:
    """Create and publish the contest; answers its id. A contest with that address is taken as it is."""
    try:
        known: Json = await admin.get(f"{CONTESTS}/{slug}")
        return str(known["contest_id"])
    except RefusedError as refused:
        if refused.status != 404:  # noqa: PLR2004 - not found is what a first run expects
            raise
    body = rules(contest, slug=slug, finalists=finalists, suffix=suffix)
    made = await admin.post(CONTESTS, {"client_key": derived_id("demo", slug), **body})
    try:
        await admin.post(f"{CONTESTS}/{made['contest_id']}/publish", {"version": made["version"]})
    except RefusedError as refused:
        # The answer to an earlier try may have been lost on its way.
        if refused.code != "stale" or (await admin.get(f"{CONTESTS}/{slug}"))["state"] != "published":
            raise
    return str(made["contest_id"])


async def set_rubrics(chair: Api, demo: load.Demo, contest_id: str, *, quorum: int) -> None:
    """Both rounds' rubrics, once judging knows the contest and the chair."""
    contest = demo.contest

    async def put(name: str, body: Json) -> Any:
        try:
            return await chair.put(f"{JUDGING}/{contest_id}/rubrics/{name}", body)
        except RefusedError as refused:
            if refused.status not in (401, 403, 404):
                raise
            return None

    written = rubric(contest, contest.rubrics.preliminary, final=False, quorum=contest.judging.written_quorum)
    await until(lambda: put("preliminary", written), "judging to know the contest and its chair")
    final = rubric(contest, contest.rubrics.final, final=True, quorum=quorum)
    await until(lambda: put("final", final), "the final's rubric")


def open_one(url: str, administrator: tuple[str, str], name: str) -> str:
    """Open a contest that is there as data, open from now on; answers its page. Raises KeyError for an unknown name."""
    contest = load.contests()[name]
    asyncio.run(_open_one(url, administrator, contest))
    return f"{url.rstrip('/')}/cuoc-thi/{contest.slug}"


async def _open_one(url: str, administrator: tuple[str, str], contest: Contest) -> None:
    async with Api(url, email=administrator[0], password=administrator[1]) as admin:
        contest_id = await open_contest(admin, contest, slug=contest.slug, finalists=contest.final.finalists)
        known: Json = await admin.get(f"{CONTESTS}/{contest.slug}")
        if contest.timetable.moved is not None and known["edition"] == 1:
            await admin.post(f"{CONTESTS}/{contest_id}/postpone", postponed(contest, known))


def postponed(contest: Contest, known: Json) -> Json:
    """The final put off as its year's was: from what the site knows to the later day of the data."""
    moved = contest.timetable.moved
    if moved is None:
        raise ValueError(f"{contest.slug} was not moved")
    later = now() + moved.final
    return {"version": known["version"], "moves": {"final_at": later.isoformat()}, "reason": moved.words}


def seed(url: str, administrator: tuple[str, str]) -> list[SignIn]:
    """Load the demo over HTTP; answers accounts to try it with."""
    return asyncio.run(_seed(url, administrator))


async def _seed(url: str, administrator: tuple[str, str]) -> list[SignIn]:
    demo, trouble = load.load(), Trouble()
    entries = demo.clean_entries[:12]
    async with Api(url, email=administrator[0], password=administrator[1], trouble=trouble) as admin:
        await cast.put_units(admin, demo)
        contest_id = await open_contest(
            admin, demo.contest, slug=demo.contest.slug, finalists=demo.contest.final.finalists
        )
        staff = await cast.hire(admin, demo.staff, contest_id)
    chair = next(member for member in staff if member.role == "chair")
    async with Api(url, email=chair.person.email, password=cast.PASSWORD, trouble=trouble) as api:
        await set_rubrics(api, demo, contest_id, quorum=demo.contest.judging.final_quorum)
    entrants = {one.id: one for one in demo.entrants}
    writers = [entrants[entry.entrant] for entry in entries]
    addresses = await cast.enrol(url, administrator, demo, writers, "", trouble)
    work = [writing.hand_in(url, contest_id, entry, addresses[entry.entrant], trouble) for entry in entries[:-1]]
    await asyncio.gather(*work)
    return _sign_ins(administrator, staff, entrants[entries[-1].entrant], entrants[entries[0].entrant])


def _sign_ins(
    administrator: tuple[str, str], staff: list[Member], fresh: load.Entrant, writer: load.Entrant
) -> list[SignIn]:
    first = {member.role: member.person for member in reversed(staff)}
    judges = [member.person for member in staff if member.role == "judge"][:3]
    shown = [cast.sign_in(role, first[role].name, first[role].email) for role in ("organiser", "secretary", "chair")]
    shown += [cast.sign_in("judge", judge.name, judge.email) for judge in judges]
    shown += [cast.sign_in("entrant", one.name, one.email) for one in (writer, fresh)]
    return [*shown, SignIn(_ADMINISTRATOR, "Quản trị hệ thống", *administrator)]
