"""Rows as files that a spreadsheet opens: CSV and XLSX, where no cell is taken for a formula.

Owns the writing. What the rows say belongs to the room that shows them as a list.
"""
