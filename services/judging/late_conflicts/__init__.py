"""Conflicts of interest that come to light after a script was given out: its authors changed, or one was declared.

What nobody has begun goes to another reader by the same lot. What was begun or sealed waits for the chair, who sees
script and judge, never the author; until then nothing is written and nothing signed. Lot and conflicts are `juries`',
sheets `sheets`'. A mark on stage is set aside in the log only: the slot stays as it was shown.
"""
