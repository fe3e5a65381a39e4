"""Why an address is not taken for an account. No storage."""

from datetime import datetime
from typing import Any

from services.submissions.people.domain import Account
from shared.errors import Refusal


class SameAddress(Refusal):
    """It is there already."""

    code = "same_address"
    status = 422
    message = "Đây đang là địa chỉ của tài khoản."


class AddressTaken(Refusal):
    """Somebody opened an account with it while the code was on its way."""

    code = "address_taken"
    message = "Địa chỉ này vừa được dùng cho một tài khoản khác. Tài khoản của bạn vẫn như cũ."


def replaced(account: Account, address: str, at: datetime) -> tuple[dict[str, Any], str]:
    """What changes in the account, and the address that goes ("": there was none)."""
    kind = "email" if "@" in address else "phone"
    before: str = getattr(account, kind)
    former = [one for one in dict.fromkeys([*account.former, before]) if one not in ("", address)]
    return {kind: address, f"{kind}_confirmed_at": at, "former": former}, before
