"""Checking the chain of daily seals of a register: pure, standard library only, the same for us and for anyone.

Kept apart from the services so that `python -m deploy verify-register` needs none of them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from shared import recount

FORMAT = "sang-kien/register-seal/v1"
FIRST = recount.FIRST
"""What stands in place of the hash before the first seal."""


class SealBroken(ValueError):
    """The seal of `day` is not what was sealed, or does not follow the one before it."""

    def __init__(self, day: str, what: str) -> None:
        """`what` is `content` or `chain`."""
        super().__init__(f"the seal of {day} is broken: {what}")
        self.day = day
        self.what = what


def digest(seal: Mapping[str, Any]) -> str:
    """The hash that a seal must have: of everything in it but the hash itself."""
    return recount.digest({name: value for name, value in seal.items() if name != "hash"})


def check(seals: Sequence[Mapping[str, Any]]) -> str:
    """The hash of the last one. They may begin anywhere in the chain and lack none after that. Raises SealBroken."""
    before: Mapping[str, Any] | None = None
    for seal in seals:
        day = str(seal["day"])
        if digest(seal) != seal["hash"]:
            raise SealBroken(day, "content")
        if before is None and seal["n"] == 1 and seal["prev"] != FIRST:
            raise SealBroken(day, "chain")
        if before is not None and (seal["prev"], seal["n"]) != (before["hash"], before["n"] + 1):
            raise SealBroken(day, "chain")
        before = seal
    return str(before["hash"]) if before else FIRST
