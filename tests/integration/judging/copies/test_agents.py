"""Copies from facts as they are delivered: doubled, in order, and with codes that clash."""

from datetime import UTC, datetime

import pytest

from services.judging.copies import agents, service
from services.judging.copies.domain import CodesExhausted, ScriptState
from services.judging.finals.agents import on_entries
from shared import topics
from shared.errors import NotFound
from shared.events.envelope import Envelope, Event
from shared.events.submissions import EntryAttributed, EntryWithdrawn, PersonUpdated
from shared.identity import Role
from shared.ids import read_code
from shared.inbox import Outcome, apply
from shared.mongo import Store, Tx
from tests.integration.judging.builders import CONTEST, START, contest_fact, entry_fact, outbox_rows

ENTRIES = ("finals.on_entries", topics.ENTRIES.order, on_entries)


def envelope(event: Event, subject: str, seq: int) -> Envelope:
    return Envelope.wrap(event, subject=subject, seq=seq, by="secretary-1", time=START)


async def deliver(store: Store, event: Event, subject: str, seq: int) -> Outcome:
    agent, order, handler = ENTRIES
    return await apply(store, agent, order, envelope(event, subject, seq), handler)


async def test_an_accepted_entry_delivered_twice_gets_one_code_and_is_told_once(store: Store) -> None:
    fact = entry_fact("entry-1")
    assert await deliver(store, fact, "entry-1", 1) is Outcome.APPLIED
    first = await service.script(store.read, "entry-1")
    assert await deliver(store, fact, "entry-1", 1) is Outcome.DOUBLE
    again = await service.script(store.read, "entry-1")
    assert (again.code, again.version) == (first.code, first.version)
    assert read_code(first.code) == first.code
    rows = await outbox_rows(store, "entry-1")
    assert [(row["type"], row["seq"]) for row in rows] == [("judging.script.coded.v1", 1)]
    assert first.code not in rows[0]["value"]


async def test_an_entry_accepted_again_keeps_its_code_and_gets_its_new_text(store: Store) -> None:
    await deliver(store, entry_fact("entry-1"), "entry-1", 1)
    code = (await service.script(store.read, "entry-1")).code
    await deliver(store, entry_fact("entry-1", title="Bản đã bổ sung"), "entry-1", 2)
    again = await service.script(store.read, "entry-1")
    assert (again.code, again.title) == (code, "Bản đã bổ sung")
    assert len(await outbox_rows(store, "entry-1")) == 1


async def test_a_withdrawn_entry_leaves_the_contest(store: Store) -> None:
    await deliver(store, entry_fact("entry-1"), "entry-1", 1)
    gone = EntryWithdrawn(entry_id="entry-1", contest_id=CONTEST, owner_id="owner")
    await deliver(store, gone, "entry-1", 2)
    assert (await service.script(store.read, "entry-1")).state is ScriptState.WITHDRAWN


async def test_an_entry_withdrawn_before_it_was_accepted_leaves_no_script(store: Store) -> None:
    gone = EntryWithdrawn(entry_id="entry-1", contest_id=CONTEST, owner_id="owner")
    assert await deliver(store, gone, "entry-1", 1) is Outcome.APPLIED
    with pytest.raises(NotFound):
        await service.script(store.read, "entry-1")


async def test_the_script_and_its_authors_lie_apart(store: Store) -> None:
    await deliver(store, entry_fact("entry-1"), "entry-1", 1)
    kept = str(await store.read["scripts"].get("entry-1"))
    assert not any(word in kept for word in ("author-of", "owner-of", "unit-of"))
    behind = (await service.sealed(store.read, CONTEST))["entry-1"]
    assert behind.people == {"author-of-entry-1", "owner-of-entry-1"}
    assert behind.unit_ids == ["unit-of-entry-1"]


async def test_who_claimed_a_paper_is_an_author_whose_script_they_never_judge(store: Store) -> None:
    whose = {"entry_id": "entry-1", "contest_id": CONTEST, "owner_id": "claimant"}
    claimed = EntryAttributed(**whose, author_ids=["claimant"], unit_ids=["unit-9"], attributed_at=START)
    assert await deliver(store, claimed, "entry-1", 1) is Outcome.APPLIED
    assert await service.sealed(store.read, CONTEST) == {}, "before it is accepted nothing is kept of it"
    await deliver(store, entry_fact("entry-1"), "entry-1", 2)
    await deliver(store, claimed, "entry-1", 3)
    behind = await service.sealed_script(store.read, "entry-1")
    assert (behind.people, behind.unit_ids, behind.track) == ({"claimant"}, ["unit-9"], entry_fact("entry-1").track)


