"""`python -m shared.serve services.submissions.web:app`: a web process, which notes when the last byte of a request is here.

The note is taken where bytes come in, not where the request's turn comes: at a deadline hundreds wait for theirs.
"""

import argparse
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.clock import now

_DRAIN_SECONDS = 20


class Stamping(HttpToolsProtocol):
    """HTTP/1.1 whose requests carry `arrived_at` in their state."""

    def on_message_complete(self) -> None:
        """The parser has the last byte."""
        self.scope["state"]["arrived_at"] = now()
        super().on_message_complete()


def options(*, host: str, port: int, forwarded_allow_ips: str | None = None) -> dict[str, Any]:
    """How every web process is served; `forwarded_allow_ips`: the proxy that may say for whom it asks."""
    return {
        "host": host,
        "port": port,
        "http": Stamping,
        "access_log": False,
        "timeout_graceful_shutdown": _DRAIN_SECONDS,
        "forwarded_allow_ips": forwarded_allow_ips,
    }


def main() -> None:
    """Serve until told to stop."""
    told = argparse.ArgumentParser(prog="python -m shared.serve", description=__doc__)
    told.add_argument("app", help="module:attribute")
    told.add_argument("--host", default="127.0.0.1")
    told.add_argument("--port", type=int, required=True)
    told.add_argument("--forwarded-allow-ips")
    asked = vars(told.parse_args())
    uvicorn.run(asked.pop("app"), **options(**asked))


if __name__ == "__main__":
    main()
