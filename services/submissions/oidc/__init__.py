"""Signing in through an OpenID Connect provider: the city's sign-on, a broker of VNeID.

Owns `oidc_flows`, `oidc_arrivals` and `identities`. The protocol is in `shared/oidc.py`, sessions are in `sign_in`.
"""
