"""Transcriptions: the words of a paper typed by one person and compared with the scan by another, both named.

Owns `transcriptions`, the text while it is typed and checked. What was confirmed is the next revision of the entry.
"""
