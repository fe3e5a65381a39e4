"""A sign-up that waits for its code. No storage."""

from datetime import timedelta
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from shared.errors import Refusal

LIFETIME = timedelta(hours=1)


class SignUpOver(Refusal):
    """Too old, or there was none: the two look the same."""

    code = "sign_up_over"
    status = 404
    message = "Lần đăng ký này đã quá một giờ nên không còn được giữ. Hãy đăng ký lại; việc này chỉ mất một phút."


class SignUp(BaseModel):
    """Somebody who says that an address is theirs. The id is the secret of the browser that asked."""

    id: str
    typed: dict[str, Any]
    """The form as `people` reads it, without address and password."""
    address: str
    password: str = Field(repr=False)
    """The argon2 hash."""
    code_id: str
    opened: str | None = None
    """The account, once the code was right."""
    expires_at: AwareDatetime
