"""Structured logs: one JSON line for each event, with the correlation id from request to agent."""

import logging
import secrets
import sys
from contextvars import ContextVar
from typing import Any

import structlog

from shared.redaction import hide_contacts

traceparent: ContextVar[str] = ContextVar("traceparent", default="")


def new_traceparent() -> str:
    """A W3C trace context for work that starts here."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def correlation() -> str:
    """The trace id of the current work, which a person may quote as the incident code."""
    parts = traceparent.get().split("-")
    return parts[1][:16] if len(parts) == 4 else ""  # noqa: PLR2004 - version, trace, span, flags


def _add_correlation(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if trace := correlation():
        event.setdefault("trace", trace)
    return event


def _hide_contacts(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """The last wall: whatever an error brought along, no address and no phone number is written."""
    return {name: _hidden(value) for name, value in event.items()}


def _hidden(value: Any) -> Any:
    if isinstance(value, str):
        return hide_contacts(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden(one) for one in value]
    return {key: _hidden(one) for key, one in value.items()} if isinstance(value, dict) else value


_CHAIN: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    _add_correlation,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def handler() -> logging.Handler:
    """A handler that writes one JSON line for each record to stdout."""
    made = logging.StreamHandler(sys.stdout)
    made.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_CHAIN, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _hide_contacts,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    return made


def configure(process: str, level: str = "info") -> None:
    """Send structlog and the standard library's loggers to stdout as JSON lines."""
    structlog.configure(
        processors=[*_CHAIN, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [handler()]
    root.setLevel(level.upper())
    for noisy in ("pymongo", "aiokafka", "mode", "faust"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(process=process)


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; events are named `room.action.outcome` and carry ids, never names or contacts."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger
