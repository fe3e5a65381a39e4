"""Which places of the site a person is shown in the navigation. What a person may enter is decided by each route."""

from typing import NamedTuple, Protocol


class _Person(Protocol):
    @property
    def roles(self) -> object: ...


class Place(NamedTuple):
    """A link of the navigation; `roles` empty means everybody."""

    href: str
    text: str
    roles: frozenset[str] = frozenset()


PLACES = (
    Place("/cuoc-thi", "Cuộc thi"),
    Place("/bai-du-thi", "Bài dự thi của tôi", frozenset({"entrant"})),
    Place("/tiep-nhan", "Tiếp nhận", frozenset({"secretary"})),
    Place("/cham-thi", "Chấm thi", frozenset({"judge", "chair", "organiser"})),
    Place("/chung-khao", "Chung khảo", frozenset({"judge", "chair", "organiser", "secretary"})),
    Place("/ket-qua", "Kết quả"),
)


def role_names(person: _Person | None) -> frozenset[str]:
    """The names of a person's roles, whether they are kept as words or as (role, scope) objects."""
    roles = getattr(person, "roles", ()) or ()
    return frozenset(str(getattr(role, "role", role)) for role in roles)


def places_for(person: _Person | None) -> list[Place]:
    """The places for this person, in the order of the navigation."""
    held = role_names(person)
    return [place for place in PLACES if not place.roles or place.roles & held]


def is_current(place: Place, path: str) -> bool:
    """Whether `path` lies within the place."""
    return path == place.href or path.startswith(place.href + "/")
