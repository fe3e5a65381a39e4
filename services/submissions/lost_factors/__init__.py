"""Taking the second factors off an account whose owner lost them all and proved who they are at the office.

Owns `factor_resets`: who did it, when, for whom and why.
"""
