"""The board of a final as everybody may see it, and the feed that tells open screens when it moves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.judging.boards import domain, repository
from services.judging.boards.domain import Board, Screen
from services.judging.boards.repository import INDEXES
from services.judging.copies import service as copies
from services.judging.finals import service as finals
from services.judging.finals.domain import Final, SlotState
from services.judging.rubrics import service as rubrics
from shared import logs
from shared.mongo import DriverError, Store, Tx

__all__ = ["INDEXES"]

_POLL_SECONDS = 3.0
_WATCHED = timedelta(minutes=10)
"""How long after its lock a final's boards are still held against it."""
log = logs.get(__name__)


async def show(tx: Tx, board: Board) -> None:
    """Put the running figure of a slot where the screens read it."""
    await repository.put(tx, board)


async def mend(store: Store, at: datetime) -> None:
    """Put right every board of a final under way that says less than the final itself: a table may lose, the truth not."""
    tx = store.read
    for final in await finals.finals(tx):
        if final.locked_at is not None and at - final.locked_at > _WATCHED:
            continue
        known = await repository.boards(tx, final.id)
        for slot in await finals.slots(tx, final.id):
            figure = domain.figure_of(slot, await finals.scores(tx, slot.id))
            if figure.moves > (known[slot.id].moves if slot.id in known else 0):
                await repository.put(tx, figure)


async def listed(tx: Tx) -> list[tuple[Final, str, str]]:
    """Every final with the slug and the name of its contest."""
    found = []
    for final in await finals.finals(tx):
        contest = await copies.contest(tx, final.id)
        found.append((final, contest.slug, contest.short_name))
    return found


async def screen(tx: Tx, slug: str) -> Screen:
    """The whole board of the contest `slug`. Raises NotFound."""
    contest = await copies.contest_by_slug(tx, slug)
    final = await finals.final(tx, contest.contest_id)
    slots = await finals.slots(tx, final.id)
    boards = await repository.boards(tx, final.id)
    rubric = await rubrics.find(tx, final.id, finals.FINAL)
    quorum = rubric.quorum if rubric else 1
    rows = []
    for slot in slots:
        panel = len(await finals.panel(tx, slot)) if slot.state is SlotState.OPEN else 0
        rows.append(domain.row_of(slot, boards.get(slot.id), panel=panel, quorum=quorum))
    moved = final.version + sum(slot.version for slot in slots) + sum(board.moves for board in boards.values())
    return Screen(
        contest_id=final.id,
        slug=slug,
        name=contest.short_name,
        state=final.state,
        version=moved,
        quorum=quorum,
        presentation_minutes=contest.presentation_minutes,
        question_minutes=contest.question_minutes,
        rows=domain.ranked(rows),
    )


@dataclass(frozen=True, slots=True)
class Frame:
    """One state of a board and how a kind of screen paints it; painted once for all who look."""

    screen: Screen
    html: str


Paint = Callable[[str, Screen], str]
Queue = asyncio.Queue[Frame | None]


class Feed:
    """The one reader of board changes in a web process. A slow screen misses steps in between, never the last one."""

    def __init__(self, read: Callable[[str], Awaitable[Screen]], paint: Paint) -> None:
        """`read(slug)` answers the board as it is now; `paint(look, screen)` its HTML."""
        self._read = read
        self._paint = paint
        self._listeners: dict[tuple[str, str], set[Queue]] = {}
        self._seen: dict[str, Screen] = {}
        self._wake = asyncio.Event()
        self._stopped = False

    @contextmanager
    def _listening(self, place: tuple[str, str]) -> Iterator[Queue]:
        queue: Queue = asyncio.Queue(maxsize=1)
        self._listeners.setdefault(place, set()).add(queue)
        try:
            yield queue
        finally:
            self._listeners[place].discard(queue)
            if not self._listeners[place]:
                del self._listeners[place]

    async def frames(self, slug: str, look: str) -> AsyncIterator[Frame]:
        """The board now, then every newer one, until the process stops."""
        with self._listening((slug, look)) as queue:
            shown = await self._read(slug)
            yield Frame(shown, self._paint(look, shown))
            while not self._stopped and (frame := await queue.get()) is not None:
                if frame.screen != shown:
                    shown = frame.screen
                    yield frame

    def stop(self) -> None:
        """End every stream, so that a process that stops does not wait for its screens."""
        self._stopped = True
        for queue in [queue for queues in self._listeners.values() for queue in queues]:
            _latest(queue, None)

    @asynccontextmanager
    async def running(self, store: Store) -> AsyncIterator[None]:
        """Follow the boards of `store` as long as the block runs."""
        tasks = [asyncio.create_task(self._listen(store)), asyncio.create_task(self._rounds())]
        try:
            yield
        finally:
            self.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self, store: Store) -> None:
        """Wake the rounds at once when a board moves; polling finds it anyway, a little later."""
        while True:
            try:
                async for _ in repository.moves(store):
                    self._wake.set()
            except DriverError as error:
                log.warning("boards.stream.broken", error=type(error).__name__)
                await asyncio.sleep(1)
                self._wake.set()

    async def _rounds(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_POLL_SECONDS):
                    await self._wake.wait()
            self._wake.clear()
            for slug in {slug for slug, _ in self._listeners}:
                try:
                    await self._round(slug)
                except Exception as error:  # noqa: BLE001 - the screens must outlive whatever a read meets
                    log.warning("boards.round.failed", slug=slug, error=repr(error)[:300])

    async def _round(self, slug: str) -> None:
        screen = await self._read(slug)
        if screen == self._seen.get(slug):
            return
        self._seen[slug] = screen
        for (place, look), queues in list(self._listeners.items()):
            if place == slug:
                frame = Frame(screen, self._paint(look, screen))
                for queue in queues:
                    _latest(queue, frame)


def _latest(queue: Queue, frame: Frame | None) -> None:
    """Put `frame` in place of one that was not taken yet."""
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(frame)
