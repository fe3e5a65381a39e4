"""Counting again: decimals, ties, quorum, the third reader, prizes; and that unrelated lines change nothing."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import recount
from shared.recount import Rules, TieAcrossPrizes

WRITTEN = Rules(quorum=2, third_reader=True, gap_limit=Decimal(20))


def sealed(n, entry, judge, total, *, third=False, round_="preliminary"):
    data = {"entry_id": entry, "judge_id": judge, "total": total, "third": third, "marks": {"c": total}}
    return {"n": n, "round": round_, "kind": "sheet.sealed", "data": data}


def line(n, kind, round_="preliminary", **data):
    return {"n": n, "round": round_, "kind": kind, "data": data}


def by_entry(places):
    return {place.entry_id: place for place in places}


def counted(lines, rules=WRITTEN, round_="preliminary"):
    return by_entry(recount.ranking(lines, round_, rules))


def test_the_score_is_the_mean_of_the_readers_to_two_places_half_up():
    lines = [sealed(1, "e1", "j1", "80.0"), sealed(2, "e1", "j2", "80.5"), sealed(3, "e1", "j3", "80.5")]
    assert counted(lines)["e1"].score == Decimal("80.33")
    assert recount.mean([Decimal("0.01"), Decimal("0.02")]) == Decimal("0.02")
    assert recount.mean([Decimal("2.665")]) == Decimal("2.67")


half_points = st.integers(min_value=0, max_value=200).map(lambda halves: Decimal(halves) / 2)


@given(st.lists(half_points, min_size=1, max_size=12))
def test_a_mean_is_exact_before_it_is_rounded(totals):
    exact = sum(map(Fraction, totals), Fraction(0)) / len(totals)
    assert abs(Fraction(recount.mean(totals)) - exact) <= Fraction(1, 200)
    cents = exact * 100
    if cents.denominator == 2:
        assert Fraction(recount.mean(totals)) * 100 == cents + Fraction(1, 2)


@given(st.lists(half_points, min_size=1, max_size=9), st.randoms(use_true_random=False))
def test_a_mean_does_not_depend_on_the_order_of_the_judges(totals, random):
    mixed = list(totals)
    random.shuffle(mixed)
    assert recount.mean(mixed) == recount.mean(totals)


marks_of_a_round = st.dictionaries(
    st.tuples(st.sampled_from(["e1", "e2", "e3", "e4"]), st.sampled_from(["j1", "j2", "j3"])), half_points, max_size=12
)


@given(marks_of_a_round, st.randoms(use_true_random=False))
def test_the_order_of_unrelated_lines_changes_no_ranking(marks, random):
    pairs = list(marks.items())
    first = [sealed(n, entry, judge, f"{total}") for n, ((entry, judge), total) in enumerate(pairs)]
    random.shuffle(pairs)
    second = [sealed(n, entry, judge, f"{total}") for n, ((entry, judge), total) in enumerate(pairs)]
    assert recount.ranking(first, "preliminary", WRITTEN) == recount.ranking(second, "preliminary", WRITTEN)


@given(marks_of_a_round)
def test_ranks_follow_the_scores_and_equal_scores_share_one(marks):
    lines = [sealed(n, entry, judge, f"{total}") for n, ((entry, judge), total) in enumerate(marks.items())]
    ranked = [place for place in recount.ranking(lines, "preliminary", WRITTEN) if place.rank is not None]
    scores = [place.score for place in ranked if place.score is not None]
    assert [place.rank for place in ranked] == [1 + sum(1 for other in scores if other > score) for score in scores]


@given(marks_of_a_round)
def test_lines_of_the_other_round_and_of_other_kinds_change_nothing(marks):
    lines = [sealed(n, entry, judge, f"{total}") for n, ((entry, judge), total) in enumerate(marks.items())]
    other = [sealed(90, "e1", "j9", "1.0", round_="final"), line(91, "slot.opened", entry_id="e9")]
    assert recount.ranking(lines + other, "preliminary", WRITTEN) == recount.ranking(lines, "preliminary", WRITTEN)


def test_the_third_reader_decides_whatever_the_others_said():
    lines = [sealed(1, "e1", "j1", "90.0"), sealed(2, "e1", "j2", "60.0")]
    waiting = counted(lines)["e1"]
    assert (waiting.state, waiting.rank, waiting.score, waiting.gap) == ("third_pending", None, None, Decimal("30.0"))
    decided = counted([*lines, sealed(3, "e1", "j3", "61.5", third=True)])["e1"]
    assert (decided.state, decided.score, decided.third) == ("ranked", Decimal("61.50"), Decimal("61.50"))


def test_a_gap_of_exactly_the_limit_calls_nobody():
    lines = [sealed(1, "e1", "j1", "90.0"), sealed(2, "e1", "j2", "70.0")]
    assert counted(lines)["e1"].score == Decimal("80.00")


def test_too_few_marks_give_no_rank_and_no_mark_is_not_zero():
    lines = [
        line(1, "scripts.assigned", pairs=[["e1", "j1"], ["e2", "j1"], ["e3", "j1"], ["e3", "j2"]]),
        sealed(2, "e1", "j1", "100.0"),
        sealed(3, "e3", "j1", "0.0"),
        sealed(4, "e3", "j2", "0.0"),
    ]
    states = {entry: (place.state, place.score) for entry, place in counted(lines).items()}
    assert states == {
        "e1": ("below_quorum", None),
        "e2": ("unmarked", None),
        "e3": ("ranked", Decimal("0.00")),
    }


def test_a_judge_who_stepped_back_no_longer_counts():
    lines = [sealed(1, "e1", "j1", "90.0"), sealed(2, "e1", "j2", "80.0"), sealed(3, "e1", "j3", "70.0")]
    lines.append(line(4, "judge.recused", entry_id="e1", judge_id="j1", reason_sha256="x"))
    assert counted(lines)["e1"].score == Decimal("75.00")


def test_a_live_mark_that_was_changed_counts_as_it_was_last_sent():
    rules = Rules(quorum=1)
    first = line(1, "score.given", "final", entry_id="e1", judge_id="j1", total="8.0", revision=1)
    second = line(2, "score.given", "final", entry_id="e1", judge_id="j1", total="9.0", revision=2)
    assert counted([first, second], rules, "final")["e1"].score == Decimal("9.00")
    assert counted([second, first], rules, "final")["e1"].score == Decimal("9.00")


def test_absent_and_withdrawn_finalists_have_no_rank_even_with_marks():
    lines = [
        line(1, "order.drawn", "final", slots=[{"entry_id": "e1"}, {"entry_id": "e2"}, {"entry_id": "e3"}]),
        line(2, "score.given", "final", entry_id="e1", judge_id="j1", total="8.0"),
        line(3, "slot.withdrawn", "final", entry_id="e1"),
        line(4, "slot.absent", "final", entry_id="e2"),
    ]
    states = {entry: place.state for entry, place in counted(lines, Rules(quorum=1), "final").items()}
    assert states == {"e1": "withdrawn", "e2": "absent", "e3": "unmarked"}


def tied_lines():
    totals = {"e1": "80.0", "e2": "90.0", "e3": "80.0", "e4": "70.0"}
    pairs = [(entry, judge, total) for entry, total in totals.items() for judge in ("j1", "j2")]
    return [sealed(n, *pair) for n, pair in enumerate(pairs, start=1)]


def ranks(lines):
    return {entry: place.rank for entry, place in counted(lines).items()}


def test_equal_marks_share_a_rank_until_a_logged_decision_orders_exactly_these_entries():
    lines = tied_lines()
    assert ranks(lines) == {"e2": 1, "e1": 2, "e3": 2, "e4": 4}
    assert recount.ties(recount.ranking(lines, "preliminary", WRITTEN)) == [["e1", "e3"]]
    decided = [*lines, line(20, "tie.decided", order=["e3", "e1"], reason="Tiêu chí 1")]
    assert ranks(decided) == {"e2": 1, "e3": 2, "e1": 3, "e4": 4}
    assert recount.ties(recount.ranking(decided, "preliminary", WRITTEN)) == []
    other = [*lines, line(20, "tie.decided", order=["e3", "e1", "e4"], reason="Tiêu chí 1")]
    assert ranks(other) == ranks(lines)


def test_without_frozen_rules_nothing_can_be_counted():
    with pytest.raises(KeyError):
        Rules.frozen([], "final")
    frozen = line(1, "rubric.frozen", "final", quorum=5, third_reader=False, gap_limit=None)
    assert Rules.frozen([frozen], "final") == Rules(quorum=5)


PRIZES = [
    {"id": "i1", "title": "Nhất", "track": "individual", "rank": 1, "count": 1},
    {"id": "i2", "title": "Nhì", "track": "individual", "rank": 2, "count": 2},
    {"id": "k1", "title": "Nhất tập thể", "track": "collective", "rank": 1, "count": 1},
]


def places_of(*totals):
    lines = [sealed(2 * n + side, f"e{n + 1}", f"j{side}", total) for n, total in enumerate(totals) for side in (1, 2)]
    return recount.ranking(lines, "preliminary", WRITTEN)


def test_each_track_hands_its_prizes_to_its_own_best():
    places = places_of("90", "80", "70", "60", "50")
    tracks = {"e1": "individual", "e2": "collective", "e3": "individual", "e4": "individual", "e5": "individual"}
    assert recount.prizes(places, tracks, PRIZES) == {"e1": "i1", "e2": "k1", "e3": "i2", "e4": "i2"}


def test_equal_marks_within_one_prize_need_no_decision_but_across_prizes_they_do():
    tracks = dict.fromkeys(("e1", "e2", "e3", "e4"), "individual")
    assert recount.prizes(places_of("90", "80", "80"), tracks, PRIZES) == {"e1": "i1", "e2": "i2", "e3": "i2"}
    for totals in (("90", "90", "70"), ("90", "80", "70", "70")):
        with pytest.raises(TieAcrossPrizes):
            recount.prizes(places_of(*totals), tracks, PRIZES)


def test_entries_without_a_rank_win_nothing_and_prizes_may_be_left_over():
    lines = [sealed(1, "e1", "j1", "99")]
    places = recount.ranking(lines, "preliminary", WRITTEN)
    assert recount.prizes(places, {"e1": "individual"}, PRIZES) == {}


def a_round_of_three():
    totals = {"e1": "90.0", "e2": "80.0", "e3": "70.0"}
    entries = [(entry, judge, total) for entry, total in totals.items() for judge in ("j1", "j2")]
    return [sealed(n, entry, judge, total) for n, (entry, judge, total) in enumerate(entries, start=1)]


def test_a_withdrawn_entry_has_no_rank_though_its_sheets_are_sealed_and_the_others_move_up():
    places = counted([*a_round_of_three(), line(7, "script.withdrawn", "all", entry_id="e1")])
    assert (places["e1"].state, places["e1"].rank, places["e1"].score) == ("withdrawn", None, None)
    assert [places[entry].rank for entry in ("e2", "e3")] == [1, 2]


def test_a_withdrawal_after_the_round_was_signed_off_changes_nothing_in_it():
    named = line(7, "finalists.named", entries=[{"entry_id": "e1"}, {"entry_id": "e2"}])
    lines = [*a_round_of_three(), named, line(8, "script.withdrawn", "all", entry_id="e1")]
    assert counted(lines)["e1"].rank == 1
    assert recount.withdrawn(lines, "preliminary") == set()
    assert recount.withdrawn(lines, "final") == {"e1"}


def test_a_finalist_who_withdrew_is_shown_in_the_final_and_an_entry_that_never_got_there_is_not():
    named = line(7, "finalists.named", entries=[{"entry_id": "e1"}, {"entry_id": "e2"}])
    gone = [line(n, "script.withdrawn", "all", entry_id=entry) for n, entry in ((8, "e1"), (9, "e3"))]
    given = {"entry_id": "e2", "judge_id": "j1", "total": "50", "revision": 1}
    places = counted(
        [*a_round_of_three(), named, *gone, line(10, "score.given", "final", **given)], Rules(quorum=1), "final"
    )
    assert {entry: place.state for entry, place in places.items()} == {"e2": "ranked", "e1": "withdrawn"}


def test_a_decided_order_holds_for_those_who_stay():
    lines = [sealed(n, entry, "j1", "80.0") for n, entry in enumerate(("e1", "e2", "e3"), start=1)]
    lines += [line(4, "tie.decided", order=["e3", "e1", "e2"], reason="…")]
    lines += [line(5, "script.withdrawn", "all", entry_id="e1")]
    places = counted(lines, Rules(quorum=1))
    assert [places[entry].rank for entry in ("e3", "e2", "e1")] == [1, 2, None]
