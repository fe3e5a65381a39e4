"""The figures of the register: kept with every change, the same as counting all lines, whoever works at once."""

import asyncio

from services.submissions.decisions import service as decisions
from services.submissions.entries import service as entries
from services.submissions.intake import service
from services.submissions.intake.domain import Query, Tally
from shared.clock import now
from shared.identity import Person
from shared.mongo import Store
from tests.integration.submissions.builders import a_contest, a_person
from tests.integration.submissions.entry_builders import an_entry, deliver, key

EVERYTHING = Person("reader", "Người đọc", frozenset({("secretary", "*")}))


async def _figures(store: Store, contest_id: str) -> dict[tuple[str, str], int]:
    """As the page shows them, and, whatever is asked for, the same as the lines themselves."""
    shown = (await service.listing(store, Query(contest_id=contest_id, size=100), EVERYTHING)).tally
    lines = (await service.whole(store, Query(contest_id=contest_id), EVERYTHING)).lines
    assert shown == Tally.of((line.channel, line.state, 1) for line in lines)
    assert shown.table(["submitted", "accepted", "withdrawn"])[-1][2] == shown.count() == len(lines)
    return shown.cells


async def test_figures_add_up_while_many_change_at_once_and_for_a_register_older_than_they_are(store: Store) -> None:
    contest, people = await a_contest(store), [await a_person(store) for _ in range(4)]
    made = [await an_entry(store, people[n % 4], contest.id) for n in range(12)]
    await asyncio.gather(*(deliver(store, entry.id) for entry in made))
    assert await _figures(store, contest.id) == {("online", "submitted"): 12}
    # As a version before the figures left it: two changes at once begin to count, neither twice nor too late.
    await store.read["register_numbers"].update({"_id": contest.id}, {"$unset": {"cells": "", "counted": ""}})
    assert await _figures(store, contest.id) == {("online", "submitted"): 12}
    taken = [decisions.accept(store, entry.id, revision=1, key=key(), by=EVERYTHING, at=now()) for entry in made[:5]]
    back = [entries.withdraw(store, made[n].id, "Thôi", key=key(), by=people[n % 4], at=now()) for n in (6, 7)]
    await asyncio.gather(*taken, *back)
    await asyncio.gather(*(deliver(store, entry.id) for entry in made))
    wanted = {("online", "submitted"): 5, ("online", "accepted"): 5, ("online", "withdrawn"): 2}
    assert await _figures(store, contest.id) == wanted
    kept = await store.read["register_numbers"].get(contest.id)
    assert kept is not None
    assert (kept["counted"], kept["cells"]["online"]) == (True, {"submitted": 5, "accepted": 5, "withdrawn": 2})
    only = await service.listing(store, Query(contest_id=contest.id, state="accepted", size=20), EVERYTHING)
    assert (only.total, len(only.lines), only.tally.cells) == (5, 5, wanted)
