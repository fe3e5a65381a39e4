"""Identifiers: sortable document ids, derived ids, and short codes that people read aloud."""

import secrets
import uuid

from uuid6 import uuid7

NAMESPACE = uuid.UUID("6b2f1d0e-6d3c-5b0a-9a57-3d1f0f5a7c11")
# Crockford's base32: no I, L, O, U, so that a code survives being read over the telephone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})
_CHECK_PRIME = 31
_SHORTEST = 2  # one sign and its check sign


def new_id() -> str:
    """A UUIDv7 string: unique everywhere, sortable by the time it was made."""
    return str(uuid7())


def derived_id(*parts: str) -> str:
    """A UUIDv5 string that is the same whenever the same parts are given in the same order."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(parts)))


def _check_character(body: str) -> str:
    total = sum((place + 1) * _ALPHABET.index(sign) for place, sign in enumerate(body))
    return _ALPHABET[total % _CHECK_PRIME]


def new_code(length: int = 7) -> str:
    """A random code of `length` signs plus a check sign, written in groups: `7K3M-92QX`."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(length))
    code = body + _check_character(body)
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def read_code(typed: str) -> str | None:
    """The canonical form of a code as a person typed it, or None when its check sign is wrong."""
    signs = "".join(sign for sign in typed.upper().translate(_LOOKALIKES) if sign in _ALPHABET)
    if len(signs) < _SHORTEST or _check_character(signs[:-1]) != signs[-1]:
        return None
    return "-".join(signs[start : start + 4] for start in range(0, len(signs), 4))


def new_secret() -> str:
    """An unguessable URL-safe secret of 160 bits."""
    return secrets.token_urlsafe(20)
