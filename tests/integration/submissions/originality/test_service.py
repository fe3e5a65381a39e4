"""Resemblances on a real database: found whichever entry is looked at last, kept through a decision, gone with their text."""

import asyncio

import pytest

from services.submissions.entries import service as entries
from services.submissions.likeness import service as likeness
from services.submissions.likeness.domain import Item, Kind
from services.submissions.originality import agents, repository, service
from services.submissions.originality.domain import DecidedAlready, Query, Resemblance, State
from services.submissions.works import repository as works
from services.submissions.works.domain import Work
from shared import inbox
from shared.clock import now
from shared.errors import Forbidden, NotFound, Stale
from shared.events.envelope import Envelope
from shared.identity import Person
from shared.inbox import Outcome
from shared.mongo import Store
from shared.topics import Order
from tests.integration.submissions.builders import a_contest, a_person, outbox_rows
from tests.integration.submissions.entry_builders import an_entry, key, words

SECRETARY = Person("secretary", "Thư ký", frozenset({("secretary", "*")}))
SOLUTION = words().parts["solution"]
DIFFERENT = {
    "title": "Xe buýt dịch vụ công về thôn",
    "parts": {
        "situation": "Thôn xa trung tâm, người cao tuổi không có điện thoại thông minh nên chưa dùng được dịch vụ công.",
        "solution": "Mỗi tháng một chuyến xe chở máy tính và đoàn viên về nhà văn hóa, giúp bà con nộp hồ sơ ngay tại chỗ.",
    },
}


async def tell(store: Store, entry_id: str) -> list[Outcome]:
    """What the outbox has about an entry, given to the room's agent as Kafka would."""
    facts = [Envelope.model_validate_json(row["value"]) for row in await outbox_rows(store, entry_id)]
    return [await inbox.apply(store, "originality.on_entries", Order.EVERY, one, agents.on_entries) for one in facts]


async def look_at_all(store: Store) -> None:
    """As the worker's task does until nobody waits."""
    while await service.look_at_next(store):
        pass


async def pairs(store: Store, contest_id: str = "", by: Person = SECRETARY) -> list[Resemblance]:
    """What the list shows."""
    return (await service.listing(store, Query(contest_id=contest_id), by)).pairs


async def two_alike(store: Store) -> tuple[str, str, str]:
    """A contest with an entry and a copy of it in capitals, by two people: ids of contest and both."""
    contest = await a_contest(store)
    first = await an_entry(store, await a_person(store), contest.id)
    copied = {name: f"{text.upper()} Có thêm vài chữ." for name, text in words().parts.items()}
    second = await an_entry(store, await a_person(store), contest.id, title="Bài chép lại có thêm chữ", parts=copied)
    for entry in (first, second):
        await tell(store, entry.id)
    return contest.id, first.id, second.id


async def test_a_copy_within_the_contest_is_found_once(store: Store) -> None:
    contest_id, first, second = await two_alike(store)
    await look_at_all(store)
    [pair] = await pairs(store, contest_id)
    assert (pair.entry_id, pair.other_id) == (second, first), "the younger one is the entry, the older the other"
    assert pair.covered > 0.7
    assert not pair.same_owner


async def test_it_is_found_whichever_of_the_two_is_looked_at_last(store: Store) -> None:
    """Both are handed in at one moment: whoever comes last sees the other, and looking twice doubles nothing."""
    contest_id, first, _ = await two_alike(store)
    await asyncio.gather(service.look_at_next(store), service.look_at_next(store))
    await tell(store, first)
    await look_at_all(store)
    assert len(await pairs(store, contest_id)) == 1


async def test_different_entries_are_no_pair(store: Store) -> None:
    contest = await a_contest(store)
    for changes in ({}, DIFFERENT):
        entry = await an_entry(store, await a_person(store), contest.id, **changes)
        await tell(store, entry.id)
    await look_at_all(store)
    assert await pairs(store) == []


async def test_an_entry_of_an_earlier_year_and_a_published_initiative_are_compared_too(store: Store) -> None:
    earlier, later = await a_contest(store, year=2024), await a_contest(store, year=2026)
    old = await an_entry(store, await a_person(store), earlier.id)
    work = Item(
        id="w-1", kind=Kind.WORK, title="Đã công bố", text=f"{SOLUTION} {SOLUTION}", year=2020, source="Báo cáo 2020"
    )
    await store.transaction(lambda tx: likeness.keep(tx, work))
    new = await an_entry(store, await a_person(store), later.id)
    for entry in (old, new):
        await tell(store, entry.id)
    await look_at_all(store)
    found = await pairs(store, later.id)
    assert {one.other_kind for one in found} == {Kind.ENTRY, Kind.WORK}
    assert {one.other_source for one in found if one.other_kind is Kind.WORK} == {"Báo cáo 2020"}