async def remember(store: Store, entry_id: str, codes: list[str]) -> None:
    async def work(tx: Tx) -> None:
        await service.remember_entry(tx, entry_fact(entry_id), codes=codes, by="s", at=START)

    await store.transaction(work)


async def test_a_code_that_is_taken_is_passed_over(store: Store) -> None:
    await remember(store, "entry-1", ["CODE-1"])
    await remember(store, "entry-2", ["CODE-1", "CODE-2"])
    assert (await service.script(store.read, "entry-2")).code == "CODE-2"


async def test_when_every_drawn_code_is_taken_nothing_is_kept_and_another_try_may_draw_again(store: Store) -> None:
    await remember(store, "entry-1", ["CODE-1"])
    with pytest.raises(CodesExhausted):
        await remember(store, "entry-2", ["CODE-1"])
    with pytest.raises(NotFound):
        await service.script(store.read, "entry-2")
    await remember(store, "entry-2", ["CODE-3"])


async def test_codes_do_not_follow_the_order_of_acceptance(store: Store) -> None:
    for number in range(12):
        await deliver(store, entry_fact(f"entry-{number}"), f"entry-{number}", 1)
    listed = [one.entry_id for one in await service.scripts(store.read, CONTEST)]
    assert sorted(listed) != listed


async def person(store: Store, person_id: str, seq: int, **about: object) -> None:
    fact = PersonUpdated.model_validate({"person_id": person_id, "name": "Lê Thị An", **about})
    order = topics.PEOPLE.order
    await apply(store, "copies.on_people", order, envelope(fact, person_id, seq), agents.on_people)


async def test_judges_of_a_contest_are_those_with_the_role_in_its_scope(store: Store) -> None:
    judge = {"role": Role.JUDGE.value}
    await person(store, "here", 1, name="Trần Văn Bình", roles=[{**judge, "scope": CONTEST}])
    await person(store, "everywhere", 1, name="Lê Thị An", roles=[{**judge, "scope": "*"}])
    await person(store, "elsewhere", 1, roles=[{**judge, "scope": "another"}])
    await person(store, "mixed", 1, roles=[{"role": "chair", "scope": CONTEST}, {**judge, "scope": "another"}])
    await person(store, "gone", 1, roles=[{**judge, "scope": CONTEST}], active=False)
    assert [one.id for one in await service.judges(store.read, CONTEST)] == ["everywhere", "here"]


async def test_contacts_are_not_kept_and_a_sign_out_voids_older_tokens(store: Store) -> None:
    await person(store, "p", 1, email="an@sangkien.example", phone="0900000000")
    assert await service.signed_out_before(store)("p") is None
    await person(store, "p", 2, email="an@sangkien.example", signed_out_before=START.isoformat())
    assert await service.signed_out_before(store)("p") == START
    assert "sangkien.example" not in str(await store.read["people"].get("p"))


async def test_a_closed_account_has_no_token_that_counts(store: Store) -> None:
    await person(store, "p", 1, active=False, signed_out_before=START.isoformat())
    assert await service.signed_out_before(store)("p") == datetime.max.replace(tzinfo=UTC)
    await person(store, "p", 2, active=True, signed_out_before=START.isoformat())
    assert await service.signed_out_before(store)("p") == START


async def test_an_older_state_of_a_person_is_passed_over(store: Store) -> None:
    await person(store, "p", 5, name="Tên mới")
    await person(store, "p", 4, name="Tên cũ")
    assert (await service.person(store.read, "p")).name == "Tên mới"


async def test_a_contest_is_kept_as_last_published(store: Store) -> None:
    handler, order = agents.on_contests, topics.CONTESTS.order
    for version, name in ((1, "Tên đầu"), (2, "Tên sau")):
        fact = contest_fact(version=version, name=name)
        await apply(store, "copies.on_contests", order, envelope(fact, CONTEST, version), handler)
    kept = await service.contest_by_slug(store.read, f"cuoc-thi-{CONTEST}")
    assert (kept.name, kept.version, kept.timetable.opens_at) == ("Tên sau", 2, START)
