"""CPU time of a running process, user and system together, and what kind of machine this is.

A process total, threads that ended included: sums over threads went backwards when mongod's connection threads ended.
"""

import os
import platform
import sys
import time
from pathlib import Path

_WHOLE_PROCESS = 2
_PARENT, _ENDED_CHILDREN = 1, slice(13, 15)
"""Fields of /proc/<pid>/stat behind the name: the parent, and user and system time of children that were waited for."""


def cpu_seconds(pid: int) -> float:
    """CPU seconds used by the process so far, to the nanosecond. Raises OSError when there is no such process.

    The clock id of another process is how `clock_getcpuclockid(3)` makes it on Linux; /proc counts the same time in
    ticks of 10 ms, which a slice of half a second is too short for.
    """
    return time.clock_gettime((~pid << 3) | _WHOLE_PROCESS)


def family(pid: int) -> float:
    """CPU seconds of a process and of all it started, also of those that ended; to the tick of 10 ms for the children."""
    parents = {int(one.name): _stat(one) for one in Path("/proc").iterdir() if one.name.isdecimal()}
    found, waiting = 0.0, [pid]
    while waiting:
        one = waiting.pop()
        fields = parents.get(one, [])
        waiting += [child for child, stat in parents.items() if stat and int(stat[_PARENT]) == one]
        if fields:
            found += sum(map(int, fields[_ENDED_CHILDREN])) / os.sysconf("SC_CLK_TCK")
            found += cpu_seconds(one)
    return found


def _stat(process: Path) -> list[str]:
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # it ended meanwhile
        return []


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
