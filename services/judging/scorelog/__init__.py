"""The score log: one hash chain for each contest, a line for every act that can move a result.

It owns the chain and nothing else: what a line means is decided by the room that writes it, and what the lines add up
to by `results`. It imports no other room, so every room that decides something may write here.
"""
