"""Writing and handing in on a real database: races, deadlines, two tabs, what is refused and what is kept."""

import asyncio
import json
import unicodedata
from datetime import timedelta

import pytest

from services.submissions.beginnings import service as beginnings
from services.submissions.entries import service as entries
from services.submissions.states.domain import (
    DeadlinePassed,
    EditingOver,
    NothingChanged,
    NotOpenYet,
    SavedElsewhere,
    Settled,
    State,
)
from services.submissions.texts.domain import Incomplete
from services.submissions.units.domain import Unit
from shared.clock import now
from shared.errors import Invalid, KeyReused, NotFound
from shared.identity import Role
from shared.mongo import Store
from tests.integration.submissions.builders import (
    ADMINISTRATOR,
    a_contest,
    a_draft_contest,
    a_person,
    outbox_rows,
    some_units,
)
from tests.integration.submissions.entry_builders import SECRET, a_draft, an_entry, hand_in, words

A_MILLISECOND = timedelta(milliseconds=1)
BEGUN, SUBMITTED = "submissions.entry.begun.v1", "submissions.entry.submitted.v1"


async def facts_about(store: Store, entry_id: str) -> list[str]:
    """The types of what was told about an entry, in order."""
    rows = await outbox_rows(store, entry_id)
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    return [row["type"] for row in rows]


