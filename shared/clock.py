"""One clock: every decision about time takes `now` from here and passes it on as a value."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The present instant in UTC, cut to milliseconds because MongoDB keeps no more."""
    instant = datetime.now(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def local(instant: datetime) -> datetime:
    """The same instant on a Vietnamese wall clock (UTC+7, no daylight saving)."""
    return instant.astimezone(HANOI)
