"""A person is erased: what goes, what stays, and that an interrupted erasure is finished."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.local.stack import Stack
from services.submissions.consents import service as consents
from services.submissions.consents.domain import Decision
from services.submissions.decisions import service as decisions
from services.submissions.entries import service as entries
from services.submissions.erasures import repository, service
from services.submissions.erasures.domain import Erasure, LastAdministrator, State
from services.submissions.people import service as people
from services.submissions.settings import Settings
from services.submissions.states.domain import State as EntryState
from shared import kafka
from shared.clock import now
from shared.identity import Person
from shared.kafka import Producer
from shared.mongo import Store
from shared.outbox import Relay
from shared.topics import PEOPLE
from tests.integration.submissions.builders import Browser, a_contest, a_person, outbox_rows
from tests.integration.submissions.entry_builders import (
    SECRET,
    a_draft,
    a_pdf,
    an_entry,
    attach,
    deliver,
    hand_in,
    key,
    words,
)

NAME, EMAIL, PHONE = "Kiều Vân Khê", "kieu.van.khe@thu.example", "+84912345678"
CANARIES = ("Kiều Vân Khê", "KIỀU VÂN KHÊ", "kieu van khe", "kieu.van.khe", "912345678", "912 345 678")
TEXT = f"Tôi là {NAME}, điện thoại 0912 345 678, thư {EMAIL}, xin đề xuất một bảng kiểm tra trước cửa."
NAMED: dict[str, Any] = {"title": f"Sáng kiến của {NAME}", "parts": {"situation": TEXT, "solution": TEXT}}
SECRETARY = Person("the-secretary", "Thư ký", frozenset({("secretary", "*")}))


async def the_person(store: Store, *roles: str) -> Person:
    return await a_person(store, *roles, name=NAME, email=EMAIL, phone=PHONE)


def everything(stack: Stack, database: str) -> str:
    """Every document of every collection of a database, files too."""
    client: MongoClient[dict[str, object]] = MongoClient(stack.mongo_url)
    try:
        found = [list(client[database][name].find({})) for name in client[database].list_collection_names()]
    finally:
        client.close()
    return str(found)


async def begun(store: Store, person: Person) -> None:
    await service.begin(store, person.id, by=person.id, secret_key=SECRET, at=now())


async def step_on(store: Store, settings: Settings, person: Person, *, until: State) -> Erasure:
    """Take steps as the worker does until the next one would be `until`."""
    for _ in range(20):
        erasure = await repository.find(store.read, person.id)
        assert erasure is not None
        if erasure.state is until:
            return erasure
        await service.step(store, erasure, settings)
    raise AssertionError("the erasure does not go on")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With the secret of the builders."""
    return settings.model_copy(update={"secret_key": type(settings.secret_key)(SECRET)})


async def a_full_life(store: Store) -> tuple[Person, dict[str, str]]:
    """Somebody with a draft, an entry handed in, an accepted and a withdrawn one, each naming the author."""
    person, contest = await the_person(store), await a_contest(store)
    draft = await a_draft(store, person, contest.id, **NAMED)
    await attach(store, draft.id, f"{NAME}.pdf", a_pdf(NAME), by=person)
    waiting = await an_entry(store, person, contest.id)
    accepted = await a_draft(store, person, contest.id)
    await attach(store, accepted.id, f"{NAME}.pdf", a_pdf(NAME), by=person)
    await hand_in(store, accepted.id, person)
    gone = await an_entry(store, person, contest.id)
    await entries.withdraw(store, gone.id, f"{NAME} xin rút", key=key(), by=person, at=now())
    for one in (waiting, accepted, gone):
        await deliver(store, one.id)
    await decisions.accept(store, accepted.id, revision=1, key=key(), by=SECRETARY, at=now())
    await consents.decide(store, Decision(purpose="news", given=True, version=1), by=person, at=now())
    ids = {"draft": draft.id, "waiting": waiting.id, "accepted": accepted.id, "withdrawn": gone.id}
    await _as_named(store, list(ids.values()))
    for known in (draft.id, waiting.id):
        there = await entries.get(store.read, known)
        await entries.write(store, known, words(), version=there.version, by=person, at=now())
    assert await store.read["entry_versions"].count({"title": NAMED["title"]}) == 2
    return person, ids


