"""Departures: a co-author who agreed leaves an entry by their own wish, after a page that says what follows.

Owns no collection: invitations are kept by `coauthors`. Somebody whom the owner takes out goes there too.
"""
