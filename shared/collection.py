"""One collection within a transaction, or outside of any: the only way rooms reach their documents. No driver is named."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from shared.errand import Errands
from shared.errors import Stale

Document = dict[str, Any]
_AFTER = True  # answer the document as it is after the change


Operation = Callable[[Any, Any], Any]
"""Something asked of the driver's collection, with the session or without one; outside of a transaction it is awaited."""


class Handles(NamedTuple):
    """A collection as the driver gives it: to be awaited, and for use in one of its threads."""

    awaited: Any
    threaded: Any


class Collection:
    """One collection within a transaction, or outside of any; the session is never forgotten.

    Within a transaction `insert`, `insert_all`, `put` and `save` are only noted (`shared/errand.py`): their errors are
    raised by the next call that answers something, or by the commit. What they were given is not to be changed any more.
    """

    def __init__(self, handles: Handles, errands: Errands | None) -> None:
        """Made by Tx."""
        self._handles = handles
        self._errands = errands

    async def _ask(self, operation: Operation) -> Any:
        if self._errands is None:
            return await operation(self._handles.awaited, None)
        collection = self._handles.threaded
        return await self._errands.at_once(lambda session: operation(collection, session))

    async def _note(self, operation: Operation, check: Callable[[Any], None] | None = None) -> None:
        """A write whose answer nobody needs; `check` may still raise for it."""
        if self._errands is None:
            done = await operation(self._handles.awaited, None)
            if check is not None:
                check(done)
            return
        collection = self._handles.threaded

        def write(session: Any) -> None:
            done = operation(collection, session)
            if check is not None:
                check(done)

        self._errands.later(write)

    async def get(self, key: Any) -> Document | None:
        """The document with this `_id`, or None."""
        return await self.find_one({"_id": key})

    async def find_one(self, where: Document, **options: Any) -> Document | None:
        """The first match, or None."""
        found: Document | None = await self._ask(lambda it, session: it.find_one(where, session=session, **options))
        return found

    async def find(
        self,
        where: Document,
        *,
        sort: Sequence[tuple[str, int]] = (),
        skip: int = 0,
        limit: int = 0,
        fields: Sequence[str] | None = None,
        vietnamese: bool = False,
    ) -> list[Document]:
        """All matches, at most `limit` when it is not 0; `vietnamese` sorts text as people here expect."""

        def operation(it: Any, session: Any) -> Any:
            cursor = it.find(where, fields, session=session, skip=skip, limit=limit)
            if sort:
                cursor = cursor.sort(list(sort))
            if vietnamese:
                cursor = cursor.collation({"locale": "vi"})
            return cursor.to_list(None)

        found: list[Document] = await self._ask(operation)
        return found

    async def count(self, where: Document) -> int:
        """How many documents match."""
        number: int = await self._ask(lambda it, session: it.count_documents(where, session=session))
        return number

    async def aggregate(self, pipeline: list[Document]) -> list[Document]:
        """The result of an aggregation, whole."""
        found: list[Document] = await self._ask(
            lambda it, session: it.aggregate(pipeline, session=session).to_list(None)
        )
        return found

    async def insert(self, document: Document) -> None:
        """Insert; raises Duplicate."""
        await self._note(lambda it, session: it.insert_one(document, session=session))

    async def insert_all(self, documents: list[Document]) -> None:
        """Insert many; raises Duplicate (as a bulk error outside of a transaction)."""
        if documents:
            await self._note(lambda it, session: it.insert_many(documents, session=session))

    async def put(self, document: Document) -> None:
        """Insert or replace by `_id`."""
        where = {"_id": document["_id"]}
        await self._note(lambda it, session: it.replace_one(where, document, upsert=True, session=session))

    async def save(self, document: Document) -> None:
        """Replace an aggregate whose `version` was read as it is in `document`, and bump it there.

        A new aggregate has version 0 and is inserted. Raises Stale when somebody saved in between.
        """
        read = document["version"]
        document["version"] = read + 1
        if read == 0:
            await self.insert(document)
            return
        await self.swap({"_id": document["_id"], "version": read}, document)

    async def swap(self, where: Document, document: Document, *, upsert: bool = False) -> None:
        """Replace the one match. Raises Stale when there is none; with `upsert` it is then inserted: Duplicate."""
        await self._note(
            lambda it, session: it.replace_one(where, document, upsert=upsert, session=session),
            None if upsert else _check_current,
        )

    async def update(self, where: Document, change: Document, *, upsert: bool = False) -> int:
        """Change the first match; the number of documents matched."""
        done = await self._ask(lambda it, session: it.update_one(where, change, upsert=upsert, session=session))
        return int(done.matched_count)

    async def update_all(self, where: Document, change: Document) -> int:
        """Change every match; the number of documents matched."""
        done = await self._ask(lambda it, session: it.update_many(where, change, session=session))
        return int(done.matched_count)

    async def take(
        self,
        where: Document,
        change: Document | list[Document],
        *,
        sort: Sequence[tuple[str, int]] = (),
        upsert: bool = False,
    ) -> Document | None:
        """Change one match in one step and answer it as it is afterwards, or None."""
        order = list(sort) or None
        found: Document | None = await self._ask(
            lambda it, session: it.find_one_and_update(
                where, change, sort=order, upsert=upsert, return_document=_AFTER, session=session
            )
        )
        return found

    async def delete(self, where: Document) -> int:
        """Delete every match; how many there were."""
        done = await self._ask(lambda it, session: it.delete_many(where, session=session))
        return int(done.deleted_count)


def _check_current(done: Any) -> None:
    if done.matched_count != 1:
        raise Stale


class Tx:
    """A service's database: `tx["entries"]`. Inside `Store.transaction` every access is part of it."""

    def __init__(self, handles: Callable[[str], Handles], errands: Errands | None = None) -> None:
        """Made by Store."""
        self._handles = handles
        self._errands = errands

    def __getitem__(self, name: str) -> Collection:
        """The collection `name`."""
        return Collection(self._handles(name), self._errands)
