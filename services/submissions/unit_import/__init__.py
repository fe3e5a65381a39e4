"""Units from a file: read, checked row by row, shown, and written only when every row is right.

Owns `unit_imports`, which are forgotten after a day. Units themselves are in `units`.
"""
