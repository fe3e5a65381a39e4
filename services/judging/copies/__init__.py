"""What judging remembers of other services' facts: contests, accepted entries, people, units.

An accepted entry becomes a script: its text under a secret code (số phách). Its authors and their units go into a
separate sealed document, which only the lot (conflicts of interest) and the signed-off result open. Nothing here marks.
"""
