"""Contests: the call, its rules, groups, parts, timetable and prizes, from draft to published editions.

Owns what a contest asks for and until when, and tells the other services through `submissions.contests`. Entries,
judging rubrics and juries are not here.
"""
