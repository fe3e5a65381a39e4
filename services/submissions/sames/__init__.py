"""Which entries of a contest may be one that came twice, on paper and online, and what speaks for it.

Owns nothing: titles, names and texts are compared, a person decides (`joins`).
"""
