"""Refusals: what a rule or a guard says no to, with a code for programs and a sentence for people."""


class Refusal(Exception):
    """An expected no. `status` is the HTTP answer; `message` is Vietnamese and says what to do.

    Rooms subclass it in their `domain.py`, one class for each reason.
    """

    code = "refused"
    status = 409
    message = "Yêu cầu không thực hiện được."
    heading = ""
    """Of its page, where the one of the status does not fit; `advice` alike."""
    advice = ""

    def __init__(self, message: str | None = None, *, field: str | None = None, **details: object) -> None:
        """`field` names the form field at fault; `details` go into the JSON answer as they are."""
        self.message = message or type(self).message
        self.field = field
        self.details = details
        super().__init__(f"{type(self).code}: {self.message}")


class NotFound(Refusal):
    """There is no such thing, or the asker may not know of it: the two look the same."""

    code = "not_found"
    status = 404
    message = "Không tìm thấy nội dung này. Có thể đường dẫn sai hoặc bạn không có quyền xem."


class Forbidden(Refusal):
    """The person is known but has no right to this."""

    code = "forbidden"
    status = 403
    message = "Tài khoản của bạn không có quyền làm việc này."


class SignInNeeded(Refusal):
    """Nobody is signed in."""

    code = "sign_in_needed"
    status = 401
    message = "Bạn cần đăng nhập để tiếp tục."


class Stale(Refusal):
    """Somebody else saved in between; nothing was overwritten."""

    code = "stale"
    status = 409
    message = (
        "Nội dung này vừa được lưu ở thẻ hoặc thiết bị khác nên lần này chưa ghi gì. Hãy mở trang này ở thẻ mới để xem "
        "bản kia; những gì bạn vừa nhập vẫn còn trong ô. Xem xong, bấm lại nút vừa rồi nếu vẫn muốn làm."
    )


class KeyReused(Refusal):
    """The same client key came with another body."""

    code = "key_reused"
    status = 422
    message = (
        "Biểu mẫu này đã được gửi một lần: mã gửi đã được dùng cho một nội dung khác. Hãy xem lần gửi ấy trước; "
        "muốn gửi nội dung mới thì mở lại biểu mẫu."
    )


class StillRunning(Refusal):
    """The first request with this client key has not finished."""

    code = "still_running"
    status = 409
    message = "Yêu cầu trước với cùng mã gửi vẫn đang được xử lý. Hãy đợi vài giây rồi tải lại trang."


class TooMany(Refusal):
    """A throttle says wait."""

    code = "too_many"
    status = 429
    message = "Bạn thao tác quá nhanh. Hãy đợi một lát rồi thử lại."


class Invalid(Refusal):
    """What was typed does not fit; `errors` are {field, text} pairs for the error summary."""

    code = "invalid"
    status = 422
    message = "Một số nội dung chưa hợp lệ. Hãy sửa các mục được đánh dấu."

    def __init__(self, errors: list[dict[str, str]]) -> None:
        """`errors`: one {field, text} pair for each fault."""
        super().__init__(errors=errors)
        self.errors = errors
