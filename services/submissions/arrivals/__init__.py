"""Arrivals: how an entry came, and what a paper needs before it may be accepted: in time, and its text transcribed.

Owns nothing stored: `entries` keeps it, the desk's pages are `papers` and `transcriptions`.
"""
