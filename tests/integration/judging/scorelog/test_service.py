"""The score log on a real database: one chain, whoever writes at once."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from services.judging.scorelog import domain, service

AT = datetime(2019, 11, 15, 1, 30, tzinfo=UTC)


@pytest.fixture
async def log(store):
    await store.ensure(service.INDEXES)
    return store


def appending(judge: str, contest: str = "c1", kind: str = "score.given"):
    async def work(tx):
        data = {"judge_id": judge, "entry_id": "e1", "total": Decimal("8.50"), "reason": "vì thế"}
        return await service.append(tx, contest_id=contest, round="final", kind=kind, data=data, by=judge, at=AT)

    return work


async def test_judges_who_write_at_once_leave_one_unbroken_chain(log):
    await asyncio.gather(*(log.transaction(appending(f"j{n}")) for n in range(20)))
    lines = await service.lines(log.read, "c1")
    domain.verify(lines)
    assert [line.n for line in lines] == list(range(1, 21))
    assert {line.by for line in lines} == {f"j{n}" for n in range(20)}
    head = await service.head(log.read, "c1")
    assert (head.n, head.hash) == (20, lines[-1].hash)


async def test_two_lines_of_one_transaction_follow_each_other(log):
    async def both(tx):
        await appending("j1")(tx)
        await appending("j2")(tx)

    await log.transaction(both)
    domain.verify(await service.lines(log.read, "c1"))


async def test_a_transaction_that_fails_leaves_no_line(log):
    await log.transaction(appending("j1"))

    async def failing(tx):
        await appending("j2")(tx)
        raise LookupError

    with pytest.raises(LookupError):
        await log.transaction(failing)
    assert (await service.head(log.read, "c1")).n == 1


async def test_each_contest_has_its_own_chain(log):
    await asyncio.gather(*(log.transaction(appending("j1", contest)) for contest in ("c1", "c2", "c1", "c2")))
    for contest in ("c1", "c2"):
        lines = await service.lines(log.read, contest)
        domain.verify(lines)
        assert len(lines) == 2


async def test_a_line_altered_in_the_database_is_found(log):
    for judge in ("j1", "j2", "j3"):
        await log.transaction(appending(judge))
    await log.read["score_lines"].update({"_id": "c1:2"}, {"$set": {"data.total": "9.50"}})
    with pytest.raises(domain.ChainBroken) as broken:
        domain.verify(await service.lines(log.read, "c1"))
    assert broken.value.n == 2


async def test_a_private_reason_stays_in_the_database_and_out_of_the_line(log):
    line = await log.transaction(appending("j1", kind="judge.recused"))
    assert "reason" not in line.data
    kept = await log.read["score_lines"].get("c1:1")
    assert kept["private"]["reason"] == "vì thế"


async def test_lines_are_found_by_round_and_by_kind(log):
    await log.transaction(appending("j1"))
    await log.transaction(appending("j2", kind="slot.closed"))
    assert await service.lines(log.read, "c1", "preliminary") == []
    assert [line.by for line in await service.lines(log.read, "c1", "final", kinds=("slot.closed",))] == ["j2"]