async def test_new_words_take_an_open_resemblance_away_and_leave_a_concluded_one(store: Store) -> None:
    contest_id, _, second = await two_alike(store)
    await look_at_all(store)
    owner = await entries.get(store.read, second)
    by = Person(owner.owner_id, "Người chép", frozenset({("entrant", "*")}))
    await entries.write(store, second, words(**DIFFERENT), version=owner.version, by=by, at=now())
    await entries.submit(store, second, key=key(), secret_key="k", by=by, at=now())
    await tell(store, second)
    await look_at_all(store)
    assert await pairs(store, contest_id) == []


async def test_a_withdrawn_entry_is_no_longer_compared(store: Store) -> None:
    contest_id, first, _ = await two_alike(store)
    await look_at_all(store)
    owner = (await entries.get(store.read, first)).owner_id
    by = Person(owner, "Người rút", frozenset({("entrant", "*")}))
    await entries.withdraw(store, first, "Tôi rút bài", key=key(), by=by, at=now())
    await tell(store, first)
    assert await pairs(store, contest_id) == []
    assert (await service.findings(store.read, first, SECRETARY)).looked_at is None
    await store.transaction(lambda tx: service.keep(tx, first, now()))  # an older fact comes late
    assert await likeness.find(store.read, first) is None


async def test_a_conclusion_is_kept_when_the_entry_is_handed_in_again_unchanged(store: Store) -> None:
    contest_id, first, second = await two_alike(store)
    await look_at_all(store)
    [pair] = await pairs(store, contest_id)

    async def decide(state: State, version: int) -> None:
        await service.decide(store, pair.id, state, "Câu mẫu của đơn vị", version=version, by=SECRETARY, at=now())

    await decide(State.DISTINCT, pair.version)
    with pytest.raises(Stale):
        await decide(State.COPY, pair.version)
    again = await service.show(store, pair.id, SECRETARY)
    with pytest.raises(DecidedAlready):
        await decide(State.COPY, again.pair.version)
    for entry_id in (first, second):
        await service.keep(store.read, entry_id, now())
    await look_at_all(store)
    assert (await service.show(store, pair.id, SECRETARY)).pair.state is State.DISTINCT


async def test_only_the_desk_of_the_younger_text_sees_a_pair_of_two_contests(store: Store) -> None:
    """Who works on last year's contest has no business reading what is handed in this year."""
    earlier, later = await a_contest(store, year=2024), await a_contest(store, year=2026)
    for contest in (earlier, later):
        await tell(store, (await an_entry(store, await a_person(store), contest.id)).id)
    await look_at_all(store)
    [pair] = await pairs(store)
    before, own, reader = (
        Person("p", "Người đọc", frozenset({(role, scope)}))
        for role, scope in (("secretary", earlier.id), ("secretary", later.id), ("organiser", later.id))
    )
    assert await pairs(store, by=before) == []
    assert (await service.findings(store.read, pair.other_id, before)).pairs == []
    with pytest.raises(NotFound):
        await service.show(store, pair.id, before)
    assert [one.id for one in await pairs(store, by=own)] == [pair.id]
    assert (await service.show(store, pair.id, reader)).pair.id == pair.id
    with pytest.raises(Forbidden):
        await service.decide(store, pair.id, State.COPY, "Chép", version=pair.version, by=reader, at=now())


async def test_a_conclusion_that_was_taken_back_stays_readable(store: Store) -> None:
    await two_alike(store)
    await look_at_all(store)
    [pair] = await pairs(store)
    for state, reason in ((State.DISTINCT, "Mới đọc lướt"), (State.UNDECIDED, ""), (State.COPY, "Đọc kỹ lại")):
        pair = await service.decide(store, pair.id, state, reason, version=pair.version, by=SECRETARY, at=now())
    kept = (await service.show(store, pair.id, SECRETARY)).pair
    assert kept.standing is not None
    assert kept.standing.reason == "Đọc kỹ lại"
    assert [one.reason for one in kept.earlier] == ["Mới đọc lướt"]


async def test_a_fact_told_again_changes_nothing_and_a_restart_makes_nothing_anew(store: Store) -> None:
    contest_id, first, _ = await two_alike(store)
    await look_at_all(store)
    assert set(await tell(store, first)) == {Outcome.DOUBLE}
    assert not await service.look_at_next(store), "nothing waits again"
    assert await service.catch_up(store) == 0, "every entry has its fingerprint"
    await store.transaction(lambda tx: likeness.forget(tx, first))
    assert await service.catch_up(store) == 1, "only the missing one is made"
    await look_at_all(store)
    assert len(await pairs(store, contest_id)) == 1


async def test_a_fact_about_an_entry_that_is_gone_meanwhile_is_passed_over(store: Store) -> None:
    _, first, second = await two_alike(store)
    await entries.delete(store.read, first)
    for entry_id in (first, "never-there"):
        await service.keep(store.read, entry_id, now())
        assert await likeness.find(store.read, entry_id) is None
    await look_at_all(store)
    assert await pairs(store) == []
    assert (await service.findings(store.read, second, SECRETARY)).looked_at is not None


