"""How passwords and codes are checked and guesses counted. No storage."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import AwareDatetime, BaseModel

from shared.errors import Refusal
from shared.ids import new_secret

# OWASP's smallest argon2id: 19 MiB, two passes. A whole district signs in on the last evening of a contest.
PASSWORDS = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))
NOBODYS = PASSWORDS.hash(new_secret())
"""What the password for an unknown address is compared with, so that the answer takes as long."""
WINDOW = timedelta(minutes=15)
"""Guesses are counted within a window; then counting begins anew."""
KNOWN_FOR = timedelta(days=90)
"""How long the place somebody signed in from is remembered as theirs."""
CODE_LIFETIME = timedelta(minutes=10)
CODE_TRIES = 5
DOUBLE_CLICK = timedelta(minutes=1)
"""How long a used code is still right in the browser that used it."""
_DIGITS = 6
_NETWORK = 64


class WrongCode(Refusal):
    """It can be tried again."""

    code = "wrong_code"
    status = 422
    message = "Mã không đúng. Hãy xem lại 6 chữ số trong tin mới nhất rồi nhập lại."


class CodeOver(Refusal):
    """Too old, used already, tried too often, or never issued: the four look the same."""

    code = "code_over"
    status = 422
    message = "Mã này không còn dùng được. Hãy bấm lấy mã mới."


class Purpose(StrEnum):
    """What a code is good for; a code of one purpose opens nothing else."""

    SIGN_UP = "sign_up"
    SIGN_IN = "sign_in"
    RESET = "reset"
    CONFIRM = "confirm"
    """A new address of an account that is there."""


class News(StrEnum):
    """What an owner is told at once, because it might not have been them; there is no code in it."""

    MOVED = "moved"
    """To the address that is the account's no more."""
    PASSWORD = "password"  # noqa: S105 - the word, not one
    FACTOR = "factor"
    FACTORS_OFF = "factors_off"
    """An administrator took them off."""
    CLAIMED = "claimed"
    """To an address that the desk wrote down: the paper is an account's now, which has another address."""


NEWS_LIFETIME = timedelta(hours=24)


class Channel(StrEnum):
    """How a code travels."""

    EMAIL = "email"
    SMS = "sms"


def channel_of(address: str) -> Channel:
    """`address` as the domain of people normalises it."""
    return Channel.EMAIL if "@" in address else Channel.SMS


class Code(BaseModel):
    """A code that was issued. Only its mark is kept; without a mark nothing fits it."""

    id: str
    purpose: Purpose
    channel: Channel
    address: str
    person_id: str | None
    mark: str
    tries: int = 0
    used_by: str | None = None
    """The browser that used it: only there it may come a second time (a double click)."""
    expires_at: AwareDatetime

    def fits(self, typed: str, secret_key: str) -> bool:
        """Whether `typed` is the code."""
        return hmac.compare_digest(self.mark, mark(self.id, digits(typed), secret_key))


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody typed the right code: who asked for it, and which address is now known to be theirs."""

    purpose: Purpose
    channel: Channel
    address: str
    person_id: str | None


@dataclass(frozen=True, slots=True)
class Limits:
    """How many in a window: an address from one place, an address from anywhere, a place with any address.

    The pair is the tight one, so that nobody locks somebody else out by guessing. After `address` a new place has only
    `few` tries at it. The wide limits do not hold for somebody who got in from there before.
    """

    what: str
    pair: int
    address: int
    place: int
    few: int = 3


PASSWORD_GUESSES = Limits("password", 10, 60, 150, few=3)
CODE_GUESSES = Limits("code", 10, 60, 150, few=5)
CODES_ISSUED = Limits("issue", 5, 30, 500, few=2)
"""A district's counter opens many accounts from one place."""


def new_digits() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"


def digits(typed: str) -> str:
    """The digits of a code as somebody typed it, with blanks or without."""
    return "".join(typed.split())


def mark(code_id: str, code: str, secret_key: str) -> str:
    """What is kept of a code: six digits alone would be found by trying them all."""
    return hmac.new(secret_key.encode(), f"code|{code_id}|{code}".encode(), hashlib.sha256).hexdigest()


def window_of(at: datetime) -> tuple[int, datetime]:
    """The number of the window `at` lies in, and when it ends."""
    number = int(at.timestamp() // WINDOW.total_seconds())
    return number, datetime.fromtimestamp((number + 1) * WINDOW.total_seconds(), UTC)


def place_of(host: str) -> str:
    """Where a request comes from, for counting: an IPv6 customer has a whole /64 to choose addresses from."""
    try:
        address = ip_address(host)
    except ValueError:
        return host[:64]
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> _NETWORK << _NETWORK)}/{_NETWORK}"


def digest(*parts: str) -> str:
    """A short name for something that is not to be read in a table of counters."""
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]
