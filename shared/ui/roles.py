"""The Vietnamese words of roles, the one place for them. What a role may do is each room's rule."""

from collections.abc import Iterable

ROLES = {
    "entrant": "Người dự thi",
    "secretary": "Tổ thư ký",
    "judge": "Giám khảo",
    "chair": "Trưởng ban Giám khảo",
    "organiser": "Ban Tổ chức",
    "unit_officer": "Cán bộ đơn vị",
    "editor": "Biên tập",
    "approver": "Duyệt nội dung",
    "auditor": "Giám sát",
    "administrator": "Quản trị",
}
"""By the words of `shared.identity.Role`; a test keeps the two lists equal."""


def role_words(role: str) -> str:
    """The word for a role; one that is not known here is shown as it is written."""
    return ROLES.get(role, role)


def held_words(roles: Iterable[str]) -> str:
    """Each role once, in the order in which they are held."""
    return ", ".join(dict.fromkeys(role_words(role) for role in roles))
