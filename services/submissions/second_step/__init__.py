"""The second step of signing in, and setting a factor up at the door where the site asks for one.

Owns nothing: half sessions are in `sign_in`, factors in `factors` and `passkeys`.
"""
