"""The only code that touches `reminders` and `reminder_rounds`."""

from datetime import datetime

from shared.mongo import Index, Tx

_KEPT_SECONDS = 90 * 24 * 3600
INDEXES = (
    Index("reminders", (("at", 1),), expire_after=_KEPT_SECONDS),
    Index("reminder_rounds", (("looked_at", 1),), expire_after=_KEPT_SECONDS),
)


def _round(contest_id: str, closes_at: datetime, hours: int) -> str:
    return f"{contest_id}:{closes_at.isoformat()}:{hours}"


async def looked_until(tx: Tx, contest_id: str, closes_at: datetime, hours: int) -> datetime | None:
    """Drafts saved until then were looked at in this round; None when it has not begun."""
    found = await tx["reminder_rounds"].get(_round(contest_id, closes_at, hours))
    return found["looked_at"] if found else None


async def note_look(tx: Tx, contest_id: str, closes_at: datetime, hours: int, until: datetime) -> None:
    """Drafts saved until then were looked at."""
    await tx["reminder_rounds"].put({"_id": _round(contest_id, closes_at, hours), "looked_at": until})


async def note(tx: Tx, entry_id: str, closes_at: datetime, hours: int, at: datetime) -> None:
    """An entry is reminded of for this deadline in this round. Raises Duplicate when it was."""
    told = {"_id": f"{entry_id}:{closes_at.isoformat()}:{hours}", "at": at}
    await tx["reminders"].insert(told)
