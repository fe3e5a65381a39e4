"""What in an entry's text would tell the jury who wrote it: the author's name, e-mail, phone, unit.

Owns the search and the refusal at hand-in. Files are not looked into; taking names out of facts is `entries`.
"""
