"""Results: the ranking computed from the score log, the finalists, ties, prizes, sign-off and publication.

It owns the collection `results` (one document for each contest and round) and the published files. Marks are given in
`sheets` and `finals`; the arithmetic is `shared.recount`, so that anybody can do it again from the published file.
"""
