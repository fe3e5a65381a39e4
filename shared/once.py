"""Client keys: the same key gives the same reply, the same key with another body is refused."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

from shared.clock import now
from shared.errors import Invalid, KeyReused
from shared.mongo import Document, Index, Store, Tx, unavailable

INDEXES = (
    Index("client_keys", (("by", 1), ("at", -1))),
    Index("client_keys", (("reply.person_id", 1),), where={"reply.person_id": {"$exists": True}}),
)
_MAX_KEY = 255


def fingerprint(body: Any) -> str:
    """A digest of what was asked, equal for equal bodies."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


async def once(
    store: Store, *, action: str, by: str, key: str, body: Any, work: Callable[[Tx], Awaitable[Document]]
) -> Document:
    """Do `work` and keep its reply under (action, by, key), in one transaction; or answer the kept reply.

    A key that is kept counts before anything the work may refuse, also when the work is refused only by now.
    Raises KeyReused when the key came before with another body, Invalid when there is no usable key.
    """
    if not 1 <= len(key) <= _MAX_KEY:
        raise Invalid([{"field": "client_key", "text": "Thiếu mã gửi. Hãy mở lại biểu mẫu."}])
    name, asked = f"{action}|{by}|{key}", fingerprint(body)

    async def run(tx: Tx) -> Document:
        reply = await work(tx)
        await tx["client_keys"].insert({"_id": name, "by": by, "asked": asked, "reply": reply, "at": now()})
        return reply

    async def look(tx: Tx) -> Document | None:
        return await tx["client_keys"].get(name)

    # A key comes again once in a long while: the look at what is kept waits until something went wrong. That may be the
    # key itself, or whatever the work meets because it was done before.
    try:
        return await store.transaction(run)
    except Exception as error:
        if unavailable(error):
            raise
        kept = await store.transaction(look)
        if kept is None:
            raise
    if kept["asked"] != asked:
        raise KeyReused
    answer: Document = kept["reply"]
    return answer


async def forget(tx: Tx, person_id: str) -> None:
    """The replies that were given to a person, and the one that told of the account."""
    await tx["client_keys"].delete({"$or": [{"by": person_id}, {"reply.person_id": person_id}]})
