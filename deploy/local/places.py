"""Where things are on this machine: the checkout, the per-user cache, the data folder of one system."""

import hashlib
import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
_LONGEST_SOCKET_PATH = 100
"""A unix socket's path may have 107 bytes on Linux."""


def cache() -> Path:
    """The per-user cache of downloaded programs; shared by every checkout of this user."""
    if named := os.environ.get("SANGKIEN_CACHE"):
        return Path(named).expanduser().resolve()
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(home).expanduser().resolve() / "sang-kien"


def data() -> Path:
    """The data folder that `up` uses when none is named."""
    return Path(os.environ.get("SANGKIEN_DATA") or CHECKOUT / ".data").expanduser().resolve()


def socket_path(folder: Path, temporary: Path) -> Path:
    """The supervisor's control socket: in the data folder, or in `temporary` when that path is too long for a socket."""
    wanted = folder / "run" / "supervisor.sock"
    if len(os.fsencode(wanted)) <= _LONGEST_SOCKET_PATH:
        return wanted
    return temporary / f"sangkien-{os.getuid()}-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]}.sock"
