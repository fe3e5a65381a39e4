"""How long personal data of a contest is kept after its result, what is due, and clearing it once that is confirmed.

Owns `retentions`, one document for each contest with a published result. How a single entry is cleared of its author is
`erasures`; how long is a rule of the contest. The published result itself, a public document, stays.
"""
