"""Files: what entrants attach. Looked into, not believed by name; kept under random ids; made again for the jury.

Owns the blobs and the rules of a single file. Which file belongs to which entry, and who may open it, is `entries`.
"""
