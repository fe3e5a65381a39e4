"""Keeping fingerprints and asking who resembles a text. Called by the rooms above; nothing here decides."""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence

from services.submissions.likeness import domain, repository
from services.submissions.likeness.domain import Fingerprint, Item, Match
from services.submissions.likeness.repository import INDEXES
from shared.mongo import Tx

__all__ = [
    "INDEXES",
    "find",
    "fingerprints",
    "forget",
    "ids",
    "keep",
    "keep_all",
    "make_anew",
    "outdated",
    "resembling",
]
_SHOWN, _COMPARED, _ALONG = 10, 24, 12
_OF_A_RUN = 8
"""A run that more texts have is a stock phrase: the others of them are met by what they share beside it."""
_Met = tuple[str, str]
"""Id of a text, and its contest."""
_EVERY = 200
"""A published initiative is held against all entries that say the same, however many those are."""
find, ids, outdated, make_anew = repository.find, repository.ids, repository.outdated, repository.make_anew


async def keep(tx: Tx, item: Item) -> None:
    """Keep the fingerprint of a text; one that is kept already is replaced."""
    await keep_all(tx, [item], await fingerprints([item]))


async def fingerprints(items: Sequence[Item]) -> list[Fingerprint]:
    """Of many texts, made before the transaction that keeps them."""
    return await asyncio.to_thread(lambda: [domain.fingerprint(item.text) for item in items])


async def keep_all(tx: Tx, items: Sequence[Item], made: Sequence[Fingerprint]) -> None:
    """Keep many texts, with what `fingerprints` made of them."""
    for item, one in zip(items, made, strict=True):
        await repository.put(tx, item, one)


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
    asked = await asyncio.to_thread(domain.fingerprint, text)
    met = await repository.meeting(tx, asked.bands, but) if asked.bands else []
    met.sort(key=lambda one: domain.estimate(asked.signature, one.signature), reverse=True)
    shared = Counter(await repository.sharing(tx, asked.runs, but, each=_OF_A_RUN if within else _EVERY))
    apart = _apart([(one.id, one.contest_id) for one in met], [one for one, _ in shared.most_common()], within)
    known = await repository.items(tx, [item_id for part in apart for item_id in part])
    found = await asyncio.to_thread(domain.matches, text, known, at_least=at_least)
    found.sort(key=lambda one: -one.covered)
    shown = _SHOWN if within else _EVERY
    return [one for part in apart for one in [each for each in found if each.item.id in part][:shown]]


def _apart(near: list[_Met], along: list[_Met], within: str) -> list[dict[str, None]]:
    """Ids to compare, by place: the nearest as a whole, and those with the most runs in common."""
    places: dict[str, dict[str, None]] = {"here": {}, "published": {}, "elsewhere": {}}
    for found, most in ((near, _COMPARED), (along, _ALONG)):
        taken = Counter[str]()
        for item_id, contest_id in found:
            place = _place(contest_id, within)
            if item_id not in places[place] and taken[place] < (most if within else _EVERY):
                places[place][item_id] = None
                taken[place] += 1
    return list(places.values())


def _place(contest_id: str, within: str) -> str:
    if contest_id:
        return "here" if contest_id == within else "elsewhere"
    return "published"
