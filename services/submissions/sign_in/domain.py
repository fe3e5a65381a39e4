"""Sessions of browsers, and where to go on to after signing in. No storage, no cookies."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel

from services.submissions.people.domain import Asked, Email, Password
from shared.errors import Refusal

SESSION_IDLE = timedelta(days=7)
SESSION_LONGEST = timedelta(days=30)
API_TOKEN_LIFETIME = timedelta(hours=1)


class WrongCredentials(Refusal):
    """The same answer for an unknown address, a wrong password and a closed account."""

    code = "wrong_credentials"
    status = 401
    message = "Địa chỉ thư điện tử hoặc mật khẩu không đúng. Hãy kiểm tra rồi nhập lại."


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


_OWN_PLACES = ("/dang-nhap", "/dang-ky", "/dang-xuat")


def local_path(asked: str | None) -> str | None:
    """`asked` when it is a path of this site to come back to after signing in, else None."""
    path = asked or ""
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if safe and not path.startswith(_OWN_PLACES) else None
