"""The sheet of a contest in which a department collects entries: its heads, its lists, and what its rows say.

Owns nothing. Bringing a filled-in sheet into the register is `entry_import`.
"""
