"""Who may enter a contest, and what comes in time on paper.

Owns the reasons, in words, why somebody may not enter: kind of entrant, unit on the day, role in the contest, list of
the organiser, number of authors. What the rules ask for is `rules`; accounts and units are below.
"""
