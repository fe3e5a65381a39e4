"""Joins: the same entry sent on paper and online is one: the first number counts, the other points to it.

Owns `entry_joins`, what was joined by whom and how to part it again. The entries are `entries`, their lines `intake`.
"""
