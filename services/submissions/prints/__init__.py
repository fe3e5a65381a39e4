"""Prints: the register and a receipt on paper, laid out as Decree 30/2020/NĐ-CP asks of an office's documents.

Owns nothing; the pages print themselves (A4, page numbers from the second page on) and need no other program.
"""
