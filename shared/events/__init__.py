"""The published language: every event of every service, and the envelope it travels in.

Only the publishing service creates its events; the others read them. Pure data: no framework, no I/O.
"""
