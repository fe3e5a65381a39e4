"""Somebody who was erased: no name is left in judging, tokens are void, the script and the log stay."""

from typing import Any

import pytest

from services.judging.copies import agents, service
from services.judging.scorelog import service as scorelog
from shared import topics
from shared.errors import NotFound
from shared.events.envelope import Envelope
from shared.events.submissions import PersonUpdated
from shared.inbox import Outcome, apply
from shared.mongo import Store
from tests.integration.judging.builders import CONTEST, START, entry_fact

NAME = "Kiều Vân Khê"


async def remembered(store: Store, person_id: str, seq: int = 1) -> Outcome:
    fact = PersonUpdated(person_id=person_id, name=NAME)
    told = Envelope.wrap(fact, subject=person_id, seq=seq, by=person_id, time=START)
    return await apply(store, "copies.on_people", topics.PEOPLE.order, told, agents.on_people)


async def a_script(store: Store, **words: Any) -> None:
    fact = entry_fact("entry-1", **words)
    await store.transaction(lambda tx: service.remember_entry(tx, fact, codes=["CODE-1"], by="s", at=START))


async def erased(store: Store, person_id: str) -> None:
    await store.transaction(lambda tx: agents.on_erased(tx, person_id))


async def everything(store: Store) -> str:
    names = ("people", "scripts", "sealed", "score_log", "outbox", "inbox", "dead_letters", "parked")
    return str([await store.read[name].find({}) for name in names])


async def test_no_name_is_left_and_the_text_stays(store: Store) -> None:
    await remembered(store, "author-of-entry-1")
    await a_script(store, title=f"Đề án của {NAME.upper()}", parts={"solution": f"Tôi là {NAME}, xin đề xuất."})
    await erased(store, "author-of-entry-1")
    script = await service.script(store.read, "entry-1")
    assert (script.title, script.parts) == ("Đề án của (đã xóa)", {"solution": "Tôi là (đã xóa), xin đề xuất."})
    assert script.code == "CODE-1"
    assert NAME not in await everything(store)
    with pytest.raises(NotFound):
        await service.person(store.read, "author-of-entry-1")


async def test_tokens_given_out_before_are_void(store: Store) -> None:
    await remembered(store, "p")
    assert await service.signed_out_before(store)("p") is None
    await erased(store, "p")
    assert await service.signed_out_before(store)("p") is not None


async def test_erased_twice_is_erased_once_and_an_older_fact_brings_nobody_back(store: Store) -> None:
    await remembered(store, "p", seq=2)
    await erased(store, "p")
    first = await service.signed_out_before(store)("p")
    await erased(store, "p")
    assert await remembered(store, "p", seq=1) is Outcome.DOUBLE
    assert await remembered(store, "p", seq=2) is Outcome.DOUBLE
    assert await service.signed_out_before(store)("p") == first
    with pytest.raises(NotFound):
        await service.person(store.read, "p")


async def test_the_score_log_names_judges_by_id_and_stays_as_it_is(store: Store) -> None:
    await remembered(store, "judge-1")

    data = {"assigned": [{"entry_id": "entry-1", "judge_id": "judge-1"}]}
    await store.transaction(
        lambda tx: scorelog.append(
            tx, contest_id=CONTEST, round="preliminary", kind="scripts.assigned", data=data, by="judge-1", at=START
        )
    )
    before = await scorelog.lines(store.read, CONTEST)
    assert NAME not in str(before)
    await erased(store, "judge-1")
    assert await scorelog.lines(store.read, CONTEST) == before
