"""What is kept on the way to the provider and back, and whom a provider's person is linked to. No storage."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter, ValidationError

from services.submissions.people.domain import Account, Email
from shared.errors import Refusal

_EMAIL: TypeAdapter[str] = TypeAdapter(Email)
BACK = "/dang-nhap/oidc/tro-lai"
LINKING = "/tai-khoan/dang-nhap-chung"
FLOW_LIFETIME = timedelta(minutes=15)
"""Somebody may have to find their telephone first."""
ARRIVAL_LIFETIME = timedelta(minutes=30)


class FlowOver(Refusal):
    """Never begun in this browser, used already, or older than a quarter of an hour: the three look the same."""

    code = "oidc_flow_over"
    status = 422
    message = (
        "Lượt đăng nhập này không bắt đầu từ trình duyệt này, đã dùng rồi hoặc đã quá 15 phút. Hãy bấm đăng nhập lại."
    )


class Cancelled(Refusal):
    """The provider says that the person did not go on."""

    code = "oidc_cancelled"
    status = 422
    message = "Bạn đã dừng ở hệ thống đăng nhập bên ngoài, nên chưa đăng nhập được. Hãy bấm đăng nhập lại khi sẵn sàng."


class ArrivalOver(Refusal):
    """Half an hour passed, or it was all done already."""

    code = "oidc_arrival_over"
    status = 422
    message = "Lượt đăng nhập này đã quá 30 phút hoặc đã xong. Hãy bấm đăng nhập lại từ đầu."


class AccountClosed(Refusal):
    """Who comes in from elsewhere is known already: nothing is hidden from them."""

    code = "account_closed"
    status = 403
    message = "Tài khoản của bạn trên trang này đã bị đóng. Hãy liên hệ Ban Tổ chức nếu cần mở lại."


class WrongPassword(Refusal):
    """Of the account that is there."""

    code = "wrong_password"
    status = 422
    message = "Mật khẩu không đúng. Hãy nhập mật khẩu của tài khoản trên trang này, hoặc nhận mã qua thư."


class LinkedElsewhere(Refusal):
    """One person of a provider, one account."""

    code = "oidc_linked_elsewhere"
    message = "Tài khoản bên ngoài này đã nối với một tài khoản khác trên trang. Hãy bỏ nối ở tài khoản đó trước."


class LastWayIn(Refusal):
    """Nobody locks themselves out."""

    code = "last_way_in"
    message = "Đây là cách đăng nhập duy nhất của bạn. Hãy đặt mật khẩu hoặc thêm địa chỉ thư điện tử trước khi bỏ nối."


class Flow(BaseModel):
    """Somebody was sent to the provider. Its id is the digest of the state; it is good for one return."""

    id: str
    browser: str
    nonce: str = Field(repr=False)
    verifier: str = Field(repr=False)
    ve: str
    person_id: str | None
    """Who wants to link; None for somebody who signs in."""
    expires_at: AwareDatetime


class Proven(StrEnum):
    """Who says that the address is theirs."""

    BY_NOBODY = "nobody"
    BY_PROVIDER = "provider"
    BY_CODE = "code"


class Arrival(BaseModel):
    """Somebody the provider vouches for, and who has no account linked yet. Its id is the digest of a secret."""

    id: str
    browser: str
    issuer: str
    sub: str
    name: str
    email: str
    proven: Proven
    ve: str
    person_id: str | None = None
    """Whom to link to, once they say yes."""
    code_id: str = ""
    code_purpose: str = ""
    expires_at: AwareDatetime

    @property
    def label(self) -> str:
        """What its owner would recognise it by."""
        return self.email or self.name or self.sub


class Identity(BaseModel):
    """A provider's person is the owner of an account here."""

    id: str
    issuer: str
    sub: str
    person_id: str
    label: str
    linked_at: AwareDatetime
    used_at: AwareDatetime | None = None

    @classmethod
    def of(cls, identity_id: str, arrival: Arrival, person_id: str, at: AwareDatetime) -> Self:
        """From now on."""
        return cls(
            id=identity_id, issuer=arrival.issuer, sub=arrival.sub, person_id=person_id, label=arrival.label,
            linked_at=at, used_at=at,
        )  # fmt: skip


def address_of(said: str) -> str:
    """The address as we write addresses; empty when the provider's is none."""
    try:
        return _EMAIL.validate_python(said)
    except ValidationError:
        return ""


def digest(secret: str) -> str:
    """What is kept of a secret that a browser carries."""
    return hashlib.sha256(secret.encode()).hexdigest()


def may_unlink(account: Account, others: Sequence[Identity], *, passkeys: int, text_messages: bool) -> bool:
    """Whether another way in is left: a password, a code to an address, a key, another identity."""
    by_code = bool(account.email) or (text_messages and account.phone_confirmed_at is not None)
    return bool(account.password) or by_code or bool(passkeys) or bool(others)
