"""What an owner may say about themselves, and what can be wrong with an identity number. Pure."""

import hashlib
import hmac
import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from services.submissions.people.domain import Kind, Name
from shared.errors import Invalid
from shared.text import Line, name_key

PURPOSE = "id-number"
_NEW_LENGTH = 12
_TWO_CENTURIES = "0123"
_CODES = (
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042 044"
    " 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087 089 091"
    " 092 093 094 095 096"
)
"""Codes of the place of birth (Thông tư 07/2016/TT-BCA, phụ lục)."""
_PROVINCES = frozenset(_CODES.split())
Part = Annotated[Line, Field(max_length=60)]


class Profile(BaseModel):
    """What the page sends; `version` is the account's as it was read."""

    model_config = ConfigDict(extra="forbid")
    version: int
    name: Name
    family_name: Part = ""
    middle_name: Part = ""
    given_name: Part = ""
    kind: Kind
    unit_id: Annotated[str | None, BeforeValidator(lambda value: value or None)] = None
    position: Annotated[Line, Field(max_length=120)] = ""
    representative: Annotated[Line, Field(max_length=120)] = ""

    def check(self, units_today: set[str]) -> None:
        """Raises Invalid with everything that its kind asks for and that is missing."""
        wrong = []
        if self.unit_id and self.unit_id not in units_today:
            wrong.append(("unit_id", "Hãy chọn một đơn vị đang tồn tại."))
        if self.kind is Kind.OFFICIAL and not self.unit_id:
            wrong.append(("unit_id", "Cán bộ, công chức cần chọn đơn vị đang công tác."))
        if self.kind is Kind.OFFICIAL and not self.position:
            wrong.append(("position", "Hãy ghi chức vụ hoặc công việc."))
        if self.kind is Kind.ORGANISATION and not self.representative:
            wrong.append(("representative", "Hãy ghi họ tên người đại diện."))
        if (self.family_name or self.middle_name) and not self.given_name:
            wrong.append(("given_name", "Hãy ghi tên gọi, hoặc để trống cả ba ô."))
        if wrong:
            raise Invalid([{"field": field, "text": text} for field, text in wrong])

    @property
    def sort_key(self) -> str:
        """By given name as its owner says, else as names here are usually written."""
        if not self.given_name:
            return name_key(self.name)
        return " ".join(one for one in (self.given_name, self.family_name, self.middle_name) if one)


def _digits(typed: object) -> str:
    number = re.sub(r"[\s.\-]", "", str(typed))
    if not re.fullmatch(r"[0-9]{12}|[0-9]{9}", number):
        raise ValueError("Hãy nhập đủ 12 chữ số của số định danh, hoặc 9 chữ số của chứng minh nhân dân cũ.")
    return number


class IdNumber(BaseModel):
    """The number as it was typed; blanks and dots are left out."""

    model_config = ConfigDict(extra="forbid")
    id_number: Annotated[str, Field(repr=False), AfterValidator(_digits)]


def oddity(number: str, year: int) -> str:
    """What cannot be right about a 12-digit number in `year`, or nothing: a typing error is likely, not certain."""
    if len(number) != _NEW_LENGTH:
        return ""
    if number[:3] not in _PROVINCES:
        return "Ba số đầu không phải mã nơi khai sinh nào."
    if number[3] not in _TWO_CENTURIES:
        return "Số thứ tư, chỉ thế kỷ và giới tính, phải từ 0 đến 3."
    if 1900 + int(number[3]) // 2 * 100 + int(number[4:6]) > year:
        return "Số thứ năm và thứ sáu chỉ một năm sinh chưa đến."
    return ""


def covered(number: str) -> str:
    """As its owner recognises it: `001*******23`."""
    return f"{number[:3]}{'*' * (len(number) - 5)}{number[-2:]}"


def mark(number: str, secret_key: str) -> str:
    """Keyed digest: tells whether two numbers are the same, and nothing else."""
    return hmac.new(secret_key.encode(), f"{PURPOSE}:{number}".encode(), hashlib.sha256).hexdigest()
