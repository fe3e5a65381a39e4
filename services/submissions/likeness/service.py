"""Keeping fingerprints and asking who resembles a text. Called by the rooms above; nothing here decides."""

import asyncio
from collections.abc import Collection, Sequence

from services.submissions.likeness import domain, repository
from services.submissions.likeness.domain import Item, Match
from services.submissions.likeness.repository import INDEXES
from shared.mongo import Tx

__all__ = ["INDEXES", "find", "forget", "ids", "keep", "keep_all", "resembling", "signatures"]
_SHOWN, _COMPARED = 10, 24
_EVERY = 200
"""A published initiative is held against all entries that say the same, however many those are."""
find, ids = repository.find, repository.ids


async def keep(tx: Tx, item: Item) -> None:
    """Keep the fingerprint of a text; one that is kept already is replaced."""
    await keep_all(tx, [item], await signatures([item]))


async def signatures(items: Sequence[Item]) -> list[bytes]:
    """The signatures of many texts, made before the transaction that keeps them."""
    return await asyncio.to_thread(lambda: [domain.signature(item.text) for item in items])


async def keep_all(tx: Tx, items: Sequence[Item], made: Sequence[bytes]) -> None:
    """Keep the fingerprints of many texts, with what `signatures` made of them."""
    for item, mark in zip(items, made, strict=True):
        await repository.put(tx, item, mark, domain.bands(mark))


async def forget(tx: Tx, item_id: str) -> None:
    """The text is no longer to be resembled."""
    await repository.delete(tx, item_id)


async def resembling(
    tx: Tx, text: str, *, but: Collection[str] = (), at_least: float = domain.MARKED_FROM, within: str = ""
) -> list[Match]:
    """The texts that cover at least a share of `text`, the most alike first.

    `within`: a contest whose texts are looked for apart, as published initiatives are, so that ten copies of another
    year never hide one of this. Empty for a published initiative.
    """
    mark = await asyncio.to_thread(domain.signature, text)
    met = await repository.meeting(tx, domain.bands(mark), but) if mark else []
    met.sort(key=lambda one: domain.estimate(mark, one.signature), reverse=True)
    places: dict[str, list[str]] = {"here": [], "published": [], "elsewhere": []}
    for one in met:
        mine = places[_place(one.contest_id, within)]
        mine += [one.id] if len(mine) < (_COMPARED if within else _EVERY) else []
    apart = list(places.values())
    known = await repository.items(tx, [item_id for part in apart for item_id in part])
    found = await asyncio.to_thread(lambda: [domain.match(text, item) for item in known])
    found = sorted((one for one in found if one.covered >= at_least), key=lambda one: -one.covered)
    shown = _SHOWN if within else _EVERY
    return [one for part in apart for one in [each for each in found if each.item.id in part][:shown]]


def _place(contest_id: str, within: str) -> str:
    if contest_id:
        return "here" if contest_id == within else "elsewhere"
    return "published"
