"""One's own second factors: setting up, naming, removing; and proving oneself anew before anything of it changes.

Owns `proven`. The factors are in `factors` and `passkeys`, sessions in `sign_in`.
"""
