"""Which texts resemble which: a fingerprint of every entry and of every published initiative, and the search among them.

Owns `fingerprints`. What a resemblance means, and who decides, is in `originality`.
"""
