"""The notifications service: who is told what, through which channel, and what became of it."""
