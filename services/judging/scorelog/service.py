"""Writing and reading the score log; every function works inside the caller's transaction."""

from datetime import datetime
from typing import Any

from services.judging.scorelog import domain, repository
from services.judging.scorelog.domain import Head, Line
from services.judging.scorelog.repository import INDEXES
from shared.ids import new_secret
from shared.mongo import Tx

__all__ = ["INDEXES", "append", "head", "lines"]


async def append(  # noqa: PLR0913 - a line has so many parts
    tx: Tx,
    *,
    contest_id: str,
    round: str,  # noqa: A002 - the field's word
    kind: str,
    data: dict[str, Any],
    by: str,
    at: datetime,
) -> Line:
    """Add a line to the contest's chain in the caller's transaction; writers at once wait for one another.

    Decimals and instants in `data` are written in their canonical form. Raises TypeError for floats.
    """
    before = await repository.head(tx, contest_id)
    shown, private = domain.closed_text(kind, data, new_secret())
    line = domain.following(before, round_=round, kind=kind, data=shown, by=by, at=at)
    await repository.add(tx, before, line, private)
    return line


async def head(tx: Tx, contest_id: str) -> Head:
    """The end of the contest's chain."""
    return await repository.head(tx, contest_id)


async def lines(
    tx: Tx,
    contest_id: str,
    round: str | None = None,  # noqa: A002 - the field's word
    *,
    kinds: tuple[str, ...] = (),
) -> list[Line]:
    """The lines of a contest in their order, of one round or of some kinds when asked."""
    return await repository.lines(tx, contest_id, round, kinds)
