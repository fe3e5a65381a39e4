"""Who marks what: the panel of a round, conflicts of interest, and the lot that gives every script its readers.

A judge is whoever holds that role for the contest. Conflicts are found before the lot, over the sealed authors, and
never shown one by one. Marks are none of this room's business: `sheets` works on its assignments.
"""
