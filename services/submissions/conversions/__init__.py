"""Conversions: the author of text in an old or mistaken encoding is shown what it would be, and decides.

Owns the page of the offer; nothing is ever converted unasked. What is encoded how is `encodings`.
"""
