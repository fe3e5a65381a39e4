"""The arithmetic of the bench: medians of paired ratios with their bootstrap interval, percentiles, one line of the table.

Nothing is measured here.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

DRAWS = 2_000
"""Samples of the bootstrap."""
CONTROL_LOW, CONTROL_HIGH = 0.85, 1.15
"""A run whose control leaves this band says nothing: the same endpoint was not equal to itself."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median of per-pair ratios and its 95 % interval."""

    middle: float
    low: float
    high: float

    @property
    def void(self) -> bool:
        """For a control: whether its interval leaves the band, so that the run counts for nothing."""
        return self.low < CONTROL_LOW or self.high > CONTROL_HIGH


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; what does not apply stays empty."""

    name: str
    ours: str
    floor: str = ""
    ratio: Ratio | None = None
    note: str = ""


def paired(pairs: Sequence[tuple[float, float]], *, seed: int) -> Ratio:
    """The ratio of `pairs` of (ours, floor), both for one request. Raises ValueError when there is no pair.

    The median of the ratios pair by pair, because neighbours in time met the same noise; the interval is that of
    2,000 samples of as many pairs, drawn with `seed`.
    """
    if not pairs:
        raise ValueError("no pairs were measured")
    values = [ours / floor for ours, floor in pairs]
    source = random.Random(seed)
    middles = sorted(median(source.choices(values, k=len(values))) for _ in range(DRAWS))
    return Ratio(median(values), percentile(middles, 0.025), percentile(middles, 0.975))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed (nearest rank). Raises ValueError for none."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]
