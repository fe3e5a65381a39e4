"""The PIN of a receipt: six digits that only this site can make; and what is said when code and PIN do not fit. Pure."""

import hashlib
import hmac

from pydantic import BaseModel, Field

from services.submissions.credentials.domain import Limits
from shared.errors import Refusal
from shared.text import Line

_DIGITS = 6
GUESSES = Limits("status", 10, 60, 150, few=2)
"""Six digits are guessed at from many places; the link of the receipt, which cannot be guessed, opens meanwhile."""


class NoSuchReceipt(Refusal):
    """No receipt has this code, or its PIN is another: the two look the same."""

    code = "receipt_unknown"
    status = 422
    message = (
        "Mã biên nhận hoặc mã PIN không đúng. Hãy xem lại cả hai trên biên nhận rồi nhập lại; nếu biên nhận có mã "
        "vuông, quét mã đó là mở được ngay."
    )


class StatusForm(BaseModel):
    """What is printed on a receipt, as somebody types it."""

    code: Line = Field(min_length=1, max_length=40, title="Mã biên nhận")
    pin: Line = Field(min_length=1, max_length=20, title="Mã PIN")


def pin(entry_id: str, secret_key: str) -> str:
    """Six digits for one entry; never stored and never sent, printed on its receipt only."""
    mark = hmac.new(secret_key.encode(), b"entry-pin:" + entry_id.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(mark) % 10**_DIGITS:0{_DIGITS}d}"


def fits(typed: str, entry_id: str | None, secret_key: str) -> bool:
    """Whether `typed` is the PIN of this entry; for no entry the answer takes the same work and is no."""
    right = hmac.compare_digest("".join(typed.split()).encode(), pin(entry_id or "", secret_key).encode())
    return right and entry_id is not None
