"""Whether an entry says what was said before: within the contest, in earlier years, among published initiatives.

Owns `resemblances` and the queue `looks`. It finds and shows; a secretary decides. Fingerprints are in `likeness`.
"""
