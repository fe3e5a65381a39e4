"""The owner's page about who they are: name, kind and what it asks for, unit, and the personal identity number.

Owns nothing: the account is `people`'s.
"""
