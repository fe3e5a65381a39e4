"""Authors and shares as they were typed, complete or not. Pure."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.text import Line

MOST = 49
"""One less than the largest group that rules allow."""


class Row(BaseModel):
    """A co-author as the owner typed them; nothing of it is checked yet. Without an id somebody new."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field("", max_length=60)
    name: Annotated[Line, Field(max_length=120)] = ""
    address: Annotated[Line, Field(max_length=254)] = ""
    share: Annotated[Line, Field(max_length=10)] = ""

    @property
    def blank(self) -> bool:
        """Whether the row names nobody."""
        return not (self.name or self.address or self.share)


class Typed(BaseModel):
    """The whole page as it was typed, empty rows too."""

    model_config = ConfigDict(extra="ignore")

    owner_share: str = Field("", max_length=10)
    representative_id: str = Field("", max_length=60)
    members: Annotated[list[Row], Field(max_length=2 * MOST)] = []

    @property
    def named(self) -> list[Row]:
        """Without the rows that were left empty."""
        return [row for row in self.members if not row.blank]

    def fields(self) -> dict[str, str]:
        """By the names of the form's fields."""
        rows = [(f"members.{at}", row.model_dump()) for at, row in enumerate(self.named)]
        own = {"owner_share": self.owner_share, "representative_id": self.representative_id}
        return own | {f"{place}.{name}": text for place, row in rows for name, text in row.items()}

    def same(self, other: "Typed") -> bool:
        """Whether both say the same: a page that was sent once more has no ids for those who were new on it."""
        return _bare(self) == _bare(other)


def _bare(typed: Typed) -> dict[str, str]:
    known = {name: text.casefold() for name, text in typed.fields().items() if not name.endswith(".id")}
    return {name: _plain(name, text) for name, text in known.items()}


def _plain(name: str, text: str) -> str:
    """What is kept of `33.5 %` and of `0912 345 678` is written otherwise."""
    if name.endswith("share"):
        return text.replace(".", ",").rstrip("% ").removesuffix(",0")
    if name.endswith("address") and "@" not in text:
        return "".join(filter(str.isdecimal, text)).removeprefix("84").removeprefix("0")
    return text


class Draft(BaseModel):
    """What waits to be sent; None where the page says what counts. `version` goes up with every change of either."""

    model_config = ConfigDict(extra="ignore")

    id: str
    """The entry's."""
    version: int = 0
    typed: Typed | None = None
    by: str = ""
    saved_at: AwareDatetime | None = None
