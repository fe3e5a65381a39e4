"""States: where an entry stands, in words, and the reasons for which something may not be done with it now.

Owns nothing stored; `entries` moves an entry from one state to the next.
"""
