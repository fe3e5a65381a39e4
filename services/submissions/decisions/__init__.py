"""Decisions: what the secretary makes of an entry after the formal check: accept, ask for a supplement, refuse, reopen.

Owns nothing stored: the entry changes in `entries` and tells it, the register notes it at once. Nothing is refused
without a rule of the contest and a reason in words. The register itself, and what the check looks at, are `intake`.
"""
