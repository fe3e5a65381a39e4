"""CPU time of a running process, user and system together, and what kind of machine this is.

A process total, threads that ended included: sums over threads went backwards when mongod's connection threads ended.
"""

import os
import platform
import sys
import time
from pathlib import Path

_WHOLE_PROCESS = 2


def cpu_seconds(pid: int) -> float:
    """CPU seconds used by the process so far, to the nanosecond. Raises OSError when there is no such process.

    The clock id of another process is how `clock_getcpuclockid(3)` makes it on Linux; /proc counts the same time in
    ticks of 10 ms, which a slice of half a second is too short for.
    """
    return time.clock_gettime((~pid << 3) | _WHOLE_PROCESS)


def machine() -> str:
    """The class of this machine: cores, memory, processor, system, Python. No names, no paths."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = ".".join(map(str, sys.version_info[:3]))
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {_processor()}, {platform.system()}, Python {python}"


def load_average() -> float:
    """Processes that wanted a core over the last minute: tells whether others were at work."""
    return os.getloadavg()[0]


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text().splitlines() if known.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
