"""Entries: drafts saved as they are typed, handed in, handed in again, withdrawn, returned, accepted.

Owns the text of an entry in all its revisions and publishes `submissions.entries`. The register and the formal check
are `intake`; the receipt page is `receipts`; a single file is `files`.
"""
