"""Uploads: a large file sent in pieces, gone on with after a broken connection or a reloaded page (tus 1.0).

Owns the pieces until the file is whole; then it is an attachment like any other and the pieces go. A file sent with a
plain form needs none of this.
"""
