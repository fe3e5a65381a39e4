"""Erasing a person: the account at once, then entries, files and the compacted topic, step by step until all is gone.

Owns `erasures`, one document for each erased person, which says how far it came: a worker that is killed goes on where
it stopped. Clearing a single entry of its author is also here, because `retention` does the same for a whole contest.
"""
