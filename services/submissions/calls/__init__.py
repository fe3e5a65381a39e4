"""What the public sees of contests: the first page, the calls, dated changes of the rules, documents.

Owns nothing; contests and their editions are read from the rooms below.
"""
