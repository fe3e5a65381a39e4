"""Makes the `.env` of a new site out of `site.env.example`: `python -m deploy.image.secrets_file > .env`.

Every name that is empty there gets a fresh secret; what has a value stays.
"""

import secrets
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.local.keys import Keys

EXAMPLE = Path(__file__).with_name("site.env.example")


def filled(example: str) -> str:
    """`example` with a secret behind every name that has none. Raises KeyError for a name it knows no secret for."""
    with TemporaryDirectory() as folder:
        known = _by_name(Keys.of(Path(folder)))
    lines = []
    for line in example.splitlines():
        name, equals, value = line.partition("=")
        if equals and not value and not line.startswith("#"):
            value = known[name]
        lines.append(f"{name}{equals}{value}")
    return "\n".join(lines) + "\n"


def _by_name(keys: Keys) -> dict[str, str]:
    return {
        "MONGO_ADMIN_PASSWORD": keys.mongo_admin,
        "MONGO_REPLICA_KEY": keys.replica_set,
        **{f"{service.upper()}_MONGO_PASSWORD": password for service, password in keys.mongo.items()},
        "SECRET_KEY": keys.secret,
        "BOOTSTRAP_PASSWORD": secrets.token_urlsafe(15),
        "IDENTITY_PRIVATE_KEY": _one_line(keys.identity_private),
        "IDENTITY_PUBLIC_KEY": _one_line(keys.identity_public),
    }


def _one_line(pem: str) -> str:
    """A PEM text as compose reads it from an env file: in double quotes on one line, its line ends written out."""
    return '"{}"'.format(pem.replace("\n", "\\n"))


if __name__ == "__main__":
    sys.stdout.write(filled(EXAMPLE.read_text()))
