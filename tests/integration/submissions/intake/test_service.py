"""The register on a real database: numbers, repeated facts, counts, decisions, exports, scope."""

import asyncio
import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest

from services.submissions.decisions import service as decisions
from services.submissions.decisions.domain import NewRevision
from services.submissions.entries import service as entries
from services.submissions.intake import agents, domain, service
from services.submissions.intake.domain import Query
from services.submissions.states.domain import NotWaiting, UntilPassed
from shared import inbox, tables
from shared.clock import local, now
from shared.errors import KeyReused, NotFound
from shared.events.envelope import Envelope
from shared.events.judging import ScriptCoded
from shared.identity import Person, Role
from shared.inbox import Outcome
from shared.mongo import Store
from shared.topics import Order
from tests.integration.submissions.builders import a_contest, a_person, outbox_rows
from tests.integration.submissions.entry_builders import an_entry, deliver, hand_in, key, words

EVERYTHING = Person("reader", "Người đọc", frozenset({("secretary", "*")}))


async def test_numbers_have_no_gap_and_no_double_when_many_agents_work_at_once(store: Store) -> None:
    contest, other = await a_contest(store), await a_contest(store)
    people = [await a_person(store) for _ in range(4)]
    made = [await an_entry(store, people[n % 4], (contest if n % 3 else other).id) for n in range(24)]
    await asyncio.gather(*(deliver(store, entry.id) for entry in made))
    for one, count in ((contest, 16), (other, 8)):
        listing = await service.listing(store, Query(contest_id=one.id, size=100), EVERYTHING)
        assert [line.number for line in listing.lines] == list(range(1, count + 1))


