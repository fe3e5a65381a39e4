"""The server under measurement: submissions as it is deployed and, in the same process, the bare floor beside it.

The floor stands outside of the application, so that it pays for none of our middleware. Only the bench starts this.
"""

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, UploadFile
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorGridFSBucket
from pydantic import BaseModel
from pymongo import WriteConcern
from starlette.types import Receive, Scope, Send

from services.submissions.web import app as ours
from shared.ids import new_id
from tests.bench.loader import BARE_PATH, BARE_UPLOAD

_clients: dict[str, Any] = {}


class Handed(BaseModel):
    """What the bare route takes: the words of an entry and a key."""

    client_key: str
    title: str
    parts: dict[str, str]
    entrant_group: str
    content_group: str


class Taken(BaseModel):
    """What it answers."""

    entry_id: str
    at: datetime


@asynccontextmanager
async def _connected(_: FastAPI) -> AsyncIterator[None]:
    client: Any = AsyncIOMotorClient(os.environ["BENCH_MONGO_URL"], w="majority", journal=True, maxPoolSize=100)
    database = client["bare"]
    for name in {"entries", "outbox"} - set(await database.list_collection_names()):
        await database.create_collection(name)
    _clients["bare"] = client
    yield
    client.close()


bare = FastAPI(lifespan=_connected)


@bare.post(BARE_PATH)
async def hand_in(handed: Handed) -> Taken:
    """Two documents in one transaction: the least with which an entry and its fact can be kept together."""
    client, entry_id, at = _clients["bare"], new_id(), datetime.now(UTC)
    entry = {"_id": entry_id, **handed.model_dump(), "at": at}
    fact = {"_id": new_id(), "key": entry_id, "value": handed.model_dump_json(), "at": at, "pending": True}

    async def both(session: Any) -> None:
        await client["bare"]["entries"].insert_one(entry, session=session)
        await client["bare"]["outbox"].insert_one(fact, session=session)

    async with await client.start_session() as session:
        await session.with_transaction(both, write_concern=WriteConcern("majority", j=True))
    return Taken(entry_id=entry_id, at=at)


@bare.post(BARE_UPLOAD)
async def put(file: UploadFile) -> dict[str, str]:
    """The bytes of a form into GridFS with their digest: the least that keeps a file."""
    content, file_id = await file.read(), new_id()
    about = {"sha256": hashlib.sha256(content).hexdigest()}
    await AsyncIOMotorGridFSBucket(_clients["bare"]["bare"]).upload_from_stream_with_id(
        file_id, file_id, content, metadata=about
    )
    return {"file_id": file_id}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """The floor under its own path, everything else to the application."""
    if scope["type"] == "lifespan":
        async with bare.router.lifespan_context(bare):
            await ours(scope, receive, send)
    elif scope["path"] in (BARE_PATH, BARE_UPLOAD):
        await bare(scope, receive, send)
    else:
        await ours(scope, receive, send)
