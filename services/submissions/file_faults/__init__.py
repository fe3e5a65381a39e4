"""File faults: a file was taken, and only then found infected or impossible to make a jury's copy from.

Owns the telling of it, once for each file: one fact, from which the owner gets a letter and the register a mark. What was found
is `scanning` and `jury_copies`.
"""
