"""Signing in by passkey, without typing an address.

Owns nothing: keys are in `passkeys`, sessions in `sign_in`.
"""
