"""What notifications remembers of other services: people with their addresses, contests, entries with their owners.

Owns the collections `people`, `contests` and `entries`, filled from events only. Whom to tell what is decided elsewhere.
"""
