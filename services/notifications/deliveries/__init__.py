"""Who is told what through which channel, and what became of it.

Owns `announcements` (one for each fact that people are told of) and `deliveries` (one row for each cause, message, person
and channel, with its state machine), the letters' texts and the sender. Leaves contacts to `copies` and the in-app list
to `feeds`.
"""
