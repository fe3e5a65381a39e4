"""Opening a sealed delivery at the moment of sending: its address and words exist only in memory, and only then."""

from dataclasses import dataclass

from services.notifications.deliveries.channels.letters import Content, Letters
from services.notifications.deliveries.domain import Delivery, has_control_signs
from shared.sealed import unseal

_OF_AN_ACCOUNT = frozenset({"sign_in", "reset", "moved", "password", "factor", "factors_off"})
"""Only here does the name come from an account; elsewhere a stranger may have typed it together with any address."""

_INVITATION = "invitation"
"""Its code opens a page and is never typed."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a seal held, with the text made of it."""

    address: str
    name: str
    secret: str
    content: Content


def opened(row: Delivery, letters: Letters, secret_key: str) -> Opened:
    """Raises shared.sealed.Unreadable."""
    held = unseal(row.sealed, secret_key=secret_key, purpose="codes")
    address, code = str(held["address"]), str(held.get("code", ""))
    name = str(held.get("name", "")) if row.given["purpose"] in _OF_AN_ACCOUNT else ""
    name = "" if has_control_signs(name) else name
    known = {**row.given, "name": name, "code": code, "until": row.expires_at, "contest": None}
    link = f"/bai-du-thi/loi-moi/{code}" if row.given["purpose"] == _INVITATION else "/dang-nhap"
    return Opened(address, name, code, letters.compose(row.message, row.channel, link, known))
