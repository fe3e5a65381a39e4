"""What an administrator asks for: which accounts, which act on one of them. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from services.submissions.people.domain import Account, Kind, Role, RoleName, Sought
from shared.clock import local
from shared.errors import Invalid
from shared.text import Line, folded
from shared.ui.roles import ROLES, role_words

SIZES = (20, 50, 100)
KINDS = {
    Kind.RESIDENT: "Người dân",
    Kind.OFFICIAL: "Cán bộ, công chức, viên chức, người lao động",
    Kind.ORGANISATION: "Cơ quan, tổ chức, doanh nghiệp",
}
STANDS = {"mo": "Đang hoạt động", "dong": "Đã đóng"}
GONE = "(đã xóa)"
_EVERYWHERE = {"entrant", "administrator", "auditor", "editor", "approver"}
"""Roles that are not held for a single contest."""
_SHORTEST_REASON = 10


class Query(BaseModel):
    """Which accounts; empty asks for nothing in particular."""

    search: str = ""
    role: str = ""
    kind: str = ""
    unit: str = ""
    stand: str = ""

    def sought(self, units: Mapping[str, str], *, by_address: bool) -> Sought:
        """As the accounts are asked for; names, addresses and units are compared without marks."""
        like = [unit_id for unit_id, name in units.items() if folded(self.unit) in folded(name)]
        return Sought(
            search=self.search,
            # A masked address cannot be guessed sign by sign through the search either.
            by_address=by_address,
            role=self.role,
            kind=self.kind,
            unit_ids=like if self.unit else None,
            active=self.stand == "mo" if self.stand else None,
        )


def masked(address: str) -> str:
    """An e-mail address or phone number that only its owner recognises."""
    if not address:
        return ""
    name, at, host = address.partition("@")
    if not at:
        return "*" * (len(address) - 3) + address[-3:]
    return f"{name[0]}***@{host}"


class What(StrEnum):
    """What can be done with an account."""

    GRANT = "grant"
    REVOKE = "revoke"
    CLOSE = "close"
    REOPEN = "reopen"


def _says_something(why: str) -> str:
    if len(why) < _SHORTEST_REASON:
        raise ValueError("Hãy ghi rõ lý do, để người đọc nhật ký sau này hiểu được.")
    return why


class Order(BaseModel):
    """One act on one account; it is done when `sure` comes after it was read back."""

    model_config = ConfigDict(extra="forbid")
    what: What = Field(title="Việc")
    role: Annotated[RoleName | None, BeforeValidator(lambda value: value or None)] = None
    contest: str = ""
    """A contest's id; empty for the whole site."""
    unit: str = ""
    taken: str = ""
    """A role that is taken, as acts write it down."""
    reason: Annotated[Line, Field(max_length=300), AfterValidator(_says_something)]
    sure: bool = False

    def taken_role(self, account: Account) -> Role:
        """The role that is taken. Raises Invalid."""
        role, _, scope = self.taken.partition(":")
        # What was read back and is taken already by a second press is taken, not wrong.
        if self.taken in account.held or (self.sure and role in ROLES):
            return Role.model_validate({"role": role, "scope": scope})
        raise Invalid([{"field": "taken", "text": "Hãy chọn một vai trò mà người này đang giữ."}])

    def given_role(self, contests: Iterable[str], units: Iterable[str]) -> Role:
        """The role that is given, within a scope that is there. Raises Invalid."""
        if self.role is None:
            raise Invalid([{"field": "role", "text": "Hãy chọn một vai trò."}])
        if self.role == "unit_officer":
            if self.unit not in set(units):
                raise Invalid([{"field": "unit", "text": "Cán bộ đơn vị cần một đơn vị đang tồn tại."}])
            return Role(role=self.role, scope=self.unit)
        if self.unit:
            raise Invalid([{"field": "unit", "text": "Chỉ chọn đơn vị cho vai trò Cán bộ đơn vị."}])
        if self.contest and self.role in _EVERYWHERE:
            raise Invalid([{"field": "contest", "text": "Vai trò này luôn là của toàn trang: hãy bỏ chọn cuộc thi."}])
        if self.contest and self.contest not in set(contests):
            raise Invalid([{"field": "contest", "text": "Hãy chọn một cuộc thi có trong danh sách."}])
        return Role(role=self.role, scope=self.contest or "*")


def scope_words(scope: str, known: Mapping[str, str]) -> str:
    """The name of a contest or unit."""
    return "toàn trang" if scope == "*" else known.get(scope, scope)


def held_in_words(written: str, known: Mapping[str, str]) -> str:
    """One side of an act, for people: a role with its scope, or whether the account was open."""
    role, colon, scope = written.partition(":")
    if not colon:
        return {"active": "Đang hoạt động", "closed": "Đã đóng"}.get(written, written)
    return f"{role_words(role)} ({scope_words(scope, known)})"


HEADS = ("Họ và tên", "Thư điện tử", "Điện thoại", "Tư cách", "Đơn vị", "Vai trò", "Tình trạng", "Tham gia từ")
ACT_HEADS = ("Lúc", "Người làm", "Với tài khoản", "Việc", "Trước", "Sau", "Lý do")


def clock_words(instant: datetime) -> str:
    """As files show it."""
    return f"{local(instant):%d/%m/%Y %H:%M}"
