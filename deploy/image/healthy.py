"""Asks the process in this container whether it makes progress: `python -m deploy.image.healthy PORT`.

The image has no curl, and needs none.
"""

import sys
import urllib.error
import urllib.request

_PATIENCE_SECONDS = 4
_FINE = 200


def healthy(port: int) -> bool:
    """Whether /healthz on this port of 127.0.0.1 says yes."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=_PATIENCE_SECONDS) as answer:
            return bool(answer.status == _FINE)
    except (OSError, urllib.error.URLError):
        return False


if __name__ == "__main__":
    sys.exit(0 if healthy(int(sys.argv[1])) else 1)
