"""Sealing small secrets for another of our services, or for rest in the database: AES-256-GCM under a named key."""

import base64
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.errors import Refusal

_NONCE = 12


class Unreadable(Refusal):
    """Sealed with another key or for another purpose, or altered on the way."""

    code = "unreadable"
    status = 500
    message = "Không mở được dữ liệu đã niêm phong. Hãy báo cho người quản trị hệ thống."


def _key(secret_key: str, purpose: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, None, f"sang-kien {purpose}".encode()).derive(secret_key.encode()))


def seal(content: dict[str, Any], *, secret_key: str, purpose: str) -> str:
    """`content` as text that only who knows `secret_key` can read, and only under the same `purpose`."""
    nonce = os.urandom(_NONCE)
    hidden = _key(secret_key, purpose).encrypt(nonce, json.dumps(content, ensure_ascii=False).encode(), None)
    return base64.urlsafe_b64encode(nonce + hidden).decode()


def unseal(sealed: str, *, secret_key: str, purpose: str) -> dict[str, Any]:
    """What was sealed. Raises Unreadable."""
    try:
        raw = base64.urlsafe_b64decode(sealed)
        content: dict[str, Any] = json.loads(_key(secret_key, purpose).decrypt(raw[:_NONCE], raw[_NONCE:], None))
    except (ValueError, InvalidTag) as error:
        raise Unreadable from error
    return content
