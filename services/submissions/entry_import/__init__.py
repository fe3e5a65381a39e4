"""Entries from a sheet that a department collected: read, checked row by row, shown, and written all or none.

Owns `entry_imports`, which are forgotten after a day, and their rows as soon as they are written. How one entry comes
into the register is `papers`.
"""
