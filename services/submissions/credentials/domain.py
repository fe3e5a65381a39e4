"""How passwords are checked and guesses counted. No storage."""

from datetime import UTC, datetime, timedelta

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from shared.ids import new_secret

# OWASP's smallest argon2id: 19 MiB, two passes. A whole district signs in on the last evening of a contest.
PASSWORDS = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))
NOBODYS = PASSWORDS.hash(new_secret())
"""What the password for an unknown address is compared with, so that the answer takes as long."""
WINDOW = timedelta(minutes=15)
"""Guesses are counted within a window; then counting begins anew."""


def window_of(at: datetime) -> tuple[int, datetime]:
    """The number of the window `at` lies in, and when it ends."""
    number = int(at.timestamp() // WINDOW.total_seconds())
    return number, datetime.fromtimestamp((number + 1) * WINDOW.total_seconds(), UTC)
