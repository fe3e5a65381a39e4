"""Runs supervisord in this process, bound to the life of the process that started it: when that dies, everything stops.

Run as a file: `supervise.py PARENT -n -c CONFIG`.
"""

import ctypes
import os
import signal
import sys

from supervisor.supervisord import main

_PR_SET_PDEATHSIG = 1


def bind_to(parent: int) -> None:
    """Ask the kernel for SIGTERM when the parent dies, be it by kill -9; it may have died before we asked."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(1)


if __name__ == "__main__":
    bind_to(int(sys.argv.pop(1)))
    main()
