"""People: accounts, roles, sign-in, sessions and the dated tree of units.

Owns who somebody is and what they may do, and tells the other services through `submissions.people` and
`submissions.units`. What a person does with a role is each other room's business.
"""
