"""Where an entry stands, for whoever types its receipt code and the PIN printed beside it.

Owns nothing: the PIN is made from the entry's id and the site's secret. Guesses are counted by `credentials`.
"""
