"""The public gallery: accepted entries of contests with a published result whose authors, all of them, agreed.

Owns `gallery`, one document for each such entry with what the search needs, and `gallery_contests`, their results.
Names are not kept here: they are read with the consent at the moment of showing, so a withdrawal counts at once.
"""
