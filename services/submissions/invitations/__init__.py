"""Answering an invitation to be a co-author: by the secret of a letter, or signed in with the address it went to.

Owns no collection: invitations are kept by `coauthors`.
"""
