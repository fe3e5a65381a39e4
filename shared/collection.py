"""One collection within a transaction, or outside of any: the only way rooms reach their documents. No driver is named."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from shared.errand import Errands
from shared.errors import Stale

Document = dict[str, Any]
_ALONG = "_along"
_AFTER = True  # answer the document as it is after the change


Operation = Callable[[Any, Any], Any]
"""Something asked of the driver's collection, with the session or without one; outside of a transaction it is awaited."""


class Handles(NamedTuple):
    """A collection as the driver gives it: to be awaited, and for use in one of its threads."""

    awaited: Any
    threaded: Any


class Link(NamedTuple):
    """Documents of `collection` whose `_id` another document has in `field`, one or a list, and what those name in turn."""

    field: str
    collection: str
    further: tuple["Link", ...] = ()


Ahead = dict[tuple[str, Any], Document]
"""Documents read along with another, by collection and `_id`, until somebody asks for them."""


class Collection:
    """One collection within a transaction, or outside of any; the session is never forgotten.

    Within a transaction `insert`, `insert_all`, `put` and `save` are only noted (`shared/errand.py`): their errors are
    raised by the next call that answers something, or by the commit. What they were given is not to be changed any more.
    """

    def __init__(self, name: str, handles: Handles, errands: Errands | None, ahead: Ahead) -> None:
        """Made by Tx."""
        self._name = name
        self._handles = handles
        self._errands = errands
        self._ahead = ahead

    async def _ask(self, operation: Operation) -> Any:
        if self._errands is None:
            return await operation(self._handles.awaited, None)
        collection = self._handles.threaded
        return await self._errands.at_once(lambda session: operation(collection, session))

    async def _change(self, operation: Operation) -> Any:
        self._ahead.clear()
        return await self._ask(operation)

    async def _note(self, operation: Operation, check: Callable[[Any], None] | None = None) -> None:
        """A write whose answer nobody needs; `check` may still raise for it."""
        self._ahead.clear()
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

    async def get(self, key: Any, *, along: Sequence[Link] = ()) -> Document | None:
        """The document with this `_id`, or None.

        Within a transaction, what it names by `along` is read in the same call: a `get` of it then asks nobody. A
        transaction sees its documents as they were at its beginning, so that is the same answer; a write of its own
        makes it ask again.
        """
        known = self._ahead.pop((self._name, key), None)
        if known is not None or not along or self._errands is None:
            return known or await self.find_one({"_id": key})
        found = await self.aggregate([{"$match": {"_id": key}}, *_stages(along)])
        for document in found:
            self._keep(document, along)
        return found[0] if found else None

    def _keep(self, document: Document, along: Sequence[Link]) -> None:
        for place, link in enumerate(along):
            for named in document.pop(f"{_ALONG}{place}"):
                self._keep(named, link.further)
                self._ahead[link.collection, named["_id"]] = named

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
        done = await self._change(lambda it, session: it.update_one(where, change, upsert=upsert, session=session))
        return int(done.matched_count)

    async def update_all(self, where: Document, change: Document) -> int:
        """Change every match; the number of documents matched."""
        done = await self._change(lambda it, session: it.update_many(where, change, session=session))
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
        found: Document | None = await self._change(
            lambda it, session: it.find_one_and_update(
                where, change, sort=order, upsert=upsert, return_document=_AFTER, session=session
            )
        )
        return found

    async def delete(self, where: Document) -> int:
        """Delete every match; how many there were."""
        done = await self._change(lambda it, session: it.delete_many(where, session=session))
        return int(done.deleted_count)


def _stages(along: Sequence[Link]) -> list[Document]:
    return [
        {
            "$lookup": {
                "from": link.collection,
                "localField": link.field,
                "foreignField": "_id",
                "as": f"{_ALONG}{place}",
                "pipeline": _stages(link.further),
            }
        }
        for place, link in enumerate(along)
    ]


def _check_current(done: Any) -> None:
    if done.matched_count != 1:
        raise Stale


class Tx:
    """A service's database: `tx["entries"]`. Inside `Store.transaction` every access is part of it."""

    def __init__(self, handles: Callable[[str], Handles], errands: Errands | None = None) -> None:
        """Made by Store."""
        self._handles = handles
        self._errands = errands
        self._ahead: Ahead = {}

    def __getitem__(self, name: str) -> Collection:
        """The collection `name`."""
        return Collection(name, self._handles(name), self._errands, self._ahead)
