"""The in-app list of every person: notices, what was read, how many were not.

Owns the collection `notices`. What a notice says, and that it is made at all, is decided by the room that posts it.
"""
