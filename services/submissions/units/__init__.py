"""The units of the city as they were, are and will be: a tree with dates and successors.

Owns `units`, their import from a file and the one function that says which unit stood where on a day. Who belongs to a
unit is in `people`, what a judge's unit means for a lot is judging's affair.
"""
