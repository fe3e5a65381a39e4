"""The states of an entry without any storage: who may do what until when."""

from datetime import UTC, datetime, timedelta

import pytest

from services.submissions.contests.domain import Contest, State
from services.submissions.entries.domain import Entry
from services.submissions.states.domain import DeadlinePassed, EditingOver, NotHandedIn, NotOpenYet, NotWaiting, Settled
from services.submissions.texts.domain import Incomplete, Words

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_contest() -> Contest:
    """Open for a day from NOON; changes until twelve hours later."""
    return Contest.model_validate(
        {
            "id": "c",
            "slug": "c",
            "name": "Cuộc thi",
            "short_name": "Cuộc thi",
            "year": 2026,
            "entrant_groups": [{"id": "E1", "title": "Người dân", "track": "individual"}],
            "content_groups": [{"id": "C1", "title": "Quy trình"}],
            "parts": [{"id": "p", "title": "Giải pháp", "max_words": 5}],
            "timetable": {"opens_at": NOON, "edit_until": NOON + 12 * HOUR, "closes_at": NOON + 24 * HOUR},
            "state": State.PUBLISHED,
            "created_at": NOON,
        }
    )


def an_entry(**changes: object) -> Entry:
    """A complete draft."""
    typed = {
        "id": "e",
        "contest_id": "c",
        "owner_id": "p1",
        "author_ids": ["p1"],
        "title": "Một cửa",
        "parts": {"p": "Gửi tin nhắn trước"},
        "entrant_group": "E1",
        "content_group": "C1",
        "status_digest": "",
        "created_at": NOON,
        "saved_at": NOON,
    }
    return Entry.model_validate({**typed, **changes})


def handed_in(at: datetime = NOON) -> Entry:
    """Once."""
    entry = an_entry()
    entry.submit(a_contest(), [], "CODE", by="p1", at=at)
    return entry


def test_an_entry_is_taken_from_the_opening_instant_until_before_the_closing_one() -> None:
    contest, closes_at = a_contest(), NOON + 24 * HOUR
    with pytest.raises(NotOpenYet):
        an_entry().submit(contest, [], "A", by="p1", at=NOON - timedelta(milliseconds=1))
    for at in (NOON, closes_at - timedelta(milliseconds=1)):
        assert an_entry().submit(contest, [], "A", by="p1", at=at).at == at
    with pytest.raises(DeadlinePassed):
        an_entry().submit(contest, [], "A", by="p1", at=closes_at)


def test_the_deadline_speaks_before_what_is_missing() -> None:
    with pytest.raises(DeadlinePassed):
        an_entry(title="").submit(a_contest(), [], "A", by="p1", at=NOON + 24 * HOUR)


def test_one_word_over_the_limit_is_named_with_its_count() -> None:
    entry = an_entry(parts={"p": "một hai ba bốn năm sáu"})
    with pytest.raises(Incomplete) as refused:
        entry.submit(a_contest(), [], "A", by="p1", at=NOON)
    assert refused.value.errors == [
        {"code": "part_too_long", "field": "parts.p", "text": "Phần “Giải pháp” dài 6 từ, thừa 1 từ (tối đa 5)."}
    ]
    assert (entry.state, entry.receipt, entry.revision) == ("draft", None, 0)


def test_a_part_that_is_not_required_may_be_left_out_but_not_be_too_long() -> None:
    parts = [{"id": "p", "title": "Giải pháp", "max_words": 5}]
    optional = {"id": "q", "title": "Làm thử", "max_words": 2, "required": False}
    contest = Contest.model_validate({**a_contest().model_dump(), "parts": [*parts, optional]})
    entry = an_entry(parts={"p": "Gửi tin nhắn trước", "q": " "})
    revision = entry.submit(contest, [], "A", by="p1", at=NOON)
    assert entry.accept(revision, contest, NOON).parts == {"p": "Gửi tin nhắn trước"}
    with pytest.raises(Incomplete) as refused:
        an_entry(parts={"p": "Gửi", "q": "một hai ba"}).submit(contest, [], "A", by="p1", at=NOON)
    assert [error["field"] for error in refused.value.errors] == ["parts.q"]


def test_every_fact_has_the_next_number() -> None:
    entry, contest = handed_in(), a_contest()
    entry.told_submitted()
    assert entry.facts == 1
    entry.send_back("Thiếu", NOON + 30 * HOUR, NOON + HOUR)
    assert (entry.facts, entry.editable_until(contest)) == (2, NOON + 30 * HOUR)
    revision = entry.submit(contest, [], "OTHER", by="p1", at=NOON + 29 * HOUR)
    entry.told_submitted()
    assert (entry.facts, revision.number, entry.receipt) == (3, 2, "CODE")
    entry.accept(revision, contest, NOON + 30 * HOUR)
    assert entry.facts == 4


def test_what_was_typed_after_handing_in_is_not_what_is_accepted() -> None:
    entry, contest = an_entry(), a_contest()
    revision = entry.submit(contest, ["u"], "CODE", by="p1", at=NOON)
    entry.write(Words(title="Chưa nộp", parts={}, entrant_group="E1", content_group="C1"), contest, NOON + HOUR)
    accepted = entry.accept(revision, contest, NOON + HOUR)
    assert (accepted.title, accepted.parts, accepted.unit_ids) == ("Một cửa", {"p": "Gửi tin nhắn trước"}, ["u"])


def test_a_settled_or_late_entry_takes_no_words_and_a_draft_always_does() -> None:
    contest, words, late = a_contest(), Words(), NOON + 12 * HOUR
    with pytest.raises(EditingOver):
        handed_in().write(words, contest, late)
    withdrawn = handed_in()
    withdrawn.withdraw(contest, "Nhầm", NOON)
    for act in (lambda: withdrawn.write(words, contest, NOON), lambda: withdrawn.withdraw(contest, "", NOON)):
        with pytest.raises(Settled):
            act()
    an_entry().write(words, contest, NOON + 999 * HOUR)


def test_a_draft_can_be_neither_withdrawn_nor_returned_nor_accepted() -> None:
    contest, revision = a_contest(), an_entry().submit(a_contest(), [], "A", by="p1", at=NOON)
    with pytest.raises(NotHandedIn):
        an_entry().withdraw(contest, "", NOON)
    with pytest.raises(NotWaiting):
        an_entry().send_back("", NOON + HOUR, NOON)
    with pytest.raises(NotWaiting):
        an_entry().accept(revision, contest, NOON)
