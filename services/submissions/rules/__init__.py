"""What a contest lays down, as values: who may enter, what an entry is, until when, what one can win.

Owns no collection. The life of a contest (draft, editions, closing) is in `contests`.
"""
