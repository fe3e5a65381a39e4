"""Reminders: owners of complete drafts are told three days, a day and two hours before the contest closes.

Owns `reminders`, one document for each that was told, and `reminder_rounds`, how far each round has looked. What a draft
is and whether it is complete is decided elsewhere; the letter is written by notifications.
"""
