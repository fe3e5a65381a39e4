"""Addresses: another e-mail or phone number for one's account, counted once a code that was sent there is typed.

Owns nothing: the account is `people`'s, codes are `credentials`'. The address that goes is told.
"""
