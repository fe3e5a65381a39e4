"""Who stands behind an entry, with which share, and who speaks for them. Pure: owns no collection.

Inviting and answering are in `coauthors`; the entry that has authors is in `entries`.
"""
