"""Accounts, roles, sessions, units: their states and rules. No storage, no password hashing, no cookies."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from shared.errors import Refusal
from shared.events import submissions as events
from shared.text import Line, folded, name_key, nfc, one_line

SESSION_IDLE = timedelta(days=7)
SESSION_LONGEST = timedelta(days=30)
API_TOKEN_LIFETIME = timedelta(hours=1)
_SHORTEST_PASSWORD = 8

RoleName = Literal["entrant", "secretary", "judge", "chair", "organiser", "auditor", "administrator"]
"""The words of `shared.identity.Role`; a test keeps the two lists equal."""


class WrongCredentials(Refusal):
    """The same answer for an unknown address, a wrong password and a closed account."""

    code = "wrong_credentials"
    status = 401
    message = "Địa chỉ thư điện tử hoặc mật khẩu không đúng. Hãy kiểm tra rồi nhập lại."


class EmailTaken(Refusal):
    """Only an administrator is ever told so."""

    code = "email_taken"
    message = "Địa chỉ này đã có tài khoản."


class OwnRoleKept(Refusal):
    """Nobody locks the door from the outside with the key inside."""

    code = "own_role_kept"
    message = "Bạn không thể tự bỏ vai trò quản trị của chính mình. Hãy nhờ một quản trị viên khác."


class TreeBroken(Refusal):
    """A unit names a parent or successor that is not there, or its dates contradict themselves."""

    code = "unit_tree_broken"
    status = 422
    message = "Cây đơn vị có mâu thuẫn."


def _email(value: object) -> str:
    """The address in lower case: nobody here has two mailboxes that differ in capitals."""
    try:
        checked = validate_email(one_line(str(value)), check_deliverability=False)
    except EmailNotValidError as error:
        raise ValueError("Hãy nhập địa chỉ thư điện tử đúng dạng, ví dụ ten@coquan.vn.") from error
    return checked.normalized.lower()


def _phone(value: object) -> str:
    """E.164, or nothing; 11-digit numbers of before 2018 are no longer valid."""
    typed = one_line(str(value or ""))
    if not typed:
        return ""
    wrong = "Hãy nhập số điện thoại đúng dạng, ví dụ 0912 345 678."
    try:
        number = phonenumbers.parse(typed, "VN")
    except phonenumbers.NumberParseException as error:
        raise ValueError(wrong) from error
    if not phonenumbers.is_valid_number(number):
        raise ValueError(wrong)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _hard_enough(password: str) -> str:
    if len(password) < _SHORTEST_PASSWORD:
        raise ValueError(f"Mật khẩu cần ít nhất {_SHORTEST_PASSWORD} ký tự.")
    if len(set(password)) == 1:
        raise ValueError("Mật khẩu này quá dễ đoán. Hãy chọn một câu ngắn mà chỉ bạn biết.")
    return password


Email = Annotated[str, BeforeValidator(_email)]
OptionalId = Annotated[str | None, BeforeValidator(lambda value: value or None)]
Phone = Annotated[str, BeforeValidator(_phone)]
Password = Annotated[str, Field(max_length=128, repr=False), AfterValidator(nfc)]
"""In NFC, so that a password with marks is the same from every keyboard."""
NewPassword = Annotated[Password, AfterValidator(_hard_enough)]
Name = Annotated[Line, Field(min_length=1, max_length=120)]


class Role(events.Role):
    """A role within a scope: a contest id, or `*` for the whole site."""

    role: RoleName


ENTRANT = Role(role="entrant")


class Kind(StrEnum):
    """What sort of account it is; the entrant groups of a contest are chosen for each entry."""

    RESIDENT = "resident"
    ORGANISATION = "organisation"
    OFFICIAL = "official"


class Asked(BaseModel):
    """What comes in from outside; an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")


class SignUp(Asked):
    """A new account as its owner, or an administrator, asks for it."""

    name: Name
    email: Email
    password: NewPassword
    phone: Phone = ""
    kind: Kind = Kind.RESIDENT
    unit_id: OptionalId = None
    roles: list[Role] = []

    @model_validator(mode="after")
    def _password_is_no_echo(self) -> Self:
        if self.password.lower() in {self.email, self.name.lower()}:
            raise ValueError("Mật khẩu không được trùng với tên hay địa chỉ thư điện tử.")
        return self


class Credentials(Asked):
    """What somebody signs in with."""

    email: Email
    password: Password


