"""A kept version of a draft, and when a further save only continues it. Pure."""

from datetime import timedelta
from enum import StrEnum

from pydantic import AwareDatetime, ConfigDict

from services.submissions.texts.domain import Words

WINDOW = timedelta(minutes=10)
"""One person typing at one browser makes one version in so long, counted from its first save."""
MOST = 60
"""Kept versions of one entry; the oldest go first. What was handed in is kept apart, for good."""
_MAY_VANISH = 200
"""Signs that may be lost within one version: a paragraph deleted by accident must be found in the one before."""


class How(StrEnum):
    """How words came into the draft."""

    TYPED = "typed"
    RESTORED = "restored"
    CONVERTED = "converted"


class Version(Words):
    """The words of a draft from `begun_at` to `at`, numbered from 1 within their entry."""

    model_config = ConfigDict(extra="ignore")

    entry_id: str
    number: int = 1
    by: str
    browser: str = ""
    """Which session typed; nothing that would let anybody use it."""
    how: How = How.TYPED
    begun_at: AwareDatetime
    at: AwareDatetime

    def after(self, last: "Version") -> "Version":
        """This one as it is kept behind `last`: in its place, or as the next."""
        if self._continues(last):
            return self.model_copy(update={"number": last.number, "begun_at": last.begun_at, "how": last.how})
        return self.model_copy(update={"number": last.number + 1})

    def _continues(self, last: "Version") -> bool:
        same_hand = (self.by, self.browser) == (last.by, last.browser) and self.how is last.how is How.TYPED
        return same_hand and self.at - last.begun_at < WINDOW and last.length - self.length <= _MAY_VANISH

    @property
    def length(self) -> int:
        """Signs in all."""
        return sum(map(len, self.fields().values()))
