"""The secrets of one local system: made once, kept in its data folder for the owner's eyes only."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.local.ports import SERVICES


@dataclass(frozen=True)
class Keys:
    """Passwords of MongoDB, the replica set's key, what signs forms, and the key pair that signs identities."""

    mongo_admin: str
    mongo: dict[str, str]
    replica_set: str
    secret: str
    identity_private: str
    identity_public: str
    administrator: str
    """Password of the first account, which may make all others."""

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Those of this data folder, made at the first call."""
        path = folder / "keys.json"
        if not path.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            write_private(path, json.dumps(asdict(cls._new()), indent=1))
        return cls(**json.loads(path.read_text()))

    @classmethod
    def _new(cls) -> Self:
        identity = Ed25519PrivateKey.generate()
        private = identity.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = identity.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return cls(
            mongo_admin=secrets.token_hex(16),
            mongo={service: secrets.token_hex(16) for service in SERVICES},
            replica_set=secrets.token_hex(64),
            secret=secrets.token_hex(32),
            identity_private=private.decode(),
            identity_public=public.decode(),
            administrator=secrets.token_urlsafe(12),
        )


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    unfinished.rename(path)
