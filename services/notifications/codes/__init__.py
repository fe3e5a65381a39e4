"""One-time codes: what submissions seals for one address becomes a delivery that goes first, or not at all once it is stale.

Owns no collection: the rows are `deliveries`', which opens the seal at the moment of sending and then forgets it.
"""
