"""Accounts and roles: their states and rules. No storage, no password hashing, no cookies."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from shared.errors import Refusal
from shared.events import submissions as events
from shared.redaction import ERASED
from shared.text import Line, name_key, nfc, one_line

_SHORTEST_PASSWORD = 8

RoleName = Literal[
    "entrant",
    "secretary",
    "judge",
    "chair",
    "organiser",
    "unit_officer",
    "editor",
    "approver",
    "auditor",
    "administrator",
]
"""The words of `shared.identity.Role`; a test keeps the two lists equal."""


class EmailTaken(Refusal):
    """Only an administrator is ever told so."""

    code = "email_taken"
    message = "Địa chỉ này đã có tài khoản."


class OwnRoleKept(Refusal):
    """Nobody locks the door from the outside with the key inside."""

    code = "own_role_kept"
    message = "Bạn không thể tự bỏ vai trò quản trị của chính mình. Hãy nhờ một quản trị viên khác."


class LastAdministratorKept(Refusal):
    """Without any, nobody could give roles any more."""

    code = "last_administrator_kept"
    message = "Đây là quản trị viên cuối cùng đang hoạt động. Hãy giao vai trò quản trị cho một người khác trước."


class OwnAccountKept(Refusal):
    """Whoever closes their own account could not open it again; erasing it is another thing."""

    code = "own_account_kept"
    message = "Bạn không thể tự đóng tài khoản của chính mình. Hãy nhờ một quản trị viên khác."


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
OptionalEmail = Annotated[str, BeforeValidator(lambda value: _email(value) if value else "")]
OptionalId = Annotated[str | None, BeforeValidator(lambda value: value or None)]
Phone = Annotated[str, BeforeValidator(_phone)]
Password = Annotated[str, Field(max_length=128, repr=False), AfterValidator(nfc)]
"""In NFC, so that a password with marks is the same from every keyboard."""
NewPassword = Annotated[Password, AfterValidator(_hard_enough)]
Name = Annotated[Line, Field(min_length=1, max_length=120)]


class Role(events.Role):
    """A role within a scope: a contest id, or `*` for the whole site."""

    role: RoleName

    def __str__(self) -> str:
        """As acts write it down."""
        return f"{self.role}:{self.scope}"


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
    email: OptionalEmail = ""
    password: NewPassword
    phone: Phone = ""
    kind: Kind = Kind.RESIDENT
    unit_id: OptionalId = None
    roles: list[Role] = []

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if not self.email and not self.phone:
            raise ValueError("Hãy nhập địa chỉ thư điện tử hoặc số điện thoại.")
        return self

    @model_validator(mode="after")
    def _password_is_no_echo(self) -> Self:
        if self.password.lower() in {self.email, self.phone, self.name.lower()}:
            raise ValueError("Mật khẩu không được trùng với tên hay địa chỉ thư điện tử.")
        return self


class Sought(BaseModel):
    """Which accounts a list shows; empty asks for nothing in particular."""

    search: str = ""
    by_address: bool = False
    """Whether the search also looks at e-mail addresses and telephone numbers."""
    role: str = ""
    kind: str = ""
    unit_ids: list[str] | None = None
    active: bool | None = None


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
    email_confirmed_at: AwareDatetime | None = None
    phone_confirmed_at: AwareDatetime | None = None
    """When its owner typed the code that was sent there."""
    former: list[str] = Field([], repr=False)
    """Addresses that it had: an erasure looks for them too."""
    password: str = Field(repr=False)
    """The argon2 hash; empty for somebody who comes in by codes or from elsewhere."""
    kind: Kind
    unit_id: str | None = None
    roles: list[Role] = []
    position: str = ""
    representative: str = ""
    family_name: str = ""
    middle_name: str = ""
    given_name: str = ""
    id_number: str = Field("", repr=False)
    """Sealed; shown with most digits hidden, to its owner only."""
    id_number_mark: str = Field("", repr=False)
    """Keyed digest that tells two people with one number apart from one person."""
    consents: list[str] = []
    """Purposes the person agrees to now; their history is kept by `consents`."""
    active: bool = True
    signed_out_before: AwareDatetime | None = None
    token_at: AwareDatetime | None = None
    """When the last identity token was given out."""
    created_at: AwareDatetime
    erased: bool = False
    """Nothing is left but the id, which entries and the score log name."""

    @classmethod
    def opened(cls, account_id: str, asked: SignUp, password: str, *, at: datetime) -> Self:
        """A new account; `password` is the hash. Without roles it is an entrant's (every one may enter)."""
        own = asked.model_dump(include={"name", "email", "phone", "kind", "unit_id"})
        roles = list(dict.fromkeys(asked.roles)) or [ENTRANT]
        return cls(id=account_id, name_key=name_key(asked.name), password=password, roles=roles, created_at=at, **own)

    @classmethod
    def written_down(cls, account_id: str, said: dict[str, Any], at: datetime) -> Self:
        """For somebody who brought a paper: `said` is name, email, phone, kind, unit_id and representative; no password."""
        name = name_key(said["name"])
        return cls(id=account_id, name_key=name, password="", roles=[ENTRANT], created_at=at, **said)

    @property
    def only_written_down(self) -> bool:
        """Whether a desk wrote it down and nobody ever signed in with it or confirmed an address of it."""
        came = self.password or self.token_at or self.email_confirmed_at or self.phone_confirmed_at
        return not came and not self.erased

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

    @property
    def held(self) -> list[str]:
        """Its roles as acts write them down."""
        return [str(role) for role in self.roles]

    def with_role(self, role: Role) -> list[Role]:
        """Its roles and this one."""
        return list(dict.fromkeys([*self.roles, role]))

    def without_role(self, role: Role) -> list[Role]:
        """Its roles but this one."""
        return [held for held in self.roles if held != role]

    def close(self, *, by: str, at: datetime) -> None:
        """Nobody comes in with it and its tokens are void; nothing is deleted. Raises OwnAccountKept."""
        if by == self.id:
            raise OwnAccountKept
        self.active = False
        self.signed_out_before = at

    def sign_out_everywhere(self, at: datetime) -> None:
        """Every token given out so far is void in every service."""
        self.signed_out_before = at

    @classmethod
    def nobody(cls, account_id: str) -> Self:
        """What is left of an account that is not there."""
        bare = {"name": ERASED, "name_key": "", "email": "", "password": "", "kind": Kind.RESIDENT}
        return cls(id=account_id, **bare, active=False, created_at=datetime.min.replace(tzinfo=UTC), erased=True)

    def forgotten(self, at: datetime) -> Self:
        """The same account after it was erased; the name that is left is the word for it."""
        left = {"id": self.id, "version": self.version, "facts": self.facts + 1, "created_at": self.created_at}
        bare = {"name": ERASED, "name_key": "", "email": "", "password": "", "kind": self.kind, "roles": []}
        return type(self)(**left, **bare, active=False, signed_out_before=at, erased=True)

    def updated(self) -> events.PersonUpdated:
        """The next fact about it: its full state."""
        self.facts += 1
        return events.PersonUpdated(
            person_id=self.id,
            name=self.name,
            email=self.email,
            phone=self.phone,
            unit_id=self.unit_id,
            kind=self.kind.value,
            sort_name=self.name_key,
            roles=[events.Role(role=held.role, scope=held.scope) for held in self.roles],
            consents=self.consents,
            active=self.active,
            signed_out_before=self.signed_out_before,
        )
