"""The dated tree over made-up histories: each day has its units, and two units are one only when they are."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.dated_tree import DatedTree, exists

FIRST = date(2025, 1, 1)
EACH = 10
"""Days from one act to the next."""


@dataclass
class Made:
    """A unit of a made-up history; `land` is the ground it governs, which no act creates or destroys."""

    id: str
    land: frozenset[int]
    valid_from: date | None = None
    valid_to: date | None = None
    successors: list[str] = field(default_factory=list)
    parent_id: str | None = None


class History:
    """Units that are renamed, merged, split, taken in by a neighbour, on one day after the other."""

    def __init__(self, plots: int) -> None:
        """As many units as plots."""
        self.units = [Made(f"u{plot}", frozenset([plot])) for plot in range(plots)]
        self.plots = plots
        self.days = 0

    @property
    def living(self) -> list[Made]:
        """Whoever has no last day."""
        return [unit for unit in self.units if unit.valid_to is None]

    def act(self, kind: str, one: int, other: int) -> None:
        """One act on the next day; an act that is not possible changes nothing."""
        self.days += 1
        first = FIRST + timedelta(days=EACH * self.days)
        here = self.living
        unit, neighbour = here[one % len(here)], here[other % len(here)]
        match kind:
            case "rename":
                self._become([unit], [unit.land], first)
            case "merge" if unit is not neighbour:
                self._become([unit, neighbour], [unit.land | neighbour.land], first)
            case "split" if len(unit.land) > 1:
                ground = sorted(unit.land)
                self._become([unit], [frozenset(ground[:1]), frozenset(ground[1:])], first)
            case "absorb" if unit is not neighbour:
                unit.valid_to, unit.successors = first - timedelta(days=1), [neighbour.id]

    def _become(self, ended: list[Made], lands: list[frozenset[int]], first: date) -> None:
        begun = [Made(f"d{self.days}-{number}", land, valid_from=first) for number, land in enumerate(lands)]
        for unit in ended:
            unit.valid_to, unit.successors = first - timedelta(days=1), [one.id for one in begun]
        self.units += begun


ACTS = st.tuples(st.sampled_from(["rename", "merge", "split", "absorb"]), st.integers(0, 9), st.integers(0, 9))


@st.composite
def histories(draw: st.DrawFn) -> tuple[History, date]:
    """A history and a day in, before or after it."""
    made = History(draw(st.integers(1, 5)))
    for kind, one, other in draw(st.lists(ACTS, max_size=8)):
        made.act(kind, one, other)
    return made, FIRST + timedelta(days=draw(st.integers(-EACH, EACH * 10)))


@given(histories())
def test_on_its_days_a_unit_is_itself_and_whoever_stands_for_it_is_there(drawn):
    made, day = drawn
    tree = DatedTree(made.units)
    for unit in made.units:
        standing = tree.standing(unit.id, day)
        assert all(exists(one, day) for one in standing)
        assert len({one.id for one in standing}) == len(standing) > 0
        if exists(unit, day):
            assert [one.id for one in standing] == [unit.id]


@given(histories())
def test_whoever_stands_for_a_unit_has_ground_that_was_its_own(drawn):
    made, day = drawn
    tree = DatedTree(made.units)
    for unit in made.units:
        later = unit.valid_to is not None and day > unit.valid_to
        absorbed = [one for one in made.units if unit.id in one.successors]
        if later and not absorbed and len(unit.successors) > 1:
            assert unit.land <= frozenset().union(*(one.land for one in tree.standing(unit.id, day)))


@given(histories())
def test_two_units_of_one_day_are_one_only_when_one_of_them_is_the_other(drawn):
    made, day = drawn
    tree = DatedTree(made.units)
    here = [unit for unit in made.units if exists(unit, day)]
    for one in here:
        assert [other.id for other in here if tree.is_one(one.id, other.id, day)] == [one.id]


@given(histories())
def test_one_is_the_other_either_way_round_and_each_is_one_with_what_it_has_become(drawn):
    made, day = drawn
    tree = DatedTree(made.units)
    for one in made.units:
        for other in made.units:
            assert tree.is_one(one.id, other.id, day) is tree.is_one(other.id, one.id, day)
        assert all(tree.is_one(one.id, standing.id, day) for standing in tree.standing(one.id, day))


@given(histories())
def test_what_will_only_happen_after_a_day_makes_nobody_one_on_it(drawn):
    made, day = drawn
    known = [unit for unit in made.units if (unit.valid_from or date.min) <= day]
    as_known_then = [
        Made(unit.id, unit.land, unit.valid_from, unit.valid_to, unit.successors)
        if unit.valid_to is not None and unit.valid_to < day
        else Made(unit.id, unit.land, unit.valid_from)
        for unit in known
    ]
    now, then = DatedTree(made.units), DatedTree(as_known_then)
    for one in known:
        assert [unit.id for unit in now.standing(one.id, day)] == [unit.id for unit in then.standing(one.id, day)]
        for other in known:
            assert now.is_one(one.id, other.id, day) is then.is_one(one.id, other.id, day)


def test_a_ring_of_successors_ends():
    ring = [Made(one, frozenset(), valid_to=FIRST, successors=[other]) for one, other in ("xy", "yx")]
    tree = DatedTree(ring)
    assert tree.standing("x", FIRST + timedelta(days=1)) == []
    assert tree.line("x", FIRST + timedelta(days=1)) == {"x", "y"}


def test_a_unit_that_nobody_took_over_went_up_into_the_one_above_and_stands_for_nobody():
    tree = DatedTree([Made("up", frozenset()), Made("gone", frozenset(), valid_to=FIRST, parent_id="up")])
    after = FIRST + timedelta(days=1)
    assert (tree.standing("gone", after), tree.is_one("gone", "up", after)) == ([], True)
    assert not tree.is_one("gone", "up", FIRST)
