"""MongoDB for one service: connection, transactions, typed access, change streams. Only this file imports motor."""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

os.environ.setdefault("MOTOR_MAX_WORKERS", "64")  # ten threads starve a writer that also watches (decision 0004)

from bson.codec_options import CodecOptions, TypeCodec, TypeRegistry
from bson.decimal128 import Decimal128
from motor.frameworks.asyncio import run_on_executor
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import WriteConcern
from pymongo.errors import CollectionInvalid, ConnectionFailure, DuplicateKeyError, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference

from shared.blobs import GRIDFS, BlobStore
from shared.collection import Collection, Document, Handles, Link, Tx
from shared.errand import Errands
from shared.gridfs import CHUNKS, GridBlobs
from shared.s3 import S3Blobs

__all__ = ["Collection", "Document", "DriverError", "Duplicate", "Index", "Link", "Store", "Tx", "unavailable"]
T = TypeVar("T")
DriverError = PyMongoError
Duplicate = DuplicateKeyError
"""Raised by a write that meets a unique index; inside a transaction it ends the transaction."""

_OPTIONS: dict[str, Any] = {
    "w": "majority",
    "journal": True,
    "readConcernLevel": "majority",
    "retryWrites": True,
    "retryReads": True,
    "maxPoolSize": 100,
    "serverSelectionTimeoutMS": 5000,
    "tz_aware": True,
    "uuidRepresentation": "standard",
}
_OPERATION_TIMEOUT_MS = 10_000
_TRANSACTION_SECONDS = 30
_EXISTS_ALREADY = 48
_OTHER_OPTIONS = {85, 86}


class _DecimalCodec(TypeCodec):
    python_type = Decimal
    bson_type = Decimal128

    def transform_python(self, value: Decimal) -> Decimal128:
        return Decimal128(value)

    def transform_bson(self, value: Decimal128) -> Decimal:
        return value.to_decimal()


def _other_types(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"MongoDB cannot store a {type(value).__name__}")


_CODEC: CodecOptions[Document] = CodecOptions(
    type_registry=TypeRegistry([_DecimalCodec()], fallback_encoder=_other_types), tz_aware=True
)


def unavailable(error: BaseException) -> bool:
    """Whether the server could not be reached or did not answer in time, so that trying again may help."""
    if isinstance(error, ConnectionFailure):
        return True
    conflict = isinstance(error, PyMongoError) and error.has_error_label("TransientTransactionError")
    return conflict or (isinstance(error, PyMongoError) and bool(error.timeout))


def _commit(session: Any) -> None:
    while True:
        try:
            session.commit_transaction()
        except DriverError as error:
            # Whether it was committed is unknown: asking again is safe and gives the answer.
            if not error.has_error_label("UnknownTransactionCommitResult") or error.timeout:
                raise
        else:
            return


@dataclass(frozen=True, slots=True)
class Index:
    """An index a room needs; rooms list theirs as INDEXES."""

    collection: str
    keys: tuple[tuple[str, int], ...]
    unique: bool = False
    where: Mapping[str, Any] | None = None
    expire_after: int | None = None
    """Seconds after the date in the one key; MongoDB deletes the document some time later."""


_OF_BLOBS = (Index(CHUNKS, (("files_id", 1), ("n", 1)), unique=True),)


