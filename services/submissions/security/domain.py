"""For how long somebody counts as just proven. No storage."""

from datetime import timedelta

from shared.errors import Refusal

PROVEN_FOR = timedelta(minutes=10)


class ProofNeeded(Refusal):
    """Whoever sits at an open session need not be its owner (OWASP ASVS 5.0, V7.5)."""

    code = "proof_needed"
    status = 403
    message = "Trước khi thay đổi cách đăng nhập, bạn cần xác nhận lại rằng đây là bạn."


class WrongPassword(Refusal):
    """Of the account that is signed in."""

    code = "wrong_password"
    status = 422
    message = "Mật khẩu không đúng. Hãy nhập lại."
