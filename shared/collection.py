"""One collection within a transaction, or outside of any: the only way rooms reach their documents. No driver is named."""

from collections.abc import Sequence
from typing import Any

from shared.errors import Stale

Document = dict[str, Any]
_AFTER = True  # answer the document as it is after the change


class Collection:
    """One collection within a transaction, or outside of any; the session is never forgotten."""

    def __init__(self, collection: Any, session: Any) -> None:
        """Made by Tx."""
        self._collection = collection
        self._session = session

    async def get(self, key: Any) -> Document | None:
        """The document with this `_id`, or None."""
        return await self.find_one({"_id": key})

    async def find_one(self, where: Document, **options: Any) -> Document | None:
        """The first match, or None."""
        found: Document | None = await self._collection.find_one(where, session=self._session, **options)
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
        cursor = self._collection.find(where, fields, session=self._session, skip=skip, limit=limit)
        if sort:
            cursor = cursor.sort(list(sort))
        if vietnamese:
            cursor = cursor.collation({"locale": "vi"})
        found: list[Document] = await cursor.to_list(None)
        return found

    async def count(self, where: Document) -> int:
        """How many documents match."""
        number: int = await self._collection.count_documents(where, session=self._session)
        return number

    async def aggregate(self, pipeline: list[Document]) -> list[Document]:
        """The result of an aggregation, whole."""
        found: list[Document] = await self._collection.aggregate(pipeline, session=self._session).to_list(None)
        return found

    async def insert(self, document: Document) -> None:
        """Insert; raises Duplicate."""
        await self._collection.insert_one(document, session=self._session)

    async def insert_all(self, documents: list[Document]) -> None:
        """Insert many; raises Duplicate (as a bulk error outside of a transaction)."""
        if documents:
            await self._collection.insert_many(documents, session=self._session)

    async def put(self, document: Document) -> None:
        """Insert or replace by `_id`."""
        await self._collection.replace_one({"_id": document["_id"]}, document, upsert=True, session=self._session)

    async def save(self, document: Document) -> None:
        """Replace an aggregate whose `version` was read as it is in `document`, and bump it there.

        A new aggregate has version 0 and is inserted. Raises Stale when somebody saved in between.
        """
        read = document["version"]
        document["version"] = read + 1
        if read == 0:
            await self.insert(document)
            return
        where = {"_id": document["_id"], "version": read}
        done = await self._collection.replace_one(where, document, session=self._session)
        if done.matched_count != 1:
            raise Stale

    async def update(self, where: Document, change: Document, *, upsert: bool = False) -> int:
        """Change the first match; the number of documents matched."""
        done = await self._collection.update_one(where, change, upsert=upsert, session=self._session)
        return int(done.matched_count)

    async def update_all(self, where: Document, change: Document) -> int:
        """Change every match; the number of documents matched."""
        return int((await self._collection.update_many(where, change, session=self._session)).matched_count)

    async def take(
        self,
        where: Document,
        change: Document | list[Document],
        *,
        sort: Sequence[tuple[str, int]] = (),
        upsert: bool = False,
    ) -> Document | None:
        """Change one match in one step and answer it as it is afterwards, or None."""
        found: Document | None = await self._collection.find_one_and_update(
            where,
            change,
            sort=list(sort) or None,
            upsert=upsert,
            return_document=_AFTER,
            session=self._session,
        )
        return found

    async def delete(self, where: Document) -> int:
        """Delete every match; how many there were."""
        return int((await self._collection.delete_many(where, session=self._session)).deleted_count)


class Tx:
    """A service's database: `tx["entries"]`. Inside `Store.transaction` every access is part of it."""

    def __init__(self, database: Any, session: Any = None) -> None:
        """Made by Store."""
        self._database = database
        self._session = session

    def __getitem__(self, name: str) -> Collection:
        """The collection `name`."""
        return Collection(self._database[name], self._session)
