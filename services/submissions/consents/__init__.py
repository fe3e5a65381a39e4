"""What people agree to: one consent for each purpose, given and withdrawn freely, with its wording, time and channel.

Owns `consents`, where every giving and withdrawing is one more line; what holds now also travels with the account
(`PersonUpdated.consents`). Nothing here is a condition of taking part. Requests about one's data are `requests`.
"""
