"""Published initiatives and entries of years before this site: what an organiser imports so that it can be compared with.

Owns `works` and `work_imports` (forgotten after a day). Comparing is `originality`; fingerprints are in `likeness`.
"""
