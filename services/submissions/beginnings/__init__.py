"""The first page of an entry: who may enter this contest, for whom and about what. Ends with an empty draft.

Owns the form and its answers; who may enter is decided by `eligibility`, the draft itself lives in `entries`.
"""
