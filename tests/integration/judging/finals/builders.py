"""A contest on its way through the final, made step by step through the services."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.judging.copies import service as copies
from services.judging.finals import service as finals
from services.judging.finals.domain import Slot
from services.judging.finals.service import Act
from services.judging.results import service as results
from services.judging.rubrics.domain import Round
from shared.identity import Person
from shared.ids import new_id
from shared.mongo import Document, Store
from tests.integration.judging import builders
from tests.integration.judging.builders import CHAIR, CONTEST, ORGANISER, START, marks

SLUG = f"cuoc-thi-{CONTEST}"
FINAL_DAY = START + timedelta(days=60)
FINAL_CALM = {"third_reader": False, "gap_limit": None, "quorum": 2}


@dataclass(slots=True)
class TheFinal:
    """A final with its drawn slots and its judges."""

    slots: list[Slot]
    judges: list[Person]


def act(by: Person, key: str = "") -> Act:
    """An act under a key of its own."""
    return Act(by, key or new_id(), FINAL_DAY)


async def a_marked_round(store: Store, *, scripts: int = 3, judges: int = 3, **about: Any) -> list[Person]:
    """Written marking is over: the first scripts by code have the higher marks, nobody is equal."""
    await builders.a_contest(store, **about)
    for place in range(scripts):
        await builders.a_script(store, f"entry-{place}", title=f"Sáng kiến số {place}")
    panel = await builders.some_judges(store, judges)
    await builders.a_rubric(store)
    await builders.a_rubric(store, Round.FINAL, **FINAL_CALM)
    for given in await builders.a_draw(store):
        await builders.a_sealed_sheet(store, given, 10 - int(given.entry_id[-1]), 15)
    return panel


async def named(store: Store, **about: Any) -> list[Person]:
    """The finalists are named."""
    panel = await a_marked_round(store, **about)
    await results.name_finalists(store, CONTEST, act(ORGANISER), codes=None, count=None, reason="")
    return panel


async def drawn(store: Store, **about: Any) -> TheFinal:
    """The running order is drawn."""
    panel = await named(store, **about)
    await finals.draw(store, CONTEST, act(ORGANISER), asked="a seed", fresh="")
    return TheFinal(await finals.slots(store.read, CONTEST), panel)


async def opened(store: Store, **about: Any) -> TheFinal:
    """The first slot is open."""
    final = await drawn(store, **about)
    await finals.open_slot(store, final.slots[0].id, act(ORGANISER))
    return final


async def give(
    store: Store,
    slot: Slot,
    judge: Person,
    novelty: object = 8,
    effect: object = 15,
    *,
    revision: int = 0,
    key: str = "",
) -> Document:
    """A judge sends marks."""
    sent = marks(novelty, effect)
    return await finals.give(store, slot.id, act(judge, key), revision=revision, marks=sent)


async def play(store: Store, **about: Any) -> TheFinal:
    """Every slot was marked by all judges and closed; the first in the order has the best marks."""
    final = await drawn(store, **about)
    for slot in final.slots:
        await finals.open_slot(store, slot.id, act(ORGANISER))
        for judge in final.judges:
            await give(store, slot, judge, 10 - slot.position)
        await finals.close_slot(store, slot.id, act(ORGANISER))
    return final


async def locked(store: Store, **about: Any) -> TheFinal:
    """The final is locked."""
    final = await play(store, **about)
    await finals.lock(store, CONTEST, act(ORGANISER))
    return final


async def signed(store: Store, **about: Any) -> TheFinal:
    """The chair signed the result."""
    final = await locked(store, **about)
    await results.sign_off(store, CONTEST, act(CHAIR))
    return final


async def published(store: Store, **about: Any) -> Document:
    """The result is public."""
    await signed(store, **about)
    return await results.publish(store, CONTEST, act(ORGANISER))


async def finish(store: Store, novelty: Callable[[int], int] = lambda position: 10 - position) -> None:
    """Draw, mark by all judges and lock the final of named finalists."""
    await finals.draw(store, CONTEST, act(ORGANISER), asked="a seed", fresh="")
    judges = await copies.judges(store.read, CONTEST)
    for slot in await finals.slots(store.read, CONTEST):
        await finals.open_slot(store, slot.id, act(ORGANISER))
        for judge in judges:
            await give(store, slot, builders.a_judge(judge.id), novelty(slot.position))
        await finals.close_slot(store, slot.id, act(ORGANISER))
    await finals.lock(store, CONTEST, act(ORGANISER))
