"""Choosing a password: a forgotten one by a one-time code, a known one on the account page.

Owns nothing: hashes stay with the account in `people`, codes in `credentials`, sessions in `sign_in`.
"""
