"""Facts that people are told of: whom each concerns, with which words at hand, and until when somebody may still be added.

Owns `announcements`, one for each fact. What becomes of a letter to one person through one channel is `deliveries`.
"""
