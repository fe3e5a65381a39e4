"""The CPU clock of a process, and what is said of the machine."""

import os
import platform
import time

import pytest

from tests.bench import clocks


def test_the_clock_of_a_process_counts_what_it_computed_and_not_what_it_waited():
    before, own = clocks.cpu_seconds(os.getpid()), time.process_time()
    while time.process_time() - own < 0.05:
        sum(range(1000))
    time.sleep(0.2)
    used, own = clocks.cpu_seconds(os.getpid()) - before, time.process_time() - own
    assert used == pytest.approx(own, abs=0.02)
    assert used >= 0.05


def test_a_process_that_is_not_there_is_an_error_and_not_zero():
    with pytest.raises(OSError, match="Invalid argument"):
        clocks.cpu_seconds(2**22 + 1)


def test_the_machine_is_described_without_its_name():
    assert platform.node() not in clocks.machine()
    assert f"{os.cpu_count()} cores" in clocks.machine()
