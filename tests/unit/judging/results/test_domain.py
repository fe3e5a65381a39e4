"""Naming finalists, signing and publishing: the order is enforced and every refusal has its name."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from services.judging.results import domain
from services.judging.results.domain import Placed, Result, ResultState

AT = datetime(2019, 11, 15, 4, 30, tzinfo=UTC)


def a_place(entry, rank, score=None, state="ranked"):
    score = None if rank is None else Decimal(score or 100 - rank)
    return Placed(entry, state, rank, score, {}, None, None)


def a_result(round_="final"):
    return Result(id=f"c1:{round_}", contest_id="c1", round=round_)


RANKED = [a_place("e1", 1), a_place("e2", 2), a_place("e3", 2), a_place("e4", 4)]


def entries(places):
    return [place.entry_id for place in places]


def test_the_best_go_on():
    assert entries(domain.choose(RANKED, 1)) == ["e1"]
    assert entries(domain.choose(RANKED, 3)) == ["e1", "e2", "e3"]
    assert entries(domain.choose(RANKED, 9)) == ["e1", "e2", "e3", "e4"]


def test_a_tie_at_the_cut_is_shown_and_decided_with_a_reason():
    with pytest.raises(domain.TieAtCut) as tie:
        domain.choose(RANKED, 2)
    assert tie.value.details == {"tied": ["e2", "e3"], "places": 1}
    with pytest.raises(domain.ReasonNeeded):
        domain.choose(RANKED, 2, picked=["e1", "e3"])
    assert entries(domain.choose(RANKED, 2, picked=["e1", "e3"], reason="Điểm tính mới cao hơn")) == ["e1", "e3"]


def test_nobody_better_is_passed_over_and_nobody_unranked_goes_on():
    unranked = a_place("e5", None, state="below_quorum")
    for picked in (["e1", "e4"], ["e2"], ["e5"], ["e9"], []):
        with pytest.raises(domain.NotRanked):
            domain.choose([*RANKED, unranked], 2, picked=picked, reason="vì thế")


def test_unfinished_marking_stops_the_naming_unless_a_reason_is_given():
    places = [*RANKED, a_place("e5", None, state="third_pending")]
    with pytest.raises(domain.MarkingUnfinished) as unfinished:
        domain.choose(places, 1)
    assert unfinished.value.details == {"unfinished": ["e5"]}
    assert entries(domain.choose(places, 1, reason="Không còn giám khảo không xung đột")) == ["e1"]


def test_a_withdrawn_entry_leaves_its_place_to_the_next_one():
    places = [a_place("e1", 1), a_place("e2", 2), a_place("e3", 3), a_place("e4", None, state="unmarked")]
    assert entries(domain.choose(places, 2, left_out={"e1", "e4"})) == ["e2", "e3"]


def test_nothing_marked_means_nobody_to_name():
    with pytest.raises(domain.NothingRanked):
        domain.choose([a_place("e1", None, state="unmarked")], 1, reason="vì thế")


def test_finalists_are_named_once():
    result = a_result("preliminary")
    event = result.name_finalists(RANKED[:2], "o1", AT)
    assert [(one.entry_id, one.rank) for one in event.finalists] == [("e1", 1), ("e2", 2)]
    assert (result.state, result.facts) == (ResultState.SIGNED, 1)
    with pytest.raises(domain.AlreadyNamed):
        result.name_finalists(RANKED[:2], "o1", AT)


def test_signing_before_the_lock_is_refused():
    with pytest.raises(domain.NotLocked):
        a_result().sign([], [], "ch", AT, locked=False)


def test_publishing_before_the_signature_is_refused():
    with pytest.raises(domain.NotSigned):
        a_result().publish("o1", AT, slug="s", file_sha256="f", log_head="h")


def test_the_signer_may_not_publish_and_nothing_is_published_or_signed_twice():
    result = a_result()
    result.sign([], [], "ch", AT, locked=True)
    with pytest.raises(domain.AlreadySigned):
        result.sign([], [], "ch", AT, locked=True)
    with pytest.raises(domain.SignerMayNotPublish):
        result.publish("ch", AT, slug="s", file_sha256="f", log_head="h")
    event = result.publish("o1", AT, slug="s", file_sha256="f", log_head="h")
    assert (event.file_sha256, event.result_version, result.state) == ("f", 1, ResultState.PUBLISHED)
    with pytest.raises(domain.AlreadyPublished):
        result.publish("o1", AT, slug="s", file_sha256="f", log_head="h")
    with pytest.raises(domain.AlreadySigned):
        result.require_open()


PRIZES = [{"id": "p1", "title": "Giải Nhất", "track": "individual", "rank": 1, "count": 1}]


def test_the_result_has_a_line_for_every_ranked_finalist_and_says_why_others_have_none():
    places = [*RANKED[:2], a_place("e9", None, state="absent")]
    lines, unplaced = domain.placed(places, dict.fromkeys(("e1", "e2", "e9"), "individual"), PRIZES)
    assert [(one.entry_id, one.rank, one.prize_title) for one in lines] == [("e1", 1, "Giải Nhất"), ("e2", 2, None)]
    assert [(one.entry_id, one.state) for one in unplaced] == [("e9", "absent")]


def test_a_tie_that_parts_over_a_prize_is_named():
    places = [a_place("e1", 1), a_place("e2", 1)]
    with pytest.raises(domain.TieUndecided) as tie:
        domain.placed(places, dict.fromkeys(("e1", "e2"), "individual"), PRIZES)
    assert tie.value.details == {"tied": ["e1", "e2"]}


def test_a_tie_is_decided_for_exactly_the_entries_that_share_a_rank_and_with_a_reason():
    domain.check_tie(RANKED, ["e3", "e2"], "Tiêu chí 1")
    for wrong in (["e1", "e2"], ["e2"], ["e2", "e3", "e4"]):
        with pytest.raises(domain.NoSuchTie):
            domain.check_tie(RANKED, wrong, "Tiêu chí 1")
    with pytest.raises(domain.ReasonNeeded):
        domain.check_tie(RANKED, ["e3", "e2"], "")


def test_judges_get_their_labels_in_the_order_of_the_log():
    lines = [{"kind": "sheet.sealed", "data": {"judge_id": judge}} for judge in ("j7", "j2", "j7", "j5")]
    assert domain.labels(lines) == {"j7": "GK1", "j2": "GK2", "j5": "GK3"}
