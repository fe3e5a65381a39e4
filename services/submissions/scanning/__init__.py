"""Scanning: whether a file carries malicious code, as a ClamAV daemon says, where the site has one.

Owns what is known of each stored file (waiting, clean, infected, not checked) and the conversation with the daemon. What
a file may be is `files`; who is told is each room that lists files.
"""
