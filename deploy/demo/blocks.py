"""What every part of the demo's data is made of: strict blocks that name their source or say why they were chosen."""

import re
from datetime import timedelta
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from shared.text import Line

_OFFSET = re.compile(r"([+-]\d+)([dh])")


def _offset(value: object) -> object:
    found = _OFFSET.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return value
    amount = int(found[1])
    return timedelta(days=amount) if found[2] == "d" else timedelta(hours=amount)


Offset = Annotated[timedelta, BeforeValidator(_offset)]
"""A span such as `+21d` or `-1h`, counted from the moment the data are loaded."""


class Block(BaseModel):
    """A part of the data files; a field nobody knows is a typing mistake and is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Stated(Block):
    """A fact with the place that says it, or, `chosen`, why it was set so and whose practice it follows."""

    source: Line = ""
    chosen: bool = False
    reason: Line = ""
    practice: Line = ""

    @model_validator(mode="after")
    def _stands_on_something(self) -> Self:
        if self.chosen == bool(self.source):
            raise ValueError("what is no fact with its source is chosen, and what is chosen is no fact")
        if self.chosen != bool(self.reason and self.practice):
            raise ValueError("a choice, and only a choice, has a reason and a practice")
        return self
