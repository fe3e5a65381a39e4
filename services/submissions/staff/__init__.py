"""The administrators' pages: who has an account, what each may do, and the journal of what administrators did.

Owns nothing: accounts are `people`'s, acts are `acts`'.
"""