async def test_an_erased_authors_name_leaves_titles_and_reasons(store: Store) -> None:
    _, first, _ = await two_alike(store)
    await look_at_all(store)
    [pair] = await pairs(store)
    reason = "Chép bài của bà Lê Thị Canh Giữ"
    await service.decide(store, pair.id, State.COPY, reason, version=pair.version, by=SECRETARY, at=now())
    await store.transaction(lambda tx: service.nameless(tx, first, ["Lê Thị Canh Giữ"], now()))
    [pair] = await pairs(store)
    assert pair.standing is not None
    assert pair.standing.reason == "Chép bài của bà (đã xóa)"


async def test_an_erased_entry_leaves_nothing_to_compare(store: Store) -> None:
    contest_id, first, _ = await two_alike(store)
    await look_at_all(store)
    [pair] = await pairs(store, contest_id)
    await service.decide(store, pair.id, State.COPY, "Chép", version=pair.version, by=SECRETARY, at=now())
    await store.transaction(lambda tx: service.erase(tx, first))
    assert await pairs(store, contest_id) == []
    assert await likeness.find(store.read, first) is None


async def test_thirty_copies_of_other_years_hide_neither_the_one_of_this_contest_nor_a_published_one(
    store: Store,
) -> None:
    def a_text(name: str, contest_id: str) -> Item:
        return Item(id=name, kind=Kind.ENTRY, title=name, text=SOLUTION, contest_id=contest_id, year=2019)

    crowd = [a_text(f"old-{number}", "last year") for number in range(30)]
    published = a_text("published", "").model_copy(update={"kind": Kind.WORK})
    items = [
        *crowd,
        published,
        a_text("here", "this year").model_copy(update={"text": f"{SOLUTION} Có thêm vài chữ nữa."}),
    ]
    await likeness.keep_all(store.read, items, await likeness.fingerprints(items))
    found = await likeness.resembling(store.read, SOLUTION, within="this year")
    assert [one.item.id for one in found[:2]] == ["here", "published"]
    assert len(found) == 12, "and ten of the others"
    everywhere = await likeness.resembling(store.read, SOLUTION, but=["published"])
    assert len(everywhere) == 31, "an initiative that is imported meets every entry"


async def test_a_paragraph_is_found_in_a_text_ten_times_as_long(store: Store) -> None:
    long = " ".join(f"{SOLUTION.split()[number % 7]} riêng{number} câu{number * 7} dài" for number in range(700))
    book = Item(id="book", kind=Kind.ENTRY, title="Dài", text=f"{long} {SOLUTION} {long}", contest_id="c", year=2019)
    await likeness.keep_all(store.read, [book], await likeness.fingerprints([book]))
    found = await likeness.resembling(store.read, SOLUTION.upper(), within="other")
    assert [(one.item.id, round(one.covered, 1)) for one in found] == [("book", 1.0)]


async def test_what_was_fingerprinted_in_an_older_way_is_made_anew_step_by_step_and_looked_at_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    contest_id, first, second = await two_alike(store)
    work = Work(id="w-1", title="Đã công bố", text=f"{SOLUTION} {SOLUTION}", year=2020, source="Báo cáo 2020")
    await likeness.keep(store.read, work.item())
    await works.put(store.read, work)
    old = {"$set": {"bands": [1], "signature": b"12345678"}, "$unset": {"made_as": "", "runs": "", "flat": ""}}
    await store.read["fingerprints"].update_all({}, old)
    await look_at_all(store)
    assert await pairs(store) == [], "as they were made, none meets another"
    newest = await an_entry(store, await a_person(store), contest_id, **DIFFERENT)
    await tell(store, newest.id)
    await look_at_all(store)
    monkeypatch.setattr(service, "_ANEW_AT_ONCE", 2)
    assert await service.make_anew(store, now()) == 2  # and then the worker is killed
    await service.keep(store.read, newest.id, now())
    assert [await service.make_anew(store, now()) for _ in range(2)] == [1, 0]
    waiting = await repository.waiting(store.read)
    assert waiting is not None
    assert waiting["_id"] == newest.id, "whoever hands in waits for no second look at another"
    await look_at_all(store)
    found = {(one.entry_id, one.other_id) for one in await pairs(store, contest_id)}
    assert found == {(second, first), (first, "w-1"), (second, "w-1")}


async def test_a_text_that_is_old_when_others_are_new_is_compared_without_a_fault_and_one_that_is_gone_stays_gone(
    store: Store,
) -> None:
    item = Item(id="old", kind=Kind.ENTRY, title="Cũ", text=SOLUTION, contest_id="c", year=2019)
    await likeness.keep(store.read, item)
    await store.read["fingerprints"].update(
        {"_id": "old"}, {"$set": {"signature": b"12345678"}, "$unset": {"made_as": ""}}
    )
    assert [one.item.id for one in await likeness.resembling(store.read, SOLUTION, within="c")] == ["old"]
    [made] = await likeness.fingerprints(await likeness.outdated(store.read, 9))
    await likeness.keep(store.read, item.model_copy(update={"text": "những lời khác hẳn"}))
    assert not await likeness.make_anew(store.read, "old", made), "its words are others by now"
    await likeness.forget(store.read, "old")
    assert not await likeness.make_anew(store.read, "old", made)
    assert await likeness.find(store.read, "old") is None
