"""What somebody proves with: passwords and how often one may guess.

Owns `attempts`. Whose a password is and what it opens is decided in the rooms above.
"""
