"""Histories: an entry as it was at each time, two of its versions compared word by word, an older one taken up again.

Owns the comparison. What is kept is decided in `versions`; hand-ins come from `entries`.
"""
