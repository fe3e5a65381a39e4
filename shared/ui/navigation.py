"""Which places of the site a person is shown in the navigation. What a person may enter is decided by each route."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol


class _Person(Protocol):
    @property
    def roles(self) -> Iterable[tuple[str, str]]: ...


class Place(NamedTuple):
    """A link of the navigation; `roles` empty means everybody."""

    href: str
    text: str
    roles: frozenset[str] = frozenset()


PLACES = (
    Place("/cuoc-thi", "Cuộc thi"),
    Place("/bai-du-thi", "Bài dự thi của tôi", frozenset({"entrant"})),
    Place("/tiep-nhan", "Tiếp nhận", frozenset({"secretary"})),
    Place("/cuoc-thi/quan-ly", "Quản lý cuộc thi", frozenset({"organiser"})),
    Place("/cham-thi", "Chấm thi", frozenset({"judge", "chair", "organiser", "auditor"})),
    Place("/chung-khao", "Chung khảo"),
    Place("/thong-bao", "Thông báo", frozenset({"organiser", "auditor"})),
    Place("/ket-qua", "Kết quả"),
    Place("/quan-tri/nguoi-dung", "Người dùng", frozenset({"administrator", "auditor"})),
    Place("/quan-tri/nhat-ky", "Nhật ký", frozenset({"administrator", "auditor"})),
    Place("/quan-tri/yeu-cau", "Yêu cầu dữ liệu", frozenset({"administrator"})),
    Place("/quan-tri/luu-tru", "Thời hạn dữ liệu", frozenset({"administrator"})),
    Place("/don-vi", "Đơn vị", frozenset({"administrator", "organiser", "auditor"})),
)


def role_names(person: _Person | None) -> frozenset[str]:
    """The names of a person's roles, whatever their scope: the navigation only shows where to go."""
    return frozenset(str(role) for role, _scope in person.roles) if person else frozenset()


def places_for(person: _Person | None) -> list[Place]:
    """The places for this person, in the order of the navigation."""
    held = role_names(person)
    return [place for place in PLACES if not place.roles or place.roles & held]


def is_current(place: Place, path: str) -> bool:
    """Whether `path` lies within the place."""
    within = [other for other in PLACES if path == other.href or path.startswith(other.href + "/")]
    return bool(within) and max(within, key=lambda other: len(other.href)) == place
