"""Opening an account of one's own.

Owns nothing yet but the pages; accounts are in `people`.
"""