async def test_twenty_racers_with_one_key_begin_one_draft(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    at = now()

    async def begin() -> str:
        made = await beginnings.create(store, contest.id, words(), key="k", secret_key=SECRET, by=person, at=at)
        return json.dumps(made)

    replies = await asyncio.gather(*(begin() for _ in range(20)))
    assert len(set(replies)) == 1
    assert await store.read["entries"].count({}) == 1


async def test_twenty_racers_with_one_key_hand_in_once_and_get_the_same_receipt_bytes(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    draft = await a_draft(store, person, contest.id)
    replies = await asyncio.gather(*(hand_in(store, draft.id, person, client_key="k") for _ in range(20)))
    assert len({json.dumps(reply) for reply in replies}) == 1
    assert await facts_about(store, draft.id) == [BEGUN, SUBMITTED]
    assert await store.read["entry_revisions"].count({}) == 1


async def test_twenty_racers_with_keys_of_their_own_still_hand_in_once(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    draft = await a_draft(store, person, contest.id)
    replies = await asyncio.gather(*(hand_in(store, draft.id, person) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(reply, dict) for reply in replies) == 1
    assert sum(isinstance(reply, NothingChanged) for reply in replies) == 19
    assert await facts_about(store, draft.id) == [BEGUN, SUBMITTED]


async def test_the_same_key_with_another_body_is_refused(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    at = now()
    await beginnings.create(store, contest.id, words(), key="k", secret_key=SECRET, by=person, at=at)
    other = words(title="Một tên khác hẳn")
    with pytest.raises(KeyReused):
        await beginnings.create(store, contest.id, other, key="k", secret_key=SECRET, by=person, at=at)
    first, second = await a_draft(store, person, contest.id), await a_draft(store, person, contest.id)
    await hand_in(store, first.id, person, client_key="s")
    with pytest.raises(KeyReused):
        await hand_in(store, second.id, person, client_key="s")


async def test_a_millisecond_before_the_deadline_counts_and_the_deadline_itself_does_not(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    early, late = await a_draft(store, person, contest.id), await a_draft(store, person, contest.id)
    closes_at = contest.timetable.closes_at
    reply = await hand_in(store, early.id, person, at=closes_at - A_MILLISECOND)
    assert reply["revision"] == 1
    with pytest.raises(DeadlinePassed):
        await hand_in(store, late.id, person, at=closes_at)
    with pytest.raises(DeadlinePassed):
        await hand_in(store, late.id, person, at=closes_at + A_MILLISECOND)
    kept = await entries.get(store.read, late.id)
    assert (kept.state, kept.parts) == (State.DRAFT, words().parts)
    assert await facts_about(store, late.id) == [BEGUN]


async def test_a_draft_can_still_be_saved_after_the_deadline(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    draft = await a_draft(store, person, contest.id)
    late = contest.timetable.closes_at + timedelta(hours=1)
    typed = words(title="Viết nốt sau hạn")
    saved = await entries.write(store, draft.id, typed, version=draft.version, by=person, at=late)
    assert saved.title == "Viết nốt sau hạn"


async def test_nothing_begins_before_the_opening_or_in_an_unpublished_contest(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    hidden = await a_draft_contest(store)
    with pytest.raises(NotOpenYet):
        await a_draft(store, person, contest.id, at=contest.timetable.opens_at - A_MILLISECOND)
    with pytest.raises(NotOpenYet):
        await a_draft(store, person, hidden.id)


async def test_two_tabs_the_second_is_told_what_the_first_saved_and_nothing_is_lost(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    draft = await a_draft(store, person, contest.id)
    first, second = words(title="Từ tab một"), words(title="Từ tab hai")
    await entries.write(store, draft.id, first, version=draft.version, by=person, at=now())
    with pytest.raises(SavedElsewhere) as refused:
        await entries.write(store, draft.id, second, version=draft.version, by=person, at=now())
    assert refused.value.details["fields"]["title"] == "Từ tab một"  # type: ignore[index]
    assert (await entries.get(store.read, draft.id)).title == "Từ tab một"
    version = refused.value.details["version"]
    assert isinstance(version, int)
    assert (await entries.write(store, draft.id, second, version=version, by=person, at=now())).title == "Từ tab hai"


async def test_the_same_words_sent_again_with_the_old_version_are_no_clash_and_no_change(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    draft = await a_draft(store, person, contest.id)
    typed = words(title="Câu trả lời bị mất trên đường")
    await entries.write(store, draft.id, typed, version=draft.version, by=person, at=now())
    again = await entries.write(store, draft.id, typed, version=draft.version, by=person, at=now())
    await hand_in(store, draft.id, person)
    entry = await entries.get(store.read, draft.id)
    same = await entries.write(store, draft.id, typed, version=again.version, by=person, at=now())
    assert (entry.changed, same.changed) == (False, False)


async def test_text_in_decomposed_form_is_stored_composed(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    decomposed = unicodedata.normalize("NFD", "Đường dây nóng hỗ trợ người dân")
    draft = await a_draft(store, person, contest.id, title=decomposed, parts={"situation": decomposed})
    stored = await store.read["entries"].get(draft.id)
    assert stored is not None
    assert stored["title"] == stored["parts"]["situation"] == unicodedata.normalize("NFC", decomposed)
    assert stored["title_folded"] == "duong day nong ho tro nguoi dan"


async def test_everything_missing_or_too_long_is_named_at_once_and_the_draft_stays(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    parts = {"situation": " ", "solution": "từ " * 101}
    draft = await a_draft(store, person, contest.id, title="", parts=parts, content_group="C9")
    with pytest.raises(Incomplete) as refused:
        await hand_in(store, draft.id, person)
    found = {error["field"]: error["code"] for error in refused.value.errors}
    assert found == {
        "content_group": "content_group_unknown",
        "title": "title_missing",
        "parts.situation": "part_missing",
        "parts.solution": "part_too_long",
    }
    assert any("thừa 1 từ" in error["text"] for error in refused.value.errors)
    assert (await entries.get(store.read, draft.id)).state is State.DRAFT


async def test_a_part_that_the_contest_does_not_have_is_refused(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    with pytest.raises(Invalid):
        await a_draft(store, person, contest.id, parts={"nonsense": "x"})


async def test_a_new_revision_keeps_the_code_and_the_old_text(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    entry = await an_entry(store, person, contest.id)
    with pytest.raises(NothingChanged):
        await hand_in(store, entry.id, person)
    later = words(title="Tên mới rõ hơn")
    saved = await entries.write(store, entry.id, later, version=entry.version, by=person, at=now())
    assert saved.in_words == "Đã nộp, có sửa đổi chưa nộp"
    reply = await hand_in(store, entry.id, person)
    assert (reply["receipt"], reply["revision"]) == (entry.receipt, 2)
    titles = [one.title for one in await entries.revisions(store.read, entry.id)]
    assert titles == ["Tên mới rõ hơn", words().title]


async def test_changes_end_at_the_editing_deadline_and_what_was_handed_in_stands(store: Store) -> None:
    start = now()
    times = {
        "opens_at": start - timedelta(hours=1),
        "edit_until": start + timedelta(days=1),
        "closes_at": start + timedelta(days=2),
    }
    person, contest = await a_person(store), await a_contest(store, timetable=times)
    entry = await an_entry(store, person, contest.id)
    until = contest.timetable.edit_until
    changed = words(title="Kịp lưu nhưng không kịp nộp")
    await entries.write(store, entry.id, changed, version=entry.version, by=person, at=until - A_MILLISECOND)
    with pytest.raises(EditingOver, match=r"Hết thời gian sửa bài lúc .+ đến máy chủ lúc"):
        await hand_in(store, entry.id, person, at=until)
    await store.transaction(lambda tx: entries.accept(tx, entry.id, ADMINISTRATOR, until))
    row = (await outbox_rows(store, entry.id))[-1]
    assert json.loads(row["value"])["data"]["title"] == words().title


async def test_a_withdrawn_entry_is_settled_and_told_once(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    entry = await an_entry(store, person, contest.id)
    withdraw = entries.withdraw
    replies = [await withdraw(store, entry.id, "Gửi nhầm", key="w", by=person, at=now()) for _ in range(2)]
    assert replies == [{"state": "withdrawn"}] * 2
    with pytest.raises(Settled):
        await hand_in(store, entry.id, person)
    assert await facts_about(store, entry.id) == [BEGUN, SUBMITTED, "submissions.entry.withdrawn.v1"]


async def test_withdrawing_ends_with_the_deadline(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    entry = await an_entry(store, person, contest.id)
    with pytest.raises(DeadlinePassed):
        await entries.withdraw(store, entry.id, "Muộn", key="w", by=person, at=contest.timetable.closes_at)


async def test_acceptance_is_told_once_with_units_and_without_names(store: Store) -> None:
    canary = {"name": "Canary Bí Danh Tuyệt Mật", "email": "canary-7h3q@sangkien.example", "phone": "0912345678"}
    day = now().date()
    await some_units(store, Unit(id="p-cua-nam", name="Phường Cửa Nam", level="ward", valid_from=day))
    person, contest = await a_person(store, **canary, unit_id="p-cua-nam"), await a_contest(store)
    entry = await an_entry(store, person, contest.id)
    await store.transaction(lambda tx: entries.accept(tx, entry.id, ADMINISTRATOR, now()))
    accepted = json.loads((await outbox_rows(store, entry.id))[-1]["value"])
    assert accepted["type"] == "submissions.entry.accepted.v1"
    assert accepted["data"]["unit_ids"] == ["p-cua-nam"]
    assert (accepted["data"]["author_ids"], accepted["data"]["track"]) == ([person.id], "individual")
    rows = await store.read["outbox"].find({"topic": {"$ne": "submissions.people"}})
    told = "\n".join(row["value"] for row in rows)
    assert entry.id in told
    for secret in (*canary.values(), "+84912345678", "912345678"):
        assert secret not in told


async def test_the_author_belongs_to_the_unit_that_took_over_on_the_day(store: Store) -> None:
    day = now().date()
    old = Unit(id="q-cu", name="Quận cũ", level="district", valid_to=day - timedelta(days=1), successors=["p-moi"])
    await some_units(store, old, Unit(id="p-moi", name="Phường mới", level="ward", valid_from=day - timedelta(days=1)))
    person, contest = await a_person(store, unit_id="q-cu"), await a_contest(store)
    entry = await an_entry(store, person, contest.id)
    assert (await entries.last_revision(store.read, entry)).unit_ids == ["p-moi"]
    assert entry.unit_id == "p-moi"


async def test_nobody_else_may_see_change_or_hand_in_an_entry(store: Store) -> None:
    person, other, contest = await a_person(store), await a_person(store), await a_contest(store)
    organiser = await a_person(store, Role.ORGANISER)
    draft = await a_draft(store, person, contest.id)
    for stranger in (other, organiser):
        with pytest.raises(NotFound):
            await entries.view(store, draft.id, stranger)
        with pytest.raises(NotFound):
            await entries.write(store, draft.id, words(), version=draft.version, by=stranger, at=now())
        with pytest.raises(NotFound):
            await hand_in(store, draft.id, stranger)
    assert await entries.of_author(store.read, other.id) == []


async def test_without_marks_the_entry_is_taken_and_the_numbers_are_kept(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    bare = "Nguoi dan phai di lai nhieu lan vi khong biet ho so con thieu giay to gi va can bo tra loi qua dien thoai."
    entry = await an_entry(store, person, contest.id, parts={"situation": bare, "solution": bare})
    findings = (await entries.last_revision(store.read, entry)).findings
    assert findings.doubtful
    assert (findings.whole.verdict, findings.whole.marked) == ("stripped", 0.0)
    assert findings.title.verdict == "fine"
