"""What is written down about it. No storage."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from shared.errors import Refusal
from shared.text import Line

_SHORTEST = 10


def _says_something(why: str) -> str:
    if len(why) < _SHORTEST:
        raise ValueError("Hãy ghi rõ lý do và cách đã xác minh, để người đọc lại sau này hiểu được.")
    return why


Reason = Annotated[Line, Field(max_length=300), AfterValidator(_says_something)]


class NotForOneself(Refusal):
    """One's own are removed on one's own page, with a proof."""

    code = "not_for_oneself"
    status = 422
    message = "Bạn không gỡ xác nhận hai bước của chính mình ở đây. Hãy dùng trang Xác nhận hai bước, hoặc nhờ quản trị viên khác."


class NothingToReset(Refusal):
    """There is none."""

    code = "nothing_to_reset"
    status = 422
    message = "Tài khoản này không có xác nhận bước hai."


class Reset(BaseModel):
    """One time."""

    id: str
    person_id: str
    by: str
    by_name: str
    at: AwareDatetime
    why: str
    had_app: bool
    passkeys: int
