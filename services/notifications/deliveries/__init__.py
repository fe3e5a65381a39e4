"""Who is told what through which channel, and what became of it.

Owns `deliveries` (one row for each cause, message, person and channel, with its state machine), the letters' texts, the
channels and the sender. Leaves contacts to `copies`, whom a fact concerns to `announcements`, the in-app list to `feeds`.
"""
