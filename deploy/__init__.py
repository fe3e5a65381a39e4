"""Everything that brings the system up, checks it and plays it: `python -m deploy --help`.

The services themselves know nothing of this package.
"""
