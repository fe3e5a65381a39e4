"""The arithmetic of dated units: which unit one was on a day, and whether two are one on that day. Pure; no storage.

One rule for submissions (who may enter, what an entry shows) and judging (whom a judge must not mark).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Generic, Protocol, TypeVar


class Node(Protocol):
    """A unit as far as the tree needs it; both days count, None is open."""

    @property
    def id(self) -> str:
        """Never used again for another unit."""

    @property
    def parent_id(self) -> str | None:
        """The unit above it."""

    @property
    def valid_from(self) -> date | None:
        """Its first day."""

    @property
    def valid_to(self) -> date | None:
        """Its last day."""

    @property
    def successors(self) -> Sequence[str]:
        """The units that took over on the day after its last."""


AnyNode = TypeVar("AnyNode", bound=Node)


def exists(node: Node, day: date) -> bool:
    """Whether the unit is there on `day`."""
    return (node.valid_from or date.min) <= day <= (node.valid_to or date.max)


class DatedTree(Generic[AnyNode]):
    """Units with their successors, asked by day."""

    def __init__(self, nodes: Iterable[AnyNode]) -> None:
        """All units there ever were: what is left out is unknown."""
        self._by_id = {node.id: node for node in nodes}
        self._before: dict[str, list[str]] = {}
        for node in self._by_id.values():
            for successor in node.successors:
                self._before.setdefault(successor, []).append(node.id)

    def standing(self, unit_id: str, day: date) -> list[AnyNode]:
        """Which unit this was on `day`, or is by then; empty when nobody took over.

        Itself when it exists then, else those that took over from it, or those that it took over from, over any number
        of changes.
        """
        found, waiting, met = [], [unit_id], set[str]()
        while waiting:
            next_id = waiting.pop(0)
            node = self._by_id.get(next_id)
            if node is None or next_id in met:
                continue
            met.add(next_id)
            if exists(node, day):
                found.append(node)
            elif day > (node.valid_to or date.max):
                waiting.extend(node.successors)
            else:
                waiting.extend(self._before.get(next_id, []))
        return found

    def line(self, unit_id: str, day: date) -> set[str]:
        """The unit and all that took over from it until `day`; what will only happen later does not count yet.

        One that ended without a successor went up into its parent.
        """
        found: set[str] = set()
        waiting: list[str] = [unit_id]
        while waiting:
            next_id = waiting.pop()
            if next_id in found:
                continue
            found.add(next_id)
            node = self._by_id.get(next_id)
            if node is not None and day > (node.valid_to or date.max):
                waiting.extend(node.successors or ([node.parent_id] if node.parent_id else []))
        return found

    def is_one(self, one: str, other: str, day: date) -> bool:
        """Whether two units are one on `day`: the same, one took over from the other, or both stand for a same unit.

        Two heirs of one unit are two units.
        """
        if other in self.line(one, day) or one in self.line(other, day):
            return True
        there = {node.id for node in self.standing(one, day)}
        return any(node.id in there for node in self.standing(other, day))
