"""Plays one whole contest over HTTP, from the first draft to the published result, and counts what was lost or doubled."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import httpx
from rich.console import Console

from deploy import verify
from deploy.demo import asides, cast, ledger, load, marking, papers, stage, teams, writing
from deploy.demo.client import Api, Json, RefusedError, Trouble
from deploy.demo.marking import Desk
from deploy.demo.progress import Stages, shown
from deploy.demo.writing import HandedIn
from shared.ids import new_id

_WRITERS_AT_ONCE = 8
_SHOWN_PROBLEMS = 10
_PAPER_SHARE = 8
"""One entry in so many comes on paper."""


@dataclass(frozen=True, slots=True)
class Size:
    """How big a contest is played."""

    entries: int
    judges: int
    finalists: int


def run(url: str, administrator: tuple[str, str], size: Size, *, mail_url: str = "") -> int:
    """Play it and print the last line; answers the exit status: 0 only when all adds up.

    `mail_url` is the page of the mail catcher; without it mails are counted by what the delivery table says.
    """
    started, console = time.monotonic(), Console()
    try:
        with shown() as stages:
            summary, counted = asyncio.run(_play(url, administrator, size, mail_url, stages))
    except (AssertionError, RefusedError, TimeoutError, OSError, ValueError, httpx.HTTPError) as failure:
        console.print(f"demo failed: {failure}", markup=False, highlight=False, soft_wrap=True)
        return 1
    for words in (counted.lost, counted.doubled):
        for line in words[:_SHOWN_PROBLEMS]:
            console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
    fine = counted.clean and summary["recomputed"] == "equal" and summary["receipts"] == size.entries
    figures = " ".join(f"{name}={value}" for name, value in summary.items())
    seconds = f"{time.monotonic() - started:.0f}"
    last = f"demo {'ok' if fine else 'failed'}: {figures} seconds={seconds}"
    console.print(last, markup=False, highlight=False, soft_wrap=True)
    return 0 if fine else 1


async def _play(
    url: str, administrator: tuple[str, str], size: Size, mail_url: str, stages: Stages
) -> tuple[dict[str, object], ledger.Ledger]:
    made, run_id = _enlarged(size.entries), new_id()[-6:]
    desk = await _prepare(url, administrator, made.demo, size, run_id, stages)
    desk = replace(desk, mail_url=mail_url)
    handed_in = await _write(desk, made.entries, made, run_id, stages)
    await _take_in(desk, handed_in, stages)
    with stages.stage("Một bài xin rút, một bài chép lại bài khác"):
        await asides.play(desk, handed_in)
    with stages.stage("Sơ khảo: chấm kín", None) as bar:
        await marking.assign(desk, size.entries)
        sheets = await marking.mark_all(desk, bar)
    with stages.stage("Công bố danh sách vào chung khảo"):
        await marking.name_finalists(desk, size.finalists)
    with stages.stage("Chung khảo: chấm trực tiếp", size.finalists) as bar:
        await marking.play_final(desk, bar)
    with stages.stage("Ký duyệt, công bố, tính lại từ tệp công khai"):
        published = await marking.publish(desk)
        recomputed, log = await _recompute(url, published["slug"])
    with stages.stage("Đối chiếu biên nhận, sổ tiếp nhận, nhật ký điểm, thông báo"):
        counted = await ledger.audit(desk, handed_in, log)
    return {
        "entries": size.entries,
        "receipts": len({one.receipt for one in handed_in}),
        "sheets": sheets,
        "finalists": size.finalists,
        "recomputed": "equal" if recomputed else "different",
        "lost": len(counted.lost),
        "doubled": len(counted.doubled),
        "repeated": desk.trouble.repeated,
        "double_clicks": desk.trouble.doubled,
        "errors": len(desk.trouble.errors),
        "paper": size.entries // _PAPER_SHARE,
        "supplements": len(desk.held.returned),
        "coauthors": int(teams.pair(made.entries, size.entries // _PAPER_SHARE) is not None),
        "withdrawn": len(desk.held.withdrawn),
        "refused": len(desk.held.refused),
    }, counted


@dataclass(frozen=True, slots=True)
class _Cast:
    """The demo with as many entries and entrants as asked for."""

    demo: load.Demo
    entries: list[load.Entry]


def _enlarged(entries: int) -> _Cast:
    """The clean entries; beyond their number they come round again, each time by an entrant of its own."""
    demo = load.load()
    chosen = []
    for place in range(entries):
        entry = demo.clean_entries[place % len(demo.clean_entries)]
        turn = place // len(demo.clean_entries)
        chosen.append(entry if not turn else entry.model_copy(update={"entrant": f"{entry.entrant}#{turn}"}))
    return _Cast(demo, chosen)


async def _prepare(
    url: str, administrator: tuple[str, str], demo: load.Demo, size: Size, run_id: str, stages: Stages
) -> Desk:
    trouble = Trouble()
    staff = [one for one in demo.staff if one.roles[0].role != "judge"]
    judges = [one for one in demo.staff if one.roles[0].role == "judge"]
    if not demo.contest.judging.readers <= size.judges <= len(judges):
        raise ValueError(f"the demo has {len(judges)} judges and needs {demo.contest.judging.readers}")
    staff += judges[: size.judges]
    with stages.stage("Đơn vị, ban giám khảo, thể lệ, tiêu chí chấm"):
        async with Api(url, email=administrator[0], password=administrator[1], trouble=trouble) as admin:
            await cast.put_units(admin, demo)
            slug = f"{demo.contest.slug}-{run_id}"
            contest_id = await stage.open_contest(
                admin, demo.contest, slug=slug, finalists=size.finalists, suffix=f" · {run_id}"
            )
            members = await cast.hire(admin, staff, contest_id)
        desk = Desk(url, contest_id, members, trouble, administrator)
        async with desk.api("chair") as chair:
            await stage.set_rubrics(chair, demo, contest_id, quorum=_quorum(size, demo))
    return desk


def _quorum(size: Size, demo: load.Demo) -> int:
    """A majority of a panel that is smaller than the contest's: some judges may be in conflict with a finalist."""
    return min(size.judges // 2 + 1, demo.contest.judging.final_quorum)


async def _write(desk: Desk, entries: Sequence[load.Entry], made: _Cast, run_id: str, stages: Stages) -> list[HandedIn]:
    gate = asyncio.Semaphore(_WRITERS_AT_ONCE)
    people = {one.id: one for one in made.demo.entrants}
    writers = [_writer(people, entry.entrant) for entry in entries]
    with stages.stage("Người dự thi đăng ký tài khoản"):
        addresses = await cast.enrol(
            desk.url, desk.administrator, made.demo, writers, run_id, desk.trouble, mail_url=desk.mail_url
        )
    with stages.stage("Viết nháp, đính tệp, nộp bài, nhận biên nhận", len(entries)) as bar:
        on_paper = len(entries) // _PAPER_SHARE
        first, second = teams.pair(entries, on_paper) or (-1, -1)
        partner = _writer(people, entries[second].entrant)
        joined = partial(teams.join, partner=partner, email=addresses[partner.id], trouble=desk.trouble)

        async def work(place: int, entry: load.Entry) -> HandedIn:
            address = addresses[entry.entrant]
            async with gate:
                if place < on_paper:
                    done = await papers.hand_in(desk, entry, _writer(people, entry.entrant), address)
                    desk.held.mended.append(done.entry_id)  # its words, typed and checked, are a second version
                else:
                    middle = joined if place == first else None
                    done = await writing.hand_in(desk.url, desk.contest_id, entry, address, desk.trouble, middle=middle)
            bar.step()
            return done

        return list(await asyncio.gather(*(work(place, entry) for place, entry in enumerate(entries))))


def _writer(people: dict[str, load.Entrant], name: str) -> load.Entrant:
    base, _, turn = name.partition("#")
    person = people[base]
    if not turn:
        return person
    local, _, domain = person.email.partition("@")
    return person.model_copy(update={"id": name, "email": f"{local}.{turn}@{domain}"})


async def _take_in(desk: Desk, handed_in: Sequence[HandedIn], stages: Stages) -> None:
    with stages.stage("Tiếp nhận: vào sổ, kiểm tra hình thức", len(handed_in)) as bar:
        returned = await marking.check_in(desk, len(handed_in), bar)
        for one in handed_in:
            if one.entry_id in returned:
                await writing.mend(desk.url, one, desk.trouble)
                desk.held.mended.append(one.entry_id)
        async with desk.api("secretary") as api:
            for entry_id in returned:
                await marking.accept_mended(api, desk.contest_id, entry_id)
                bar.step()


async def _recompute(url: str, slug: str) -> tuple[bool, list[Json]]:
    """Whether the published file gives the published result again, and with one changed byte is found out."""
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        response = await client.get(f"/ket-qua/{slug}/tep")
        response.raise_for_status()
    content = response.content
    place = random.randrange(len(content))  # noqa: S311 - any byte must do
    altered = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    equal = verify.examine(content).equal and not verify.examine(altered).equal
    lines: list[Json] = response.json()["log"]
    return equal, lines
