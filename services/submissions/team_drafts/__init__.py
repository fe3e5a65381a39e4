"""The page of an entry's authors as it was typed and not sent yet: nobody has a letter, nothing of it counts.

Owns `team_drafts`, one for each entry at most, with the number that tells two open pages apart. What counts is `coauthors`'.
"""
