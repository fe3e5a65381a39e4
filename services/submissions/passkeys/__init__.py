"""Passkeys: keys kept by a phone, a computer or a security key, that sign a challenge of ours (WebAuthn level 2).

Owns `passkeys` and `challenges`. What a signed challenge opens is decided by the rooms above.
"""
