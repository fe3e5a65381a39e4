"""Client keys on a real database: one effect and the same reply for a whole crowd of racers."""

import asyncio
import json

import pytest

from shared.errors import Invalid, KeyReused, Stale
from shared.ids import new_code
from shared.mongo import Document, Duplicate, Index, Store, Tx
from shared.once import once


async def enter(store: Store, key: str, title: str, by: str = "p1") -> Document:
    """A create form as a service would write it."""

    async def work(tx: Tx) -> Document:
        receipt = new_code()
        await tx["entries"].insert({"_id": receipt, "title": title})
        return {"receipt": receipt}

    return await once(store, action="enter", by=by, key=key, body={"title": title}, work=work)


async def test_twenty_racers_with_one_key_make_one_entry_and_get_the_same_receipt_bytes(store: Store) -> None:
    await store.ensure([])
    await store.read["entries"].count({})
    replies = await asyncio.gather(*(enter(store, "k1", "Một cửa") for _ in range(20)))
    assert len({json.dumps(reply) for reply in replies}) == 1
    assert await store.read["entries"].count({}) == 1


async def test_the_same_key_with_another_body_is_refused(store: Store) -> None:
    await enter(store, "k1", "Một cửa")
    with pytest.raises(KeyReused):
        await enter(store, "k1", "Hai cửa")
    assert await store.read["entries"].count({}) == 1


async def test_the_same_key_of_another_person_is_another_key(store: Store) -> None:
    await enter(store, "k1", "Một cửa", by="p1")
    await enter(store, "k1", "Hai cửa", by="p2")
    assert await store.read["entries"].count({}) == 2


async def test_no_key_is_refused_in_words(store: Store) -> None:
    with pytest.raises(Invalid, match="chưa hợp lệ"):
        await enter(store, "", "Một cửa")


async def test_an_index_of_an_older_version_is_made_anew_with_its_new_options(store: Store) -> None:
    await store.ensure([Index("things", (("email", 1),), unique=True)])
    await store.read["things"].insert({"_id": 1, "email": ""})
    await store.ensure([Index("things", (("email", 1),), unique=True, where={"email": {"$gt": ""}})])
    await store.read["things"].insert({"_id": 2, "email": ""})
    await store.read["things"].insert({"_id": 3, "email": "a"})
    with pytest.raises(Duplicate):
        await store.read["things"].insert({"_id": 4, "email": "a"})


async def test_a_kept_key_counts_before_a_refusal_of_the_work_and_an_unknown_one_does_not(store: Store) -> None:
    first = await enter(store, "k1", "Một cửa")

    async def refuses(_: Tx) -> Document:
        raise Stale

    async def again(key: str, title: str) -> Document:
        return await once(store, action="enter", by="p1", key=key, body={"title": title}, work=refuses)

    assert await again("k1", "Một cửa") == first
    with pytest.raises(KeyReused):
        await again("k1", "Hai cửa")
    with pytest.raises(Stale):
        await again("k2", "Một cửa")
