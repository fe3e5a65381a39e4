"""Why a new password is not taken. No storage."""

from shared.errors import Refusal


class WrongOldPassword(Refusal):
    """Whoever sits at an open session need not be its owner."""

    code = "wrong_old_password"
    status = 422
    message = "Mật khẩu đang dùng không đúng. Nếu không nhớ, hãy đặt lại bằng mã gửi tới địa chỉ của bạn."
