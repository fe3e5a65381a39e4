"""A pair of texts: which side is the younger, what a new search leaves of a conclusion, and the row of the export."""

from datetime import timedelta

import pytest

from services.submissions.likeness.domain import Item, Kind, Match
from services.submissions.originality import domain
from services.submissions.originality.domain import DecidedAlready, Query, Resemblance, State
from shared.clock import now

AT = now()


def an_item(name: str, *, kind: Kind = Kind.ENTRY, days: int = 0, year: int = 2026) -> Item:
    at = AT + timedelta(days=days) if kind is Kind.ENTRY else None
    contest = f"contest of {name}" if kind is Kind.ENTRY else ""
    return Item(id=name, kind=kind, title=name, text=name, year=year, at=at, contest_id=contest, owner_ids=["p"])


def a_pair(one: Item, other: Item, covered: float = 0.5) -> Resemblance:
    return Resemblance.of(one, Match(item=other, covered=covered, ratio=0.4), covered, AT)


def test_the_younger_side_is_the_entry_whichever_was_searched_for():
    old, young = an_item("old"), an_item("young", days=1)
    for pair in (a_pair(old, young), a_pair(young, old)):
        assert (pair.entry_id, pair.other_id, pair.contest_id) == ("young", "old", "contest of young")
        assert pair.same_owner
    assert a_pair(old, young).id == a_pair(young, old).id


def test_a_published_initiative_is_never_the_entry_even_of_the_same_year():
    work = an_item("work", kind=Kind.WORK, year=2099)
    assert a_pair(work, an_item("entry")).entry_id == "entry"


@pytest.mark.parametrize(("covered", "state"), [(0.5, State.DISTINCT), (0.59, State.DISTINCT), (0.61, State.UNDECIDED)])
def test_a_conclusion_stays_until_much_more_is_shared(covered, state):
    known = a_pair(an_item("a"), an_item("b", days=1))
    known.decide(State.DISTINCT, "Câu mẫu", by="s", at=AT)
    new = a_pair(an_item("a"), an_item("b", days=1), covered).after(known)
    assert new.state is state
    assert [one.reason for one in new.conclusions] == ["Câu mẫu"]


def test_a_second_conclusion_needs_the_first_taken_back():
    pair = a_pair(an_item("a"), an_item("b", days=1))
    pair.decide(State.COPY, "Chép", by="s", at=AT)
    with pytest.raises(DecidedAlready):
        pair.decide(State.DISTINCT, "Không", by="t", at=AT)
    pair.reopen()
    assert pair.standing is None
    assert [one.by for one in pair.earlier] == ["s"]


def test_a_row_of_the_export_has_a_cell_under_every_head_and_every_word():
    pair = a_pair(an_item("a"), an_item("b", days=1))
    pair.decide(State.COPY, "Chép", by="s", at=AT)
    cells = dict(zip(domain.HEADS, domain.cells(pair), strict=True))
    assert (cells["Phần trùng (%)"], cells["Kết luận"], cells["Lý do"]) == (50, "Trùng lặp", "Chép")
    assert set(domain.STATE_WORDS) == set(State)
    assert set(domain.KIND_WORDS) == set(Kind)


@pytest.mark.parametrize(
    ("sort", "order"),
    [("ten", ("title_folded", 1)), ("-thay", ("found_at", -1)), ("$where", ("covered", -1)), ("", ("covered", -1))],
)
def test_an_unknown_sort_is_by_what_is_shared(sort, order):
    assert Query(sort=sort).order == order


def test_a_pair_that_is_kept_is_not_the_one_that_was_found_since_a_transaction_may_run_again():
    found = a_pair(an_item("a"), an_item("b", days=1), 0.8)
    kept = found.after(None)
    kept.version = 1
    assert found.version == 0
