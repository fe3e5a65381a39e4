"""Second factors: what somebody shows beside the password.

Owns none yet. Who stands at the second step is in `sign_in`.
"""
