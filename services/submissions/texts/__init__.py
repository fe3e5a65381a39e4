"""Texts: the written part of an entry as it is typed, what a contest asks of it, and whether it has its Vietnamese marks.

Owns the completeness check and the verdict on marks with its numbers. Pure: when the check runs is `entries`, and what
follows from a doubtful verdict is the secretary's decision in `intake`.
"""
