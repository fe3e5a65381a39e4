"""The page on which people see and decide what is done with data about them, and take a copy of all of it.

Owns nothing: consents, requests, erasures and the rest are kept by their rooms; here they are put together for one person.
"""
