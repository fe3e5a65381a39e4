"""Inspection: looking into a file that somebody sent, in child processes that may neither hang nor eat the machine.

Owns the kinds of files, the refusals of a single file and the children. What is kept is `files`; the copy without its author
is `jury_copies`.
"""