async def _as_named(store: Store, entry_ids: list[str]) -> None:
    """Handing in refuses a text that names its author; one of before that rule, or of a person renamed since, does not."""
    folded = {"title_folded": "sang kien cua kieu van khe"}
    await store.read["entries"].update_all({"_id": {"$in": entry_ids}}, {"$set": {**NAMED, **folded}})
    await store.read["entry_revisions"].update_all({"entry_id": {"$in": entry_ids}}, {"$set": NAMED})
    title = {"title": NAMED["title"], **folded}
    await store.read["register"].update_all({"_id": {"$in": entry_ids}}, {"$set": title})


async def test_nothing_of_the_person_is_left_in_any_collection(
    store: Store, settings: Settings, stack: Stack, database_name: str
) -> None:
    person, _ = await a_full_life(store)
    before = everything(stack, database_name)
    assert all(canary in before for canary in (NAME, "kieu van khe", EMAIL, PHONE, "0912 345 678"))
    await begun(store, person)
    await step_on(store, settings, person, until=State.TOPIC)
    after = everything(stack, database_name)
    assert [canary for canary in CANARIES if canary in after] == []


async def test_each_entry_meets_the_fate_that_was_foretold(store: Store, settings: Settings) -> None:
    person, ids = await a_full_life(store)
    await begun(store, person)
    await step_on(store, settings, person, until=State.TOPIC)
    assert not await entries.exists(store.read, ids["draft"])
    waiting = await entries.get(store.read, ids["waiting"])
    assert (waiting.state, waiting.title, waiting.parts) == (EntryState.WITHDRAWN, "(đã xóa)", {})
    accepted = await entries.get(store.read, ids["accepted"])
    assert accepted.state is EntryState.ACCEPTED
    assert accepted.title == "Sáng kiến của (đã xóa)"
    assert accepted.parts["solution"].endswith("xin đề xuất một bảng kiểm tra trước cửa.")
    assert accepted.files == []
    assert (await entries.last_revision(store.read, accepted)).title == accepted.title
    facts = [row["type"] for row in await outbox_rows(store, ids["waiting"])]
    assert facts[-1] == "submissions.entry.withdrawn.v1"
    assert [row["type"] for row in await outbox_rows(store, ids["withdrawn"])].count(
        "submissions.entry.withdrawn.v1"
    ) == 1


async def test_no_fact_about_an_entry_ever_names_its_author(store: Store) -> None:
    _, ids = await a_full_life(store)
    told = str([row["value"] for entry_id in ids.values() for row in await outbox_rows(store, entry_id)])
    assert "[tác giả]" in told
    assert [canary for canary in CANARIES if canary in told] == []


async def test_original_files_go_at_once_and_the_copies_of_the_jury_with_the_published_result(
    store: Store, settings: Settings
) -> None:
    person, ids = await a_full_life(store)
    released = (await entries.get(store.read, ids["accepted"])).released
    assert len(released) == 1
    await begun(store, person)
    erasure = await step_on(store, settings, person, until=State.TOPIC)
    assert list(erasure.copies.values()) == [[released[0].id]]
    assert await store.read["blobs.files"].count({}) == 1
    contest_id = (await entries.get(store.read, ids["accepted"])).contest_id
    await store.transaction(lambda tx: service.result_published(tx, contest_id, now()))
    assert (await entries.get(store.read, ids["accepted"])).released == []
    await step_on(store, settings, person, until=State.TOPIC)
    assert await store.read["blobs.files"].count({}) == 0


async def test_whoever_is_erased_after_the_result_leaves_no_file_at_all(store: Store, settings: Settings) -> None:
    person, ids = await a_full_life(store)
    contest_id = (await entries.get(store.read, ids["accepted"])).contest_id
    await store.transaction(lambda tx: service.result_published(tx, contest_id, now()))
    await begun(store, person)
    await step_on(store, settings, person, until=State.TOPIC)
    assert await store.read["blobs.files"].count({}) == 0


async def test_tokens_and_sessions_end_at_once_and_the_address_is_free_again(
    store: Store, browser: Callable[[], Browser]
) -> None:
    person, visitor = await the_person(store), browser()
    await visitor.sign_in(EMAIL)
    assert (await visitor.get("/tai-khoan")).status_code == 200
    await begun(store, person)
    assert (await visitor.get("/tai-khoan", follow_redirects=False)).status_code != 200
    assert (await visitor.sign_in(EMAIL)).status_code == 401
    again = await the_person(store)
    assert again.id != person.id