class Store:
    """One service's database and its connection pool. Make it inside the event loop that uses it."""

    def __init__(self, url: str, database: str, *, name: str = "sang-kien", blobs: str = GRIDFS) -> None:
        """`url` may name a default database; `name` shows up in the server's log; `blobs`: where bytes are kept."""
        self._client: Any = AsyncIOMotorClient(url, appname=name, timeoutMS=_OPERATION_TIMEOUT_MS, **_OPTIONS)
        # A change stream waits by nature: the operation timeout would end it again and again.
        self._watcher: Any = AsyncIOMotorClient(url, appname=f"{name}-watch", **_OPTIONS)
        self._name = database
        self._database = self._client.get_database(database, codec_options=_CODEC)
        self._handles: dict[str, Handles] = {}
        self.blobs: BlobStore = S3Blobs(blobs) if blobs not in ("", GRIDFS) else GridBlobs(self._database)

    @property
    def read(self) -> Tx:
        """Access outside of a transaction: for pages, and for single-document writes."""
        return Tx(self._collection)

    def _collection(self, name: str) -> Handles:
        if name not in self._handles:
            awaited = self._database[name]
            self._handles[name] = Handles(awaited, awaited.delegate)
        return self._handles[name]

    async def transaction(self, body: Callable[[Tx], Awaitable[T]]) -> T:
        """Run `body` in a transaction and commit. It may run several times: no effect outside of the database.

        Conflicts with other writers are retried with a growing, jittered pause for half a minute; motor's own loop
        retries at once, and twenty writers of one document then starve one another.
        """
        stop = time.monotonic() + _TRANSACTION_SECONDS
        pause = 0.004
        while True:
            try:
                return await self._attempt(body)
            except DriverError as error:
                if not error.has_error_label("TransientTransactionError") or time.monotonic() > stop:
                    raise
            await asyncio.sleep(random.uniform(0.001, pause))  # noqa: S311 - jitter
            pause = min(0.25, pause * 1.6)

    async def _attempt(self, body: Callable[[Tx], Awaitable[T]]) -> T:
        errands = Errands(partial(run_on_executor, asyncio.get_running_loop()), self._begin, _commit)
        try:
            result = await body(Tx(self._collection, errands))
            await errands.commit()
            return result
        finally:
            await errands.end()

    def _begin(self) -> Any:
        session = self._client.delegate.start_session()
        session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority", j=True), ReadPreference.PRIMARY)
        return session

    async def ensure(self, indexes: Sequence[Index]) -> None:
        """Create the collections and indexes that are missing; transactions must not create them on the way."""
        present = set(await self._database.list_collection_names())
        indexes = [*indexes, *(_OF_BLOBS if isinstance(self.blobs, GridBlobs) else ())]
        names = sorted({index.collection for index in indexes})
        wanted = [(name, [index for index in indexes if index.collection == name]) for name in names]
        # Side by side: each waits for the journal, and a service has some dozens of them.
        await asyncio.gather(*(self._create(name, own, there=name in present) for name, own in wanted))

    async def _create(self, name: str, indexes: Sequence[Index], *, there: bool) -> None:
        if not there:
            try:
                await self._database.create_collection(name)
            except (CollectionInvalid, OperationFailure) as error:  # another process was quicker: seen here, or there
                if isinstance(error, OperationFailure) and error.code != _EXISTS_ALREADY:
                    raise
        for index in indexes:
            options: Document = {"unique": index.unique}
            if index.where is not None:
                options["partialFilterExpression"] = index.where
            if index.expire_after is not None:
                options["expireAfterSeconds"] = index.expire_after
            await self._index(index, options)

    async def _index(self, index: Index, options: Document) -> None:
        """Create an index; one that is there with other options, from an older version, is made anew."""
        collection, keys = self._database[index.collection], list(index.keys)
        try:
            await collection.create_index(keys, **options)
        except OperationFailure as error:
            if error.code not in _OTHER_OPTIONS:
                raise
            await collection.drop_index(keys)
            await collection.create_index(keys, **options)

    async def ping(self) -> None:
        """Raises DriverError when the server does not answer."""
        await self._database.command("ping")

    async def changes(self, collection: str) -> AsyncIterator[Document]:
        """Documents of `collection` as they are inserted or changed. Raises DriverError: the caller starts again.

        An alarm clock only: what happened while nobody watched must be read from the collection.
        """
        watched = self._watcher.get_database(self._name, codec_options=_CODEC)[collection]
        async with watched.watch([{"$match": {"fullDocument": {"$ne": None}}}], full_document="updateLookup") as stream:
            async for change in stream:
                yield change["fullDocument"]

    def close(self) -> None:
        """Close both pools."""
        self._client.close()
        self._watcher.close()
