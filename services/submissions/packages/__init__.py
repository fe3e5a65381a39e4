"""Packages: what is really packed in a Word file (DOCX, a zip of XML parts), whatever its directory says of itself.

Owns the rules of such a package and nothing that is stored. It is slow on purpose: `files` runs it in a child with limits.
"""
