"""Opening an account of one's own: asked for, confirmed by a code, opened.

Owns `sign_ups`, which are forgotten after an hour. Accounts are in `people`, codes in `credentials`.
"""