class Account(BaseModel):
    """A person, or an organisation, that can sign in."""

    id: str
    version: int = 0
    facts: int = 0
    """How many facts about it were published: the `seq` of the last one."""
    name: str
    name_key: str
    email: str
    phone: str = ""
    password: str = Field(repr=False)
    """The argon2 hash."""
    kind: Kind
    unit_id: str | None = None
    roles: list[Role] = []
    active: bool = True
    signed_out_before: AwareDatetime | None = None
    token_at: AwareDatetime | None = None
    """When the last identity token was given out."""
    created_at: AwareDatetime

    @classmethod
    def opened(cls, account_id: str, asked: SignUp, password: str, *, at: datetime) -> Self:
        """A new account; `password` is the hash. Without roles it is an entrant's (every one may enter)."""
        own = asked.model_dump(include={"name", "email", "phone", "kind", "unit_id"})
        roles = list(dict.fromkeys(asked.roles)) or [ENTRANT]
        return cls(id=account_id, name_key=name_key(asked.name), password=password, roles=roles, created_at=at, **own)

    def has(self, role: RoleName, scope: str = "*") -> bool:
        """Whether it holds `role` in `scope`."""
        return any(held.role == role and held.scope in ("*", scope) for held in self.roles)

    def grant(self, roles: Iterable[Role], *, by: str, at: datetime) -> None:
        """Hold exactly `roles` from now on; tokens with the old ones are void. Raises OwnRoleKept."""
        wanted = list(dict.fromkeys(roles))
        if by == self.id and self.has("administrator") and not any(role.role == "administrator" for role in wanted):
            raise OwnRoleKept
        self.roles = wanted
        self.signed_out_before = at

    def sign_out_everywhere(self, at: datetime) -> None:
        """Every token given out so far is void in every service."""
        self.signed_out_before = at

    def updated(self) -> events.PersonUpdated:
        """The next fact about it: its full state."""
        self.facts += 1
        return events.PersonUpdated(
            person_id=self.id,
            name=self.name,
            email=self.email,
            phone=self.phone,
            unit_id=self.unit_id,
            roles=[events.Role(role=held.role, scope=held.scope) for held in self.roles],
            active=self.active,
            signed_out_before=self.signed_out_before,
        )


class Session(BaseModel):
    """A signed-in browser. Its id is the digest of a secret that only the browser has."""

    id: str
    person_id: str
    created_at: AwareDatetime
    seen_at: AwareDatetime
    expires_at: AwareDatetime
    user_agent: str = ""

    def seen(self, at: datetime) -> None:
        """It was used: it lives another week, but never longer than a month in all."""
        self.seen_at = at
        self.expires_at = min(at + SESSION_IDLE, self.created_at + SESSION_LONGEST)


class Unit(BaseModel):
    """A unit of the city as it was from `valid_from` to `valid_to`, both days counted; None is open."""

    id: str = Field(min_length=1, max_length=100)
    version: int = 0
    facts: int = 0
    name: Annotated[Line, Field(min_length=1, max_length=200)]
    level: str
    parent_id: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successors: list[str] = []

    def valid_on(self, day: date) -> bool:
        """Whether it exists on `day`."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)

    @property
    def search_key(self) -> str:
        """Its name as people without a Vietnamese keyboard type it."""
        return folded(self.name)

    def updated(self) -> events.UnitUpdated:
        """The next fact about it: its full state."""
        self.facts += 1
        return events.UnitUpdated(unit_id=self.id, **self.model_dump(exclude={"id", "version", "facts"}))


def check_tree(units: Iterable[Unit]) -> None:
    """Raises TreeBroken at the first contradiction."""
    by_id = {unit.id: unit for unit in units}
    for unit in by_id.values():
        for other in [unit.parent_id, *unit.successors]:
            if other is not None and other not in by_id:
                raise TreeBroken(f"Đơn vị {unit.name} nhắc đến đơn vị không có trong cây: {other}.")
        if unit.valid_from and unit.valid_to and unit.valid_from > unit.valid_to:
            raise TreeBroken(f"Đơn vị {unit.name} kết thúc trước khi bắt đầu.")
        if unit.successors and not unit.valid_to:
            raise TreeBroken(f"Đơn vị {unit.name} có đơn vị kế tục nhưng chưa có ngày kết thúc.")
        _check_above(unit, by_id)


def _check_above(unit: Unit, by_id: dict[str, Unit]) -> None:
    met, parent_id = {unit.id}, unit.parent_id
    while parent_id is not None and parent_id in by_id:
        if parent_id in met:
            raise TreeBroken(f"Đơn vị {unit.name} nằm dưới chính nó.")
        met.add(parent_id)
        parent_id = by_id[parent_id].parent_id


def standing_for(unit_id: str, units: Iterable[Unit], day: date) -> list[Unit]:
    """The unit itself when it exists on `day`, else those that took over from it and exist then; may be empty."""
    by_id = {unit.id: unit for unit in units}
    found, waiting, met = [], [unit_id], set[str]()
    while waiting:
        unit = by_id.get(waiting.pop(0))
        if unit is None or unit.id in met:
            continue
        met.add(unit.id)
        if unit.valid_on(day):
            found.append(unit)
        else:
            waiting.extend(unit.successors)
    return found


_OWN_PLACES = ("/dang-nhap", "/dang-ky", "/dang-xuat")


def local_path(asked: str | None) -> str | None:
    """`asked` when it is a path of this site to come back to after signing in, else None."""
    path = asked or ""
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if safe and not path.startswith(_OWN_PLACES) else None
