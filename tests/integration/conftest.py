"""What every integration test stands on: one real MongoDB and one real Kafka for the run, one database for each test.

Where a service's dozens of collections are needed, the tests of one process share a database that is emptied in between.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient

from deploy.local.stack import Stack
from deploy.local.topics import create
from shared import consume, once, outbox
from shared.ids import new_id
from shared.mongo import Store

KIT_INDEXES = (*consume.INDEXES, *once.INDEXES, *outbox.INDEXES)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """mongod and the broker on free ports in a throw-away folder, with every topic."""
    folder: Path = tmp_path_factory.mktemp("stack")
    with Stack(folder) as running:
        create(running.kafka_url)
        yield running


@pytest.fixture
def database_name(stack: Stack) -> Iterator[str]:
    """A database of this test alone."""
    name = f"t_{new_id().replace('-', '')}"
    yield name
    client: MongoClient[dict[str, object]] = MongoClient(stack.mongo_url)
    client.drop_database(name)
    client.close()


def emptied(mongo_url: str, name: str) -> None:
    """Collections and indexes stay, documents go: making all collections of a service takes longer than most tests do."""
    client: MongoClient[dict[str, object]] = MongoClient(mongo_url)
    for collection in client[name].list_collection_names():
        client[name][collection].delete_many({})
    client.close()


@pytest.fixture
async def store(stack: Stack, database_name: str) -> AsyncIterator[Store]:
    """The kit's database access, with the indexes every service has."""
    made = Store(stack.mongo_url, database_name, name="test")
    await made.ensure(KIT_INDEXES)
    yield made
    await asyncio.sleep(0)
    made.close()
