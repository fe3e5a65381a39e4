"""A secret that only this site can make, and the mark under which it is kept. Pure."""

import hashlib
import hmac
from base64 import urlsafe_b64encode


def secret(entry_id: str, secret_key: str) -> str:
    """What opens the status page without signing in: 160 bits that only our secret can make."""
    digest = hmac.new(secret_key.encode(), b"entry-status:" + entry_id.encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest[:20]).decode().rstrip("=")


def kept_as(link: str) -> str:
    """How a secret is kept for looking it up."""
    return hashlib.sha256(link.encode()).hexdigest()
