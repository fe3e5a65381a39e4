"""What a round is marked on: criteria, scale, step, readers, the gap rule, quorum; versioned for each contest and round.

A rubric may be replaced by a new version until the first mark freezes it. Whoever gives a mark has it checked here;
giving and keeping marks belongs to `sheets` and `finals`.
"""
