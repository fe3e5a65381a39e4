"""Versions: the words of a draft as they were, so that nothing that was once saved is lost by typing over it.

Owns `entry_versions` and the rule which saves are worth keeping apart. Below `entries`, which tells it every change.
"""
