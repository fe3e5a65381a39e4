"""An act with an account and how it is looked for. No storage, no names of people."""

from enum import StrEnum

from pydantic import AwareDatetime, BaseModel


class Kind(StrEnum):
    """What was done."""

    ROLE_GRANTED = "role_granted"
    ROLE_REVOKED = "role_revoked"
    ROLES_SET = "roles_set"
    CLOSED = "closed"
    REOPENED = "reopened"


WORDS = {
    Kind.ROLE_GRANTED: "Giao vai trò",
    Kind.ROLE_REVOKED: "Thu vai trò",
    Kind.ROLES_SET: "Đặt lại các vai trò",
    Kind.CLOSED: "Đóng tài khoản",
    Kind.REOPENED: "Mở lại tài khoản",
}


class Act(BaseModel):
    """One act; `before` and `after` are `role:scope` words, or `active` and `closed`."""

    id: str
    at: AwareDatetime
    by: str
    person_id: str
    kind: Kind
    before: list[str]
    after: list[str]
    reason: str = ""


class Asked(BaseModel):
    """Which acts are looked for; empty asks for nothing in particular."""

    people: list[str] | None = None
    """Acts by or about one of these."""
    kind: Kind | None = None
    from_at: AwareDatetime | None = None
    before_at: AwareDatetime | None = None
