"""Keeping fingerprints and asking who resembles a text. Called by the rooms above; nothing here decides."""

import asyncio
from collections.abc import Collection, Sequence

from services.submissions.likeness import domain, repository
from services.submissions.likeness.domain import Item, Match
from services.submissions.likeness.repository import INDEXES
from shared.mongo import Document, Tx

__all__ = ["INDEXES", "find", "forget", "ids", "keep", "keep_all", "resembling", "signatures"]
_SHOWN, _COMPARED = 10, 24
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

    `within`: a contest whose texts are looked for apart, so that ten copies of another year never hide one of this.
    """
    mark = await asyncio.to_thread(domain.signature, text)
    if not mark:
        return []
    apart: list[Document] = [{"contest_id": within}, {"contest_id": {"$ne": within}}] if within else [{}]
    found = [await _nearest(tx, text, mark, where | {"_id": {"$nin": list(but)}}) for where in apart]
    return [one for part in found for one in part if one.covered >= at_least]


async def _nearest(tx: Tx, text: str, mark: bytes, where: Document) -> list[Match]:
    met = await repository.meeting(tx, domain.bands(mark), where)
    nearest = sorted(met, key=lambda one: domain.estimate(mark, one[1]), reverse=True)[:_COMPARED]
    known = await repository.items(tx, [item_id for item_id, _ in nearest])
    found = await asyncio.to_thread(lambda: [domain.match(text, item) for item in known])
    return sorted(found, key=lambda one: -one.covered)[:_SHOWN]
