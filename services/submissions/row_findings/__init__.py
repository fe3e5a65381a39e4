"""What the machine would say of a row before it is an entry: late, not eligible, author named, marks doubtful.

Owns nothing and refuses nothing; the formal check of the imported entry says the same.
"""
