"""Which code fits when, backup codes, who is staff. No storage."""

import hashlib
import hmac
from datetime import datetime, timedelta
from enum import StrEnum

import pyotp
import segno
from markupsafe import Markup
from pydantic import AwareDatetime, BaseModel, Field

from services.submissions.credentials.domain import Limits
from services.submissions.passkeys.domain import Passkey
from services.submissions.people.domain import Account
from shared.errors import Refusal
from shared.ids import new_code, read_code

STEP_SECONDS = 30
_DRIFT = 1
"""Steps that the clock of a telephone may be early or late."""
_DIGITS = 6
PENDING_LIFETIME = timedelta(hours=1)
"""How long a secret waits for its first code: somebody may have to install the app first."""
BACKUP_CODES = 10
_BACKUP_SIGNS = 11
"""And a check sign: 55 bits, in three groups of four."""
GUESSES = Limits("factor", 5, 15, 150, few=0)
"""Narrower than for passwords, and after 15 no new place has a try: who guesses here knows the password already."""


class StaffRule(StrEnum):
    """Whether everybody but entrants must have a second factor."""

    OFFERED = "offered"
    REQUIRED = "required"


class WrongFactor(Refusal):
    """Wrong, too old, or used before: the three look the same."""

    code = "wrong_factor"
    status = 422
    message = (
        "Mã không đúng hoặc đã dùng rồi. Hãy đợi ứng dụng hiện mã mới rồi nhập lại, hoặc dùng một mã dự phòng khác."
    )


class WrongFirstCode(Refusal):
    """The app shows something else, or the clock of the telephone is wrong."""

    code = "wrong_first_code"
    status = 422
    message = "Mã không khớp. Hãy nhập mã đang hiện trên ứng dụng; nếu vẫn không được, hãy bật đặt giờ tự động trên điện thoại."


class SetUpOver(Refusal):
    """The secret waited for more than an hour, or the app is set up already."""

    code = "set_up_over"
    message = "Lượt thiết lập này không còn hiệu lực. Hãy mở lại trang thiết lập."


class LastFactorKept(Refusal):
    """Staff of a site that requires a second factor."""

    code = "last_factor_kept"
    message = "Trang này yêu cầu cán bộ có xác nhận bước hai. Hãy thêm cách khác trước khi gỡ cách này."


class BackupCode(BaseModel):
    """Only its mark is kept."""

    mark: str
    used_at: AwareDatetime | None = None


class Factors(BaseModel):
    """What a person has beside passkeys. Secrets are sealed."""

    person_id: str
    totp: str | None = Field(default=None, repr=False)
    totp_at: AwareDatetime | None = None
    last_step: int = 0
    """The last time step whose code was used: it and those before are over."""
    pending: str | None = Field(default=None, repr=False)
    pending_at: AwareDatetime | None = None
    codes: list[BackupCode] = []
    codes_at: AwareDatetime | None = None

    def waiting(self, at: datetime) -> str | None:
        """The sealed secret that waits for its first code."""
        fresh = self.pending_at is not None and at - self.pending_at < PENDING_LIFETIME
        return self.pending if fresh else None

    @property
    def codes_left(self) -> int:
        return sum(1 for code in self.codes if code.used_at is None)


class Overview(BaseModel):
    """What a person has, for its owner."""

    totp_at: AwareDatetime | None
    codes_left: int
    passkeys: list[Passkey]

    @property
    def any(self) -> bool:
        """Backup codes alone are no factor: they stand in for a lost one."""
        return self.totp_at is not None or bool(self.passkeys)


def is_staff(account: Account) -> bool:
    """Whether it holds any role but the entrant's."""
    return any(held.role != "entrant" for held in account.roles)


def new_secret() -> str:
    """160 random bits in base32."""
    return pyotp.random_base32()


def in_groups(secret: str) -> str:
    """For people who type it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def set_up_uri(secret: str, name: str) -> str:
    """What an authenticator app reads off the square code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Sáng Kiến")


def qr(uri: str) -> Markup:
    """As SVG inside of the page: the secret is in no address and no file."""
    return Markup(segno.make(uri, micro=False, error="m").svg_inline(omitsize=True, title="Mã vuông để quét"))  # noqa: S704 - segno's own SVG


def fitting_step(secret: str, typed: str, at: datetime, *, after: int) -> int | None:
    """The time step later than `after` whose code `typed` is, one step early or late at most."""
    signs = "".join(typed.split())
    if len(signs) != _DIGITS or not (signs.isascii() and signs.isdecimal()):
        return None
    here, found = int(at.timestamp()) // STEP_SECONDS, None
    for step in range(here - _DRIFT, here + _DRIFT + 1):
        same = hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step), signs)
        if same and step > after and found is None:
            found = step
    return found


def new_backup_codes() -> list[str]:
    """As they are shown, once."""
    return [new_code(_BACKUP_SIGNS) for _ in range(BACKUP_CODES)]


def mark(person_id: str, code: str, secret_key: str) -> str:
    """What is kept of a backup code, however it was typed; empty for something that is none."""
    canonical = read_code(code)
    if canonical is None:
        return ""
    return hmac.new(secret_key.encode(), f"backup|{person_id}|{canonical}".encode(), hashlib.sha256).hexdigest()
