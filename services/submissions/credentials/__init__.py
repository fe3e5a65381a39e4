"""What somebody proves with: passwords, one-time codes, and how often one may guess.

Owns `attempts` and `codes`. Whose a password or an address is and what it opens is decided in the rooms above;
messages are sent by notifications, which learns of a code through `CodeIssued`.
"""
