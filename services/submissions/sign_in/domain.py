"""Sessions of browsers, and where to go on to after signing in. No storage, no cookies."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError, model_validator

from services.submissions.people.domain import Asked, Email, Password, Phone
from shared.errors import Refusal
from shared.text import one_line

SESSION_IDLE = timedelta(days=7)
SESSION_LONGEST = timedelta(days=30)
API_TOKEN_LIFETIME = timedelta(hours=1)
HALF_LIFETIME = timedelta(minutes=5)
SECOND_FACTORS = frozenset({"totp", "passkey", "backup"})
"""Proofs that are a second step, or that need none."""


class WrongCredentials(Refusal):
    """The same answer for an unknown address, a wrong password and a closed account."""

    code = "wrong_credentials"
    status = 401
    message = "Địa chỉ hoặc mật khẩu không đúng. Hãy kiểm tra rồi nhập lại."


class NoTextMessages(Refusal):
    """The site has no text message gateway: said to everybody alike."""

    code = "no_text_messages"
    status = 422
    message = "Trang này chưa gửi được tin nhắn điện thoại. Hãy nhập địa chỉ thư điện tử."


class ForeignPath(Refusal):
    """After signing in one comes back to this site only."""

    code = "foreign_path"
    status = 400
    message = "Địa chỉ quay lại không thuộc trang này nên đã bị từ chối."


class HalfWayOver(Refusal):
    """The second step came too late, or was done already."""

    code = "half_way_over"
    status = 401
    message = "Bước xác nhận thứ hai đã quá 5 phút. Hãy đăng nhập lại từ đầu."


class SecondFactorNeeded(Refusal):
    """For programs; a browser is led to the page of the second step."""

    code = "second_factor_needed"
    status = 401
    message = "Tài khoản này cần thêm mã xác nhận bước hai."


_EMAIL: TypeAdapter[str] = TypeAdapter(Email)
_PHONE: TypeAdapter[str] = TypeAdapter(Phone)


def _address(value: object) -> str:
    """An e-mail address in lower case, or a phone number in E.164."""
    typed = one_line(str(value or ""))
    if "@" not in typed and not any(sign.isdigit() for sign in typed):
        raise ValueError("Hãy nhập địa chỉ thư điện tử (ten@coquan.vn) hoặc số điện thoại (0912 345 678).")
    try:
        return (_EMAIL if "@" in typed else _PHONE).validate_python(typed)
    except ValidationError as error:
        raise ValueError(str(error.errors()[0]["ctx"]["error"])) from error


Address = Annotated[str, BeforeValidator(_address)]


class Credentials(Asked):
    """What somebody signs in with."""

    address: Address
    password: Password


class SessionIn(Asked):
    """What a program signs in with: one of the two addresses, and the code of the second factor where there is one."""

    email: Email | None = None
    phone: Phone | None = None
    password: Password
    code: str = Field("", max_length=20, repr=False)

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        if bool(self.email) == bool(self.phone):
            raise ValueError("Hãy nhập thư điện tử hoặc số điện thoại.")
        return self

    @property
    def credentials(self) -> Credentials:
        """As the page has them."""
        return Credentials(address=self.email or self.phone or "", password=self.password)


def require_channel(address: str, *, text_messages: bool) -> None:
    """Raises NoTextMessages for a phone number when the site cannot send to one."""
    if "@" not in address and not text_messages:
        raise NoTextMessages(field="address")


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


class Half(BaseModel):
    """Somebody between the first and the second step. Its id is the digest of a secret that only the browser has."""

    id: str
    person_id: str
    password: str
    """The hash at that moment: who changes the password ends this, too."""
    proofs: list[str]
    expires_at: AwareDatetime
    kept: list[tuple[str, str]] = Field(default_factory=list, repr=False)
    """Name and value of each field of a form that came when the session was over, to be sent once more."""


def is_beginning(text: str) -> bool:
    """Whether `text` can name a session among its owner's: the first signs of its id."""
    return re.fullmatch(r"[0-9a-f]{16}", text) is not None


_OWN_PLACES = ("/dang-nhap", "/dang-ky", "/dang-xuat", "/quen-mat-khau")


def local_path(asked: str | None) -> str | None:
    """`asked` when it is a path of this site to come back to after signing in, else None."""
    path = asked or ""
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if safe and not path.startswith(_OWN_PLACES) else None
