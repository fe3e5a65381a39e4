"""The arithmetic of the bench, the reading of event streams, and the document it writes into."""

import random

import pytest

from tests.bench.figures import Figure, Ratio, paired, percentile
from tests.bench.hall import Outcome, Score
from tests.bench.loader import BARE, OURS, Slice
from tests.bench.report import BEGIN, END, markdown, replaced
from tests.bench.screens import figures as screen_figures
from tests.bench.submit import figures as submit_figures
from tests.bench.wire import Event, parse


def a_slice(pair: int, side: str, cpu: float, *, control: bool = False, requests: int = 100) -> Slice:
    shared = {"pair": pair, "control": control, "side": side, "requests": requests, "rate": 200.0}
    return Slice(**shared, server_cpu=cpu, mongod_cpu=cpu / 2, latencies=[1.0, 9.0])


def noisy_slices(pairs: int, cost: float, *, drift: float = 0.05) -> list[Slice]:
    """A machine that grows four times slower on the way, as ours do; within a pair it is nearly the same."""
    source, found = random.Random(7), []
    for pair in range(pairs):
        slowness = 1 + 3 * pair / pairs
        for side, control, times in ((BARE, False, 1.0), (OURS, False, cost), (BARE, True, 1.0), (BARE, True, 1.0)):
            noise = source.uniform(1 - drift, 1 + drift)
            found.append(a_slice(pair, side, slowness * times * noise, control=control))
    return found


def test_the_ratio_of_pairs_survives_a_machine_that_grows_slower():
    ratio = paired([(3.0 * slow, 1.0 * slow) for slow in (1, 2, 4, 8)], seed=1)
    assert (ratio.low, ratio.middle, ratio.high) == (3.0, 3.0, 3.0)


def test_the_interval_holds_the_median_and_a_seed_gives_the_same_one_again():
    pairs = [(random.Random(number).uniform(1, 2), 1.0) for number in range(20)]
    ratio = paired(pairs, seed=5)
    assert ratio.low < ratio.middle < ratio.high
    assert ratio == paired(pairs, seed=5)


def test_one_wild_pair_does_not_move_the_median():
    assert paired([(2.0, 1.0)] * 9 + [(400.0, 1.0)], seed=1).middle == 2.0


def test_no_pairs_are_no_figure():
    with pytest.raises(ValueError, match="no pairs"):
        paired([], seed=1)


@pytest.mark.parametrize(("low", "high", "void"), [(0.9, 1.1, False), (0.84, 1.0, True), (1.0, 1.16, True)])
def test_a_control_outside_of_its_band_makes_the_run_void(low: float, high: float, *, void: bool):
    assert Ratio(1.0, low, high).void is void


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.0, 1)])
def test_percentiles_are_values_that_were_measured(share: float, value: int):
    assert percentile(list(range(100, 0, -1)), share) == value


def test_slices_become_costs_for_one_request_with_a_valid_control():
    server, whole, rate, control = submit_figures(noisy_slices(20, cost=3.0), seed=1)
    assert server.ratio is not None
    assert whole.ratio is not None
    assert 2.8 < server.ratio.middle < 3.2
    assert 2.8 < whole.ratio.middle < 3.2
    assert server.note == ""
    assert (rate.ours, rate.floor) == ("200", "200")
    assert control.note == "valid"


def test_a_control_that_was_disturbed_is_said_in_every_figure_that_hangs_on_it():
    slices = noisy_slices(20, cost=3.0)
    for one in slices:
        if one.control and (one.pair % 2 == 0) == (slices.index(one) % 4 == 2):
            one.server_cpu *= 2
    server, whole, _, control = submit_figures(slices, seed=1)
    assert control.note == "void"
    assert server.note.startswith("VOID")
    assert whole.note.startswith("VOID")


def test_screens_that_never_showed_a_score_are_lost_updates():
    scores = [Score(answered=10, shown=[20.0, 30.0], late=0), Score(answered=12, shown=[90.0], late=1)]
    latency, lost, _ = screen_figures(scores, Outcome(differ=1, broken=1, events=3, web_cpu=0.003), clients=2)
    assert latency.ours == "30 / 90 / 90"
    assert lost.ours == "2"


def test_an_event_is_read_with_its_id_and_all_its_lines():
    assert parse("id: 7\nevent: board\ndata: <p>\ndata: một</p>\nretry: 2000") == Event("7", "<p>\nmột</p>")


def test_a_comment_that_keeps_the_line_open_is_no_event():
    assert parse(": ping") is None


def test_figures_replace_the_old_ones_and_the_words_around_them_stay():
    section = markdown([Figure("a", "1", "2", Ratio(0.5, 0.4, 0.6))], "Seed 1.")
    once = replaced(f"# Title\n\n{BEGIN}\nold\n{END}\n\nBehind.\n", section)
    assert "old" not in once
    assert "| a | 1 | 2 | 0.50 | 0.40-0.60 |  |" in once
    assert once.startswith("# Title\n")
    assert once.endswith("Behind.\n")
    assert replaced(once, section) == once


def test_a_document_without_marks_gets_them():
    assert replaced("# Title\n", "x") == f"# Title\n\n{BEGIN}\nx\n{END}\n"
