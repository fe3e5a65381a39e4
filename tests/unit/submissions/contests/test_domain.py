"""A contest's rules: when they are complete, what may still change, when it is open."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from services.submissions.contests import domain
from services.submissions.contests.domain import Contest, Phase, State
from services.submissions.rules import domain as rules_domain
from services.submissions.rules.domain import Rules
from shared.errors import Invalid

AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
OPENS, CLOSES = AT - timedelta(hours=1), AT + timedelta(days=21)


def typed(**changes):
    return {
        "slug": "cuoc-thi", "name": "Tìm kiếm sáng kiến", "short_name": "Sáng kiến", "year": 2026,
        "entrant_groups": [{"id": "E1", "title": "Người dân", "track": "individual"}],
        "content_groups": [{"id": "C1", "title": "Một cửa"}],
        "parts": [{"id": "solution", "title": "Giải pháp", "max_words": 600}],
        "timetable": {"opens_at": OPENS, "closes_at": CLOSES},
        **changes,
    }  # fmt: skip


def a_contest(**changes) -> Contest:
    return Contest(id="c1", created_at=AT, **typed(**changes))


def published(**changes) -> Contest:
    contest = a_contest(**changes)
    contest.publish(AT)
    return contest


def texts(error: Invalid) -> str:
    return " ".join(one["text"] for one in error.errors)


def test_without_an_own_instant_entries_may_be_changed_until_the_contest_closes():
    assert a_contest().timetable.edit_until == CLOSES


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ({"closes_at": OPENS}, "timetable.closes_at"),
        ({"edit_until": CLOSES + timedelta(minutes=1)}, "timetable.edit_until"),
        ({"edit_until": OPENS}, "timetable.edit_until"),
        ({"final_at": CLOSES}, "timetable.final_at"),
    ],
)
def test_a_timetable_that_contradicts_itself_is_refused_at_its_field(times, field):
    rules = Rules(**typed(timetable={"opens_at": OPENS, "closes_at": CLOSES, **times}))
    with pytest.raises(Invalid) as refused:
        a_contest().revise(rules)
    assert [error["field"] for error in refused.value.errors] == [field]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"entrant_groups": []}, "nhóm đối tượng"),
        ({"content_groups": []}, "lĩnh vực"),
        ({"parts": []}, "phần của bài viết"),
        (
            {"prizes": [{"id": "A1", "title": "Giải tập thể", "track": "collective", "rank": 1, "count": 1}]},
            "Giải tập thể",
        ),
        ({"timetable": {"opens_at": OPENS - timedelta(days=9), "closes_at": AT}}, "đã qua"),
    ],
)
def test_an_incomplete_contest_is_not_published_and_the_reason_is_named(change, reason):
    contest = a_contest(**change)
    with pytest.raises(Invalid) as refused:
        contest.publish(AT)
    assert reason in texts(refused.value)
    assert (contest.state, contest.facts) == (State.DRAFT, 0)


def test_publication_tells_the_whole_rules_as_edition_one():
    contest = a_contest()
    event = contest.publish(AT)
    assert (event.contest_id, event.version, contest.facts, contest.state) == ("c1", 1, 1, State.PUBLISHED)
    assert (event.parts[0].max_words, event.timetable.closes_at) == (600, CLOSES)


def test_changes_to_a_published_contest_count_only_when_published_again():
    contest = published()
    contest.revise(Rules(**typed(name="Tên mới")))
    assert contest.name == "Tìm kiếm sáng kiến"
    assert contest.working.name == "Tên mới"
    event = contest.publish(AT)
    assert (contest.name, contest.pending, event.version, contest.facts) == ("Tên mới", None, 2, 2)


def test_publishing_what_is_already_in_force_is_refused():
    contest = published()
    contest.revise(Rules(**typed()))
    with pytest.raises(domain.NothingNew):
        contest.publish(AT)


@pytest.mark.parametrize(
    "change",
    [
        {"slug": "duong-dan-khac"},
        {"entrant_groups": [{"id": "E9", "title": "Khác", "track": "individual"}]},
        {"content_groups": []},
        {"parts": [{"id": "other", "title": "Khác", "max_words": 10}]},
    ],
)
def test_what_entries_refer_to_cannot_be_taken_away_after_publication(change):
    with pytest.raises(domain.RulesFrozen):
        published().revise(Rules(**typed(**change)))


def test_words_may_change_and_groups_may_be_added_after_publication():
    contest = published()
    groups = [
        {"id": "E1", "title": "Mọi người dân", "track": "individual"},
        {"id": "E2", "title": "Tổ chức", "track": "collective"},
    ]
    contest.revise(Rules(**typed(entrant_groups=groups)))
    contest.publish(AT)
    assert [group.title for group in contest.entrant_groups] == ["Mọi người dân", "Tổ chức"]


def test_a_contest_is_open_from_its_opening_to_just_before_its_closing():
    contest = published()
    moment = timedelta(milliseconds=1)
    assert [contest.phase(at) for at in (OPENS - moment, OPENS, CLOSES - moment, CLOSES)] == [
        Phase.PLANNED, Phase.OPEN, Phase.OPEN, Phase.CLOSED,
    ]  # fmt: skip
    assert not a_contest().is_open(AT)


def test_closing_early_moves_the_deadline_and_tells_it():
    contest = published()
    event = contest.close(AT + timedelta(days=1))
    assert event.timetable.closes_at == event.timetable.edit_until == AT + timedelta(days=1)
    assert (contest.state, event.version) == (State.CLOSED, 2)
    with pytest.raises(domain.NotOpen):
        contest.close(AT + timedelta(days=2))


def test_a_closed_contest_opens_again_when_published_with_a_later_deadline():
    contest = published()
    contest.close(AT + timedelta(days=1))
    contest.revise(Rules(**typed()))
    contest.publish(AT + timedelta(days=2))
    assert contest.is_open(AT + timedelta(days=3))


@pytest.mark.parametrize("slug", ["quan-ly", "Cuộc thi", "a--b", "-a", "a/b"])
def test_an_address_that_cannot_be_one_is_refused(slug):
    with pytest.raises(ValidationError):
        Rules(**typed(slug=slug))


def test_two_groups_with_one_id_are_refused():
    twice = [{"id": "C1", "title": "Một"}, {"id": "C1", "title": "Hai"}]
    with pytest.raises(ValidationError, match="trùng mã"):
        Rules(**typed(content_groups=twice))


def test_an_address_is_made_from_the_short_name():
    assert rules_domain.slug_of("Sáng kiến Đổi mới – 2026!") == "sang-kien-doi-moi-2026"