async def test_an_agent_that_fails_after_taking_a_number_gives_it_back(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    first, second = await an_entry(store, person, contest.id), await an_entry(store, person, contest.id)
    begun, envelope = [Envelope.model_validate_json(row["value"]) for row in await outbox_rows(store, first.id)]
    await inbox.apply(store, "intake.on_entries", Order.EVERY, begun, agents.on_entries)

    async def breaks(tx: object, fact: object) -> None:
        await agents.on_entries(tx, fact)  # type: ignore[arg-type]
        raise RuntimeError("after the number")

    with pytest.raises(RuntimeError):
        await inbox.apply(store, "intake.on_entries", Order.EVERY, envelope, breaks)
    await deliver(store, second.id)
    await deliver(store, first.id)
    listing = await service.listing(store, Query(), EVERYTHING)
    assert [(line.entry_id, line.number) for line in listing.lines] == [(second.id, 1), (first.id, 2)]


async def test_a_fact_delivered_again_changes_nothing(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    entry = await an_entry(store, person, contest.id)
    begun_and_submitted = [Outcome.APPLIED, Outcome.DOUBLE, Outcome.DOUBLE] * 2
    assert await deliver(store, entry.id, times=3) == begun_and_submitted
    before = await store.read["register"].find({})
    await deliver(store, entry.id, times=2)
    assert await store.read["register"].find({}) == before


async def test_a_line_that_was_entered_before_its_fact_arrives_keeps_what_was_decided_since(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    entry = await an_entry(store, person, contest.id)
    told = entry.told_submitted()
    await store.transaction(lambda tx: service.record(tx, told))
    await decisions.accept(store, entry.id, revision=1, key=key(), by=EVERYTHING, at=now())
    await store.transaction(lambda tx: service.record(tx, told))
    listing = await service.listing(store, Query(), EVERYTHING)
    assert [(line.number, line.state) for line in listing.lines] == [(1, "accepted")]


async def test_counts_add_up_and_the_filter_finds_without_marks_by_code_and_by_number(store: Store) -> None:
    contest = await a_contest(store)
    people = [await a_person(store) for _ in range(5)]
    made = [await an_entry(store, one, contest.id, title=f"Sáng kiến một cửa số {n}") for n, one in enumerate(people)]
    for entry in made:
        await deliver(store, entry.id)
    secretary = await a_person(store, Role.SECRETARY, scope=contest.id)
    await decisions.accept(store, made[0].id, revision=1, key=key(), by=secretary, at=now())
    await _return(store, made[1].id, secretary)
    await entries.withdraw(store, made[2].id, "Thôi", key=key(), by=people[2], at=now())
    for entry in made:
        await deliver(store, entry.id)
    listing = await service.listing(store, Query(state="submitted"), secretary)
    assert listing.tally.by_state() == {"accepted": 1, "returned": 1, "withdrawn": 1, "submitted": 2}
    assert (listing.total, sum(listing.tally.by_state().values())) == (2, 5)
    searches = {"mot cua so 3": made[3].id, str(made[4].receipt).lower(): made[4].id, "2": made[1].id}
    for text, entry_id in searches.items():
        found = await service.listing(store, Query(search=text), secretary)
        assert entry_id in [line.entry_id for line in found.lines]
    exact = await service.listing(store, Query(search=str(made[4].receipt)), secretary)
    assert [line.entry_id for line in exact.lines] == [made[4].id]
    pages = [await service.listing(store, Query(page=n, size=3, sort="-so"), secretary) for n in (1, 2)]
    assert [line.number for page in pages for line in page.lines] == [5, 4, 3, 2, 1]
    for asked, many in (
        (Query(content_group="C1", entrant_group="E1", day=f"{local(now()):%Y-%m-%d}", channel="online"), 5),
        *((one, 0) for one in (Query(content_group="C2"), Query(entrant_group="E2"), Query(day="2020-01-01"))),
    ):
        only = await service.listing(store, asked, secretary)
        assert (only.total, only.tally.count(), len(only.lines)) == (many, many, many)


async def _return(store: Store, entry_id: str, by: Person, **changes: object) -> dict[str, object]:
    asked = {"reason": "Thiếu phần hiệu quả", "until": None, "revision": 1, "key": key(), "at": now(), **changes}
    return await decisions.send_back(store, entry_id, by=by, **asked)  # type: ignore[arg-type]


async def test_a_returned_entry_is_mended_handed_in_again_and_comes_back_with_its_number(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    secretary = await a_person(store, Role.SECRETARY)
    entry = await an_entry(store, person, contest.id)
    await deliver(store, entry.id)
    until = now() + timedelta(days=40)  # after the contest closed: mending has its own time
    await _return(store, entry.id, secretary, until=until)
    await deliver(store, entry.id)
    assert (await service.line(store.read, entry.id)).until == until
    returned = await entries.get(store.read, entry.id)
    assert (returned.in_words, returned.returned and returned.returned.reason) == ("Cần bổ sung", "Thiếu phần hiệu quả")
    mended = words(title="Đã bổ sung hiệu quả")
    late_but_allowed = contest.timetable.closes_at + timedelta(days=1)
    await entries.write(store, entry.id, mended, version=returned.version, by=person, at=late_but_allowed)
    await hand_in(store, entry.id, person, at=late_but_allowed)
    await deliver(store, entry.id)
    line = (await service.listing(store, Query(), secretary)).lines[0]
    assert (line.number, line.state, line.revision, line.title) == (1, "submitted", 2, "Đã bổ sung hiệu quả")
    assert line.reason == ""


async def test_a_date_for_mending_in_the_past_is_refused(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    secretary, entry = await a_person(store, Role.SECRETARY), await an_entry(store, person, contest.id)
    await deliver(store, entry.id)
    with pytest.raises(UntilPassed):
        await _return(store, entry.id, secretary, until=now() - timedelta(minutes=1))


async def test_twenty_secretaries_accept_one_entry_once(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    secretary, entry = await a_person(store, Role.SECRETARY), await an_entry(store, person, contest.id)
    await deliver(store, entry.id)
    accept = decisions.accept
    replies = await asyncio.gather(
        *(accept(store, entry.id, revision=1, key="same", by=secretary, at=now()) for _ in range(10)),
        *(accept(store, entry.id, revision=1, key=key(), by=secretary, at=now()) for _ in range(10)),
        return_exceptions=True,
    )
    types = [row["type"] for row in await outbox_rows(store, entry.id)]
    assert types == [f"submissions.entry.{step}.v1" for step in ("begun", "submitted", "accepted")]
    done = [reply for reply in replies if isinstance(reply, dict)]
    assert done
    assert len({json.dumps(reply) for reply in done}) == 1
    assert all(isinstance(reply, dict | NotWaiting) for reply in replies)


async def test_the_same_key_for_another_decision_is_refused(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    secretary = await a_person(store, Role.SECRETARY)
    first, second = await an_entry(store, person, contest.id), await an_entry(store, person, contest.id)
    for entry in (first, second):
        await deliver(store, entry.id)
    await decisions.accept(store, first.id, revision=1, key="k", by=secretary, at=now())
    with pytest.raises(KeyReused):
        await decisions.accept(store, second.id, revision=1, key="k", by=secretary, at=now())


async def test_a_revision_that_the_secretary_did_not_read_is_not_accepted(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    secretary, entry = await a_person(store, Role.SECRETARY), await an_entry(store, person, contest.id)
    await deliver(store, entry.id)
    changed = words(title="Bản thứ hai")
    await entries.write(store, entry.id, changed, version=entry.version, by=person, at=now())
    await hand_in(store, entry.id, person)
    with pytest.raises(NewRevision):
        await decisions.accept(store, entry.id, revision=1, key=key(), by=secretary, at=now())


async def test_a_secretary_of_another_contest_sees_and_decides_nothing(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    entry = await an_entry(store, person, contest.id)
    await deliver(store, entry.id)
    elsewhere = await a_person(store, Role.SECRETARY, scope="another-contest")
    organiser = await a_person(store, Role.ORGANISER, scope=contest.id)
    listing = await service.listing(store, Query(contest_id=contest.id), elsewhere)
    assert (listing.lines, listing.total, listing.tally.by_state()) == ([], 0, {})
    with pytest.raises(NotFound):
        await service.sheet(store, entry.id, elsewhere)
    assert (await service.sheet(store, entry.id, organiser)).line.number == 1
    for stranger in (elsewhere, organiser):
        with pytest.raises(NotFound):
            await decisions.accept(store, entry.id, revision=1, key=key(), by=stranger, at=now())


async def test_the_register_shows_that_a_code_was_given(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    entry = await an_entry(store, person, contest.id)
    await deliver(store, entry.id)
    at = now()
    coded = ScriptCoded(entry_id=entry.id, contest_id=contest.id, coded_at=at)
    envelope = Envelope.wrap(coded, subject=entry.id, seq=1, by="judging", time=at)
    await inbox.apply(store, "intake.on_scripts", Order.EVERY, envelope, agents.on_scripts)
    assert (await service.listing(store, Query(), EVERYTHING)).lines[0].coded_at == at


async def test_exports_hold_the_whole_list_and_no_formula(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    evil = '=HYPERLINK("http://x.example","một cửa")'
    for title in (evil, "+Đơn giản", "Ổn"):
        await deliver(store, (await an_entry(store, person, contest.id, title=title)).id)
    rows = await service.rows(store, Query(size=20), EVERYTHING)
    text = tables.as_csv([domain.HEADS, *rows]).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text)))
    assert (read[0], len(read)) == (list(domain.HEADS), 4)
    assert [row[2][0] for row in read[1:]] == ["'", "'", "Ổ"]
    with zipfile.ZipFile(io.BytesIO(tables.as_xlsx([domain.HEADS, *rows], "Sổ tiếp nhận", widest=2))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        strings = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "=HYPERLINK" in strings