async def test_two_erased_people_do_not_stand_in_each_others_way(store: Store) -> None:
    for _ in range(2):
        await begun(store, await the_person(store))
    assert await store.read["erasures"].count({}) == 2


async def test_an_erasure_killed_after_any_entry_is_finished_by_the_next_worker(
    store: Store, settings: Settings, stack: Stack, database_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, _ = await a_full_life(store)
    await begun(store, person)
    whole, calls = service.clear, 0

    async def dies(*args: object, **kwargs: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return await whole(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "clear", dies)
    first = await repository.take(store.read, now())
    assert first is not None
    with pytest.raises(KeyboardInterrupt):
        await service.step(store, first, settings)
    monkeypatch.undo()
    assert await repository.take(store.read, now()) is None
    second = await repository.take(store.read, now() + timedelta(minutes=2))
    assert second is not None
    assert second.state is State.ENTRIES
    await step_on(store, settings, person, until=State.TOPIC)
    after = everything(stack, database_name)
    assert [canary for canary in CANARIES if canary in after] == []
    assert await store.read["blobs.files"].count({}) == 1


async def test_erasing_twice_is_erasing_once(store: Store) -> None:
    person = await the_person(store)
    await begun(store, person)
    await begun(store, person)
    assert [row["type"] for row in await outbox_rows(store, person.id)] == ["tombstone"]


async def test_the_last_administrator_stays(store: Store) -> None:
    only = await the_person(store, "administrator")
    with pytest.raises(LastAdministrator):
        await begun(store, only)
    await a_person(store, "administrator")
    await begun(store, only)
    assert (await people.get(store.read, only.id)).erased


async def test_an_erasure_ends_when_the_compacted_topic_holds_nothing_of_the_person(
    store: Store, settings: Settings, stack: Stack
) -> None:
    person = await the_person(store)
    quick = {"cleanup.policy": "compact", "segment.ms": "100", "max.compaction.lag.ms": "100"}
    await kafka.configure(stack.kafka_url, PEOPLE.name, {**quick, "min.cleanable.dirty.ratio": "0.01"})
    relay = Relay(store, lambda: Producer(stack.kafka_url))
    try:
        async with Producer(stack.kafka_url) as producer, asyncio.timeout(120):
            await relay.round(producer)
            await begun(store, person)
            await step_on(store, settings, person, until=State.TOPIC)
            seen = set()
            while (erasure := await service.progress(store.read, person.id)) and erasure.state is State.TOPIC:
                seen.add(bool(await kafka.kept(stack.kafka_url, PEOPLE, [person.id])))
                await relay.round(producer)
                await service.step(store, erasure, settings)
                await asyncio.sleep(1)
    finally:
        await kafka.create_topics(stack.kafka_url)
    assert True in seen
    assert erasure is not None
    assert erasure.done_at is not None
    assert await kafka.kept(stack.kafka_url, PEOPLE, [person.id]) == set()


async def test_a_request_to_be_erased_is_carried_out_at_the_desk_and_thereby_answered(
    store: Store, browser: Callable[[], Browser]
) -> None:
    person = await the_person(store)
    await a_person(store, "administrator", email="quan-tri@thu.example")
    entrant, desk = browser(), browser()
    await entrant.sign_in(EMAIL)
    await entrant.open("/tai-khoan/du-lieu")
    asked = {"kind": "erasure", "text": f"Xóa hết giúp tôi, {NAME}", "client_key": entrant.client_key}
    await entrant.submit("/tai-khoan/du-lieu/yeu-cau", asked)
    (request,) = await store.read["data_requests"].find({})
    await desk.sign_in("quan-tri@thu.example")
    answer = await desk.submit(f"/quan-tri/yeu-cau/{request['_id']}/xoa", {})
    assert answer.status_code == 303
    (request,) = await store.read["data_requests"].find({})
    assert (request["state"], request["text"]) == ("answered", "")
    assert (await people.get(store.read, person.id)).erased
    assert (await desk.submit(f"/quan-tri/yeu-cau/{request['_id']}/xoa", {})).status_code == 409
