"""Reminders against a moved clock: once for each round and deadline, only of complete drafts that could be handed in."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.reminders import service
from shared.clock import now
from shared.events.envelope import Envelope
from shared.events.submissions import EntryReminded
from shared.mongo import Store
from tests.integration.submissions.builders import ADMINISTRATOR, a_contest, a_person, outbox_rows
from tests.integration.submissions.entry_builders import a_draft, hand_in, words


def before(contest: Contest, **left: float) -> datetime:
    return contest.timetable.closes_at - timedelta(**left)


async def told(store: Store, entry: Entry) -> list[int]:
    """The hours of the reminders of an entry, in order."""
    facts = [Envelope.model_validate_json(row["value"]).event() for row in await outbox_rows(store, entry.id)]
    return [fact.hours for fact in facts if isinstance(fact, EntryReminded)]


async def a_case(store: Store, **changes: Any) -> tuple[Contest, Entry]:
    contest, author = await a_contest(store), await a_person(store)
    return contest, await a_draft(store, author, contest.id, **changes)


async def test_a_complete_draft_is_reminded_of_three_times_and_no_more(store: Store) -> None:
    contest, draft = await a_case(store)
    assert await service.remind(store, before(contest, hours=73)) == 0
    for hours in (72, 71, 24, 23, 2, 1):
        await service.remind(store, before(contest, hours=hours))
    assert await told(store, draft) == [72, 24, 2]
    assert await service.remind(store, before(contest, hours=0)) == 0
    row = (await outbox_rows(store, draft.id))[-1]
    assert row["seq"] == 4
    assert words().title in row["value"]


async def test_a_late_start_tells_the_latest_round_only(store: Store) -> None:
    contest, draft = await a_case(store)
    await service.remind(store, before(contest, hours=1))
    assert await told(store, draft) == [2]


async def test_a_moved_deadline_counts_anew(store: Store) -> None:
    contest, draft = await a_case(store)
    await service.remind(store, before(contest, hours=24))
    later = contest.timetable.closes_at + timedelta(days=9)
    contest = await contests.get(store.read, contest.id)
    moved = await contests.postpone(
        store, contest.id, {"closes_at": later}, "Lễ", version=contest.version, by=ADMINISTRATOR, at=now()
    )
    await service.remind(store, before(moved, days=8))
    assert await told(store, draft) == [24]
    await service.remind(store, before(moved, hours=24))
    assert await told(store, draft) == [24, 24]


async def test_neither_incomplete_nor_handed_in_nor_ineligible_entries_are_reminded_of(store: Store) -> None:
    contest, incomplete = await a_case(store, parts={"situation": "Mới viết một phần."})
    author = await a_person(store)
    handed_in = await a_draft(store, author, contest.id)
    await hand_in(store, handed_in.id, author)
    judge = await a_person(store)
    now_a_judge = await a_draft(store, judge, contest.id)
    people = store.read["people"]
    await people.update({"_id": judge.id}, {"$set": {"roles": [{"role": "judge", "scope": contest.id}]}})
    assert await service.remind(store, before(contest, hours=24)) == 0
    assert [await told(store, one) for one in (incomplete, handed_in, now_a_judge)] == [[], [], []]


async def test_a_draft_that_becomes_complete_is_found_once_its_author_rests(store: Store) -> None:
    contest, author = await a_contest(store), await a_person(store)
    draft = await a_draft(store, author, contest.id, parts={})
    await service.remind(store, before(contest, hours=24))
    saved = before(contest, hours=20)
    kept = await entries.write(store, draft.id, words(), version=draft.version, by=author, at=saved)
    await service.remind(store, saved + timedelta(minutes=14))
    assert await told(store, draft) == []
    await service.remind(store, saved + timedelta(minutes=15))
    assert await told(store, draft) == [24]
    # Whoever goes on writing meets no clash, and the next fact has the next number.
    again = await entries.write(store, draft.id, words(title="Tên khác"), version=kept.version, by=author, at=saved)
    assert again.facts == 2


async def test_two_workers_at_once_tell_it_once(store: Store) -> None:
    contest, draft = await a_case(store)
    at = before(contest, hours=24)
    found = await asyncio.gather(*(service.remind(store, at) for _ in range(4)))
    assert sum(found) == 1
    assert await told(store, draft) == [24]


async def test_a_deadline_that_moves_while_a_round_is_under_way_stops_it(store: Store) -> None:
    contest, draft = await a_case(store)
    at = before(contest, hours=30)  # what was looked for as the round of 24 hours is no longer on
    assert not await service._told(store, draft.id, 24, at)
    assert await told(store, draft) == []
