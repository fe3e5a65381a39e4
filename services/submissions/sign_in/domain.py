"""Sessions of browsers, and where to go on to after signing in. No storage, no cookies."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel

from services.submissions.people.domain import Asked, Email, Password
from shared.errors import Refusal

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
    message = "Địa chỉ thư điện tử hoặc mật khẩu không đúng. Hãy kiểm tra rồi nhập lại."


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


class Credentials(Asked):
    """What somebody signs in with."""

    email: Email
    password: Password


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


_OWN_PLACES = ("/dang-nhap", "/dang-ky", "/dang-xuat", "/quen-mat-khau")


def local_path(asked: str | None) -> str | None:
    """`asked` when it is a path of this site to come back to after signing in, else None."""
    path = asked or ""
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if safe and not path.startswith(_OWN_PLACES) else None
