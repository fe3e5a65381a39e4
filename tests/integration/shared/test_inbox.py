"""Once-only consumption on a real database: doubles, gaps, failures, unknown types, compacted topics."""

import asyncio

import pytest

from shared import inbox
from shared.clock import now
from shared.events.envelope import Envelope
from shared.events.submissions import EntryWithdrawn
from shared.inbox import Fact, Outcome
from shared.mongo import Store, Tx
from shared.topics import Order


def a_fact(seq: int, *, key: str = "entry-1", reason: str = "") -> Envelope:
    """A withdrawal numbered `seq`."""
    body = EntryWithdrawn(entry_id=key, contest_id="c", owner_id="p", reason=reason or f"lần {seq}")
    return Envelope.wrap(body, subject=key, seq=seq, by="p", time=now())


async def remember(tx: Tx, fact: Fact) -> None:
    """The effect: append the seq to the key's document."""
    await tx["seen"].update({"_id": fact.subject}, {"$push": {"seqs": fact.seq}}, upsert=True)


async def seen(store: Store, key: str = "entry-1") -> list[int]:
    """What `remember` wrote."""
    document = await store.read["seen"].get(key)
    return list(document["seqs"]) if document else []


async def test_sixty_racing_deliveries_of_twenty_facts_take_effect_twenty_times_in_order(store: Store) -> None:
    facts = [a_fact(seq) for seq in range(1, 21)]
    for fact in facts:
        await asyncio.gather(*(inbox.apply(store, "a", Order.EVERY, fact, remember) for _ in range(3)))
    assert await seen(store) == list(range(1, 21))


async def test_a_gap_is_parked_and_nothing_is_skipped(store: Store) -> None:
    assert await inbox.apply(store, "a", Order.EVERY, a_fact(1), remember) is Outcome.APPLIED
    assert await inbox.apply(store, "a", Order.EVERY, a_fact(3), remember) is Outcome.PARKED
    assert await seen(store) == [1]
    assert await inbox.apply(store, "a", Order.EVERY, a_fact(2), remember) is Outcome.APPLIED
    waiting = await inbox.next_parked(store, "a", "entry-1")
    assert waiting is not None
    assert await inbox.apply(store, "a", Order.EVERY, waiting, remember) is Outcome.APPLIED
    assert await seen(store) == [1, 2, 3]
    assert await inbox.next_parked(store, "a", "entry-1") is None
    assert await store.read["parked"].count({}) == 0


async def test_a_failing_handler_leaves_neither_its_effect_nor_a_moved_cursor(store: Store) -> None:
    async def half_done(tx: Tx, fact: Fact) -> None:
        await remember(tx, fact)
        raise ValueError("handler broke after its write")

    with pytest.raises(ValueError, match="broke after"):
        await inbox.apply(store, "a", Order.EVERY, a_fact(1), half_done)
    assert await seen(store) == []
    assert await inbox.apply(store, "a", Order.EVERY, a_fact(1), remember) is Outcome.APPLIED


async def test_an_unknown_type_moves_the_cursor_and_does_nothing_else(store: Store) -> None:
    strange = a_fact(1).model_copy(update={"type": "submissions.entry.teleported.v9"})
    assert await inbox.apply(store, "a", Order.EVERY, strange, remember) is Outcome.UNKNOWN
    assert await inbox.apply(store, "a", Order.EVERY, a_fact(2), remember) is Outcome.APPLIED
    assert await seen(store) == [2]


async def test_a_compacted_topic_takes_the_latest_and_passes_over_the_older(store: Store) -> None:
    assert await inbox.apply(store, "a", Order.LATEST, a_fact(7), remember) is Outcome.APPLIED
    assert await inbox.apply(store, "a", Order.LATEST, a_fact(5), remember) is Outcome.DOUBLE
    assert await seen(store) == [7]


async def test_two_agents_each_apply_the_same_fact(store: Store) -> None:
    assert await inbox.apply(store, "a", Order.EVERY, a_fact(1), remember) is Outcome.APPLIED
    assert await inbox.apply(store, "b", Order.EVERY, a_fact(1), remember) is Outcome.APPLIED
    assert await seen(store) == [1, 1]
