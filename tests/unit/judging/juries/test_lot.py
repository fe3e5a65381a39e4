"""The lot: even, without conflicts, the same again from the same seed."""

from collections import Counter
from itertools import combinations, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.judging.juries.domain import JudgesMissing, Pair, assign

JUDGES = [f"judge-{number}" for number in range(6)]
ENTRIES = [f"entry-{number}" for number in range(12)]
pairs = st.sets(st.tuples(st.sampled_from(ENTRIES), st.sampled_from(JUDGES)), max_size=30)
seeds = st.text(min_size=1, max_size=8)


def load_of(given_out: list[Pair], judges: list[str], before: dict[str, int] | None = None) -> list[int]:
    counts = Counter(judge for _, judge in given_out)
    return sorted(counts[judge] + (before or {}).get(judge, 0) for judge in judges)


@given(entries=st.integers(0, 12), judges=st.integers(2, 6), readers=st.integers(1, 2), seed=seeds)
def test_without_conflicts_nobody_has_two_more_than_anybody(entries: int, judges: int, readers: int, seed: str) -> None:
    loads = load_of(assign(dict.fromkeys(ENTRIES[:entries], readers), JUDGES[:judges], (), seed, {}), JUDGES[:judges])
    assert loads[-1] - loads[0] <= 1
    assert sum(loads) == entries * readers


@given(forbidden=pairs, readers=st.integers(1, 3), seed=seeds)
def test_every_script_gets_its_readers_all_different_and_none_forbidden(
    forbidden: set[Pair], readers: int, seed: str
) -> None:
    lacking = sum(len(JUDGES) - sum((entry, judge) in forbidden for judge in JUDGES) < readers for entry in ENTRIES)
    scripts = dict.fromkeys(ENTRIES, readers)
    if lacking:
        with pytest.raises(JudgesMissing) as refused:
            assign(scripts, JUDGES, forbidden, seed, {})
        assert refused.value.details["scripts"] == lacking
        return
    given_out = assign(scripts, JUDGES, forbidden, seed, {})
    assert len(set(given_out)) == len(given_out) == readers * len(ENTRIES)
    assert set(Counter(entry for entry, _ in given_out).values()) == {readers}
    assert not set(given_out) & forbidden


@given(forbidden=pairs, seed=seeds, order=st.randoms(use_true_random=False))
def test_the_same_seed_and_inputs_in_any_order_give_the_same_pairs(
    forbidden: set[Pair], seed: str, order: Random
) -> None:
    shuffled_entries, shuffled_judges = ENTRIES.copy(), JUDGES.copy()
    order.shuffle(shuffled_entries)
    order.shuffle(shuffled_judges)
    try:
        first = assign(dict.fromkeys(ENTRIES, 2), JUDGES, forbidden, seed, {})
    except JudgesMissing:
        return
    assert assign(dict.fromkeys(shuffled_entries, 2), shuffled_judges, set(forbidden), seed, {}) == first


def test_another_seed_gives_other_pairs() -> None:
    drawn = {tuple(assign(dict.fromkeys(ENTRIES, 2), JUDGES, (), f"seed {number}", {})) for number in range(20)}
    assert len(drawn) == 20


def best_spread(entries: list[str], judges: list[str], forbidden: set[Pair], before: dict[str, int]) -> int:
    """The smallest sum of squared loads, by trying everything."""
    choices = [list(combinations([one for one in judges if (entry, one) not in forbidden], 2)) for entry in entries]
    best = None
    for choice in product(*choices):
        counts = Counter(judge for pair in choice for judge in pair)
        spread = sum((counts[judge] + before.get(judge, 0)) ** 2 for judge in judges)
        best = spread if best is None else min(best, spread)
    assert best is not None
    return best


@settings(max_examples=60, deadline=None)
@given(
    forbidden=st.sets(st.tuples(st.sampled_from(ENTRIES[:4]), st.sampled_from(JUDGES[:5])), max_size=9),
    before=st.dictionaries(st.sampled_from(JUDGES[:5]), st.integers(0, 4)),
    seed=seeds,
)
def test_with_conflicts_the_loads_are_as_even_as_they_can_be(
    forbidden: set[Pair], before: dict[str, int], seed: str
) -> None:
    entries, judges = ENTRIES[:4], JUDGES[:5]
    try:
        given_out = assign(dict.fromkeys(entries, 2), judges, forbidden, seed, before)
    except JudgesMissing:
        return
    spread = sum(load**2 for load in load_of(given_out, judges, before))
    assert spread == best_spread(entries, judges, forbidden, before)


def test_a_further_draw_evens_out_what_judges_hold_already() -> None:
    given_out = assign(dict.fromkeys(ENTRIES[:3], 1), JUDGES[:4], (), "s", {"judge-0": 5, "judge-1": 5})
    assert {judge for _, judge in given_out} == {"judge-2", "judge-3"}
