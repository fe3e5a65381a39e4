"""Every published version of a contest's rules, whole, with its instant and what changed in words.

Owns `editions`. Publishing is in `contests`, which keeps an edition in the same transaction.
"""
