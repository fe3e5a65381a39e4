"""Jury copies: every file is made again without what it tells of its author, and a jury opens nothing else.

Owns the making, its states (waiting, ready, failed) and where the bytes of each copy are. It is the worker's; a secretary who
accepts sooner makes what is missing. What a file may be is `inspection`, who opens a copy `downloads`.
"""
