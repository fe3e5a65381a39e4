"""Which of somebody's own entries say the same as the one about to be handed in. Pure."""

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from services.submissions.entries.domain import Entry
from services.submissions.likeness import domain as likeness
from services.submissions.states.domain import State

_COMPARED = 50


class Twin(NamedTuple):
    """Another entry of the same author."""

    entry: Entry
    covered: float
    """The larger of the shares of one text that the other one covers, 0 to 1."""

    @property
    def address(self) -> str:
        """Where its author reads it."""
        return f"/bai-du-thi/{self.entry.id}" + ("/soan" if self.entry.state is State.DRAFT else "")


def twins(entry: Entry, own: Sequence[Entry]) -> list[Twin]:
    """Those of `own`, the youngest of them, that likely are the same idea; the most alike first. Nothing is forbidden."""
    others = (one for one in own if one.id != entry.id and one.state is not State.WITHDRAWN)
    found = [Twin(one, likeness.overlap(_whole(entry), _whole(one))) for one in islice(others, _COMPARED)]
    return sorted((one for one in found if one.covered >= likeness.MARKED_FROM), key=lambda one: -one.covered)


def _whole(entry: Entry) -> str:
    return likeness.whole(entry.title, entry.parts.values())
