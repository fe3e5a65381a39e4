"""Signing in and out, and the browsers somebody is signed in with.

Owns `sessions`. Passwords and guesses are in `credentials`, accounts and roles in `people`.
"""
