"""Receipts: what an entrant holds of an entry: the list, the receipt, its status page, files, withdrawal, the outcome.

Owns what other services told about an entry (its messages, its result). The entry itself is `entries`; the routes by
which the secretariat and a jury open a file are here too, because who may open it is decided by the entry.
"""
