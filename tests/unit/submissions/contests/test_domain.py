"""A contest's rules: when they are complete, what may still change, when it is open."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from services.submissions.contests import domain
from services.submissions.contests.domain import Contest, Phase, State
from services.submissions.rules import domain as rules_domain
from services.submissions.rules.domain import FormRules, Rules
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


def test_the_first_score_of_a_round_freezes_what_it_stands_on_and_nothing_else():
    contest = published()
    assert contest.note_score("preliminary", AT)
    assert not contest.note_score("preliminary", AT + timedelta(days=1))
    contest.revise(Rules(**typed(name="Tên khác", presentation_minutes=12)))
    with pytest.raises(domain.RoundFrozen, match="Sơ khảo đã có điểm từ 15:00 ngày 21/11/2026"):
        contest.revise(Rules(**typed(parts=[{"id": "solution", "title": "Giải pháp", "max_words": 700}])))
    contest.note_score("final", AT)
    with pytest.raises(domain.RoundFrozen, match="Chung khảo"):
        contest.revise(Rules(**typed(presentation_minutes=12)))


def test_a_score_that_comes_while_a_change_waits_keeps_it_from_being_published():
    contest = published()
    contest.revise(Rules(**typed(parts=[{"id": "solution", "title": "Giải pháp", "max_words": 700}])))
    contest.note_score("preliminary", AT)
    with pytest.raises(domain.RoundFrozen):
        contest.publish(AT)


def test_a_postponement_moves_the_deadline_and_with_it_the_time_to_change_an_entry():
    contest = published()
    later = CLOSES + timedelta(days=7)
    told, moved = contest.postpone({"closes_at": later}, "Mưa bão", AT)
    assert (contest.timetable.closes_at, contest.timetable.edit_until) == (later, later)
    assert (told.version, moved.version, contest.facts) == (2, 2, 3)
    assert [(move.what, move.before, move.after) for move in moved.changes] == [("closes_at", CLOSES, later)]


def test_a_postponement_leaves_waiting_changes_waiting_with_the_new_timetable():
    contest = published()
    contest.revise(Rules(**typed(name="Tên mới")))
    later = CLOSES + timedelta(days=7)
    contest.postpone({"closes_at": later}, "Mưa bão", AT)
    assert contest.pending is not None
    assert (contest.pending.name, contest.pending.timetable.closes_at) == ("Tên mới", later)


def test_a_deadline_that_was_closed_is_opened_again_by_moving_it():
    contest = published()
    contest.close(AT)
    contest.postpone({"closes_at": CLOSES}, "Đóng nhầm", AT + timedelta(minutes=5))
    assert contest.phase(AT + timedelta(hours=1)) is Phase.OPEN


@pytest.mark.parametrize(
    "moves",
    [{}, {"opens_at": CLOSES}, {"closes_at": CLOSES}, {"closes_at": CLOSES - timedelta(days=1)}, {"closes_at": AT}],
)
def test_nothing_is_postponed_to_earlier_to_the_same_or_into_the_past(moves):
    with pytest.raises(domain.NotPostponed):
        published().postpone(moves, "Lý do", AT)


def test_a_final_that_has_no_date_gets_one_and_a_timetable_that_contradicts_itself_is_refused():
    contest = published()
    with pytest.raises(Invalid):
        contest.postpone({"final_at": CLOSES - timedelta(days=1)}, "Lý do", AT)
    contest.postpone({"final_at": CLOSES + timedelta(days=30)}, "Ấn định ngày", AT)
    assert contest.timetable.final_at == CLOSES + timedelta(days=30)


def test_only_what_is_over_goes_into_the_archive():
    contest = published()
    for when in (AT, OPENS - timedelta(days=1)):
        with pytest.raises(domain.NotOver):
            contest.archive(when)
    told = contest.archive(CLOSES)
    assert (told.state, contest.phase(CLOSES)) == ("archived", Phase.CLOSED)
    with pytest.raises(domain.NotOver):
        contest.archive(CLOSES)


def test_next_years_rules_are_this_years_a_year_later():
    contest = published(name="Sáng kiến năm 2026", slug="sang-kien-2026", documents=[])
    rules = domain.next_year(contest)
    assert (rules.year, rules.name, rules.slug) == (2027, "Sáng kiến năm 2027", "sang-kien-2027")
    assert rules.timetable.closes_at == CLOSES.replace(year=CLOSES.year + 1)
    assert rules.parts == contest.parts


def test_the_29th_of_february_becomes_the_28th():
    leap = {"opens_at": datetime(2028, 2, 1, tzinfo=UTC), "closes_at": datetime(2028, 2, 29, 5, tzinfo=UTC)}
    rules = domain.next_year(a_contest(year=2028, timetable=leap))
    assert (rules.timetable.closes_at.month, rules.timetable.closes_at.day) == (2, 28)


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (["application/pdf"], "PDF"),
        (["application/pdf", "image/png"], "PDF hoặc ảnh PNG"),
        (["application/pdf", "image/jpeg", "image/png"], "PDF, ảnh JPEG hoặc ảnh PNG"),
    ],
)
def test_the_kinds_of_files_a_contest_takes_are_said_as_it_takes_them(kinds: list[str], words: str) -> None:
    assert FormRules.model_validate({"media_types": kinds}).kinds_in_words == words
