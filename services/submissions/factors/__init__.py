"""Second factors: codes of an authenticator app (TOTP, RFC 6238) and backup codes; whether an account needs one.

Owns `factors` and `factor_rules`; the keys themselves are in `passkeys`. Who stands at the second step is in `sign_in`.
"""
