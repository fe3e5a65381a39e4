"""Co-authors of an entry: named by its owner, invited by a letter with a secret, confirmed by their own account.

Owns `invitations`. Who is an author and with which share is written into the entry with every change.
"""
