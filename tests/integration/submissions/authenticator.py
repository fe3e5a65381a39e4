"""An authenticator in software: makes a key for options of ours and signs challenges, as a telephone would.

What it may be told to do wrong is what a thief or a broken browser would do.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

_PRESENT, _VERIFIED, _WITH_KEY = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One key; `count` is what it says it was used, 0 for ever when it is synchronised."""

    origin: str
    rp_id: str
    counts: bool = True
    verifies: bool = True
    """Whether it asks for a finger, a face or a PIN."""
    count: int = 0
    key_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: str = ""

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    def make(self, options: dict[str, Any]) -> str:
        """The answer of `navigator.credentials.create`."""
        self.handle = options["user"]["id"]
        numbers = self._key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        data = self._data(_WITH_KEY) + bytes(16) + len(self.key_id).to_bytes(2, "big") + self.key_id + cbor2.dumps(cose)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"])
        return self._answer({"attestationObject": bytes_to_base64url(attestation)}, client)

    def sign(self, options: dict[str, Any]) -> str:
        """The answer of `navigator.credentials.get`."""
        self.count += self.counts
        client = self._client("webauthn.get", options["challenge"])
        data = self._data(0)
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {"authenticatorData": bytes_to_base64url(data), "signature": bytes_to_base64url(signature)}
        return self._answer({**response, "userHandle": self.handle}, client)

    def _data(self, flags: int) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.verifies else 0)
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        base64url_to_bytes(challenge)
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, response: dict[str, str], client: bytes) -> str:
        name = bytes_to_base64url(self.key_id)
        response = {**response, "clientDataJSON": bytes_to_base64url(client)}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
