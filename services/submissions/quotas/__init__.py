"""How many entries every unit handed in, against what the contest asks of units of its level.

Owns the count and its list; the quotas are `rules`, the lines counted are `intake`'s, the units stand in the dated tree.
"""
