"""A small contest played over HTTP with the functions of the demo; what the tests of route and browser stand on."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from deploy.demo import asides, cast, driver, ledger, load, marking
from deploy.demo.client import Api, Json, until
from deploy.demo.ledger import Ledger
from deploy.demo.marking import Desk
from deploy.demo.progress import Bar, Stages
from deploy.demo.writing import HandedIn
from deploy.local.system import System
from shared.ids import new_id

T = TypeVar("T")


class _Silent(Bar):
    def __init__(self) -> None:
        """Nothing is shown."""

    def step(self, number: int = 1) -> None:
        """Nobody looks."""

    def finish(self) -> None:
        """Nobody looks."""


class Unseen(Stages):
    """Stages that nobody watches."""

    def __init__(self) -> None:
        """Nothing is shown."""

    @contextlib.contextmanager
    def stage(self, title: str, total: int | None = None) -> Iterator[Bar]:  # noqa: ARG002 - the shape of Stages
        """A stage without a bar."""
        yield _Silent()


BAR = _Silent()


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end in a thread of its own: the browser's driver keeps an event loop in the main thread."""
    ended: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            ended.append(asyncio.run(work))
        except BaseException as error:  # noqa: BLE001 - raised again where the test waits
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return ended[0]


@dataclass(frozen=True)
class Stage:
    """A published contest with its staff, and how far it was played."""

    demo: load.Demo
    size: driver.Size
    desk: Desk
    run_id: str
    slug: str
    entries: Sequence[load.Entry] = ()
    handed_in: Sequence[HandedIn] = ()

    def email(self, role: str, place: int = 0) -> str:
        """The address of the member of this role."""
        return [member for member in self.desk.staff if member.role == role][place].person.email


async def prepare(system: System, size: driver.Size) -> Stage:
    """Units, staff, a published contest with its rubrics."""
    made, run_id = driver._enlarged(size.entries), new_id()[-6:]
    desk = await driver._prepare(system.url, system.administrator, made.demo, size, run_id, Unseen())
    desk = replace(desk, mail_url=system.mail_url)
    return Stage(made.demo, size, desk, run_id, f"{made.demo.contest.slug}-{run_id}", made.entries)


async def hand_in(stage: Stage) -> Stage:
    """Every entry is written and handed in by an entrant of its own."""
    made = driver._Cast(stage.demo, list(stage.entries))
    return replace(stage, handed_in=await driver._write(stage.desk, stage.entries, made, stage.run_id, Unseen()))


async def hand_in_to_the_desk(stage: Stage) -> Stage:
    """The same, and the desk has a line of each: the register follows by the broker."""
    made = await hand_in(stage)
    async with made.desk.api("secretary") as api:

        async def complete() -> bool:
            return len(await marking.register(api, made.desk.contest_id)) >= len(made.handed_in)

        await until(complete, "every entry in the register")
    return made


async def take_in(stage: Stage) -> None:
    """Every entry is accepted, some after they were sent back and mended."""
    await driver._take_in(stage.desk, stage.handed_in, Unseen())


async def mark(stage: Stage) -> int:
    """The lot is drawn and every sheet sealed; answers how many."""
    await marking.assign(stage.desk, len(stage.handed_in))
    return await marking.mark_all(stage.desk, BAR)


@dataclass(frozen=True)
class Played(Stage):
    """A contest played to its published result."""

    sheets: int = 0
    given: int = 0
    published: Json | None = None
    recomputed: bool = False
    log: Sequence[Json] = ()
    counted: Ledger | None = None


async def play(system: System, size: driver.Size) -> Played:
    """The whole route, from the first draft to the published result."""
    stage = await hand_in(await prepare(system, size))
    await take_in(stage)
    await asides.play(stage.desk, stage.handed_in)
    sheets = await mark(stage)
    await marking.name_finalists(stage.desk, size.finalists)
    given = await marking.play_final(stage.desk, BAR)
    published = await marking.publish(stage.desk)
    recomputed, log = await driver._recompute(system.url, published["slug"])
    counted = await ledger.audit(stage.desk, stage.handed_in, log)
    return Played(
        **vars(stage),
        sheets=sheets,
        given=given,
        published=published,
        recomputed=recomputed,
        log=log,
        counted=counted,
    )


def entrant(url: str, one: HandedIn) -> Api:
    """Access as the author of an entry."""
    return Api(url, email=one.email, password=cast.PASSWORD)
