"""What speaks for two entries being one, in words, and how much has to speak for it. Pure."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel
from rapidfuzz import fuzz, process

from shared.text import folded

_LIKELY_TITLE, _SURE_TITLE = 60, 85
"""Percent of a title's signs in common, its words in any order: with the same sender's name, and by itself."""
_SURE_TEXT = 0.5
"""Share of one text that the other covers; a smaller one needs the same name or a likely title."""
_MOST = 30


class Likeness(BaseModel):
    """What two entries have in common."""

    same_person: bool = False
    same_name: bool = False
    same_title: bool = False
    title: float = 0
    """Percent."""
    text: float = 0
    """Share, 0 to 1."""

    @property
    def counts(self) -> bool:
        """Whether somebody should look."""
        hints = (self.same_name, self.title >= _LIKELY_TITLE, self.text > 0)
        sure = self.same_person or self.same_title or self.title >= _SURE_TITLE or self.text >= _SURE_TEXT
        return sure or sum(hints) > 1

    @property
    def why(self) -> list[str]:
        """In words, the strongest first."""
        said = ["cùng người gửi"] if self.same_person else ["cùng tên người gửi"] if self.same_name else []
        if self.same_title:
            said.append("cùng tên sáng kiến")
        elif self.title >= _LIKELY_TITLE:
            said.append(f"tên sáng kiến giống {self.title:.0f}%")
        return said + ([f"nội dung giống {self.text * 100:.0f}%"] if self.text else [])

    @property
    def weight(self) -> tuple[bool, bool, float]:
        """Sorts the likelier one behind."""
        return self.same_person, self.same_title, self.title / 100 + self.text


def near_titles(title: str, others: Mapping[str, str]) -> dict[str, float]:
    """Of folded titles by id those that are alike enough to look closer, with their percent."""
    if not title:
        return {}
    found = process.extract(
        folded(title), others, scorer=fuzz.token_sort_ratio, score_cutoff=_LIKELY_TITLE, limit=_MOST
    )
    return {entry_id: score for _, score, entry_id in found}


def share_a_name(names: Sequence[str], others: Sequence[str]) -> bool:
    """Whether one of the people is called the same, whatever the marks and capitals."""
    return not {folded(one) for one in names if one}.isdisjoint(folded(one) for one in others if one)
