"""Keeping and reading editions. `keep` is called in the transaction that publishes."""

from datetime import datetime

from services.submissions.editions import domain, repository
from services.submissions.editions.domain import Edition
from services.submissions.rules.domain import Rules
from shared.mongo import Tx

INDEXES = repository.INDEXES


async def keep(  # noqa: PLR0913 - an edition has so many sides
    tx: Tx, contest_id: str, number: int, rules: Rules, *, by: str, at: datetime, reason: str = ""
) -> None:
    """The rules as they come into force now."""
    before = await repository.of_contest(tx, contest_id, limit=1)
    changes = domain.diff(before[0].rules, rules) if before else []
    known = {"contest_id": contest_id, "number": number, "rules": rules.rules(), "changes": changes}
    await repository.add(tx, Edition(**known, reason=reason, published_at=at, by=by))


async def of_contest(tx: Tx, contest_id: str) -> list[Edition]:
    """Every edition of a contest, the newest first."""
    return await repository.of_contest(tx, contest_id)


async def last(tx: Tx, contest_id: str) -> Edition | None:
    """The edition in force, if there is one."""
    found = await repository.of_contest(tx, contest_id, limit=1)
    return found[0] if found else None
