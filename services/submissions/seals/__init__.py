"""Seals: every day the register of each contest is closed: what changed since the day before, hashed onto the last seal.

Owns the seals. They hold no name and no text, so that an erasure breaks none; what changes later is in a later seal.
Checking a chain needs no service (`shared.seals`); the register itself is `intake`.
"""
