"""What administrators did with accounts: who, when, with whom, what, before and after, and why.

Owns `acts`, which only grows. It holds ids and never names, so that an erased person needs nothing done here.
"""
