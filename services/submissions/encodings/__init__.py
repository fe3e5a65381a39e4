"""Encodings: tells text that was copied out of an old Vietnamese font, or read in the wrong encoding, and converts it.

Owns the tables of TCVN3 (ABC), VNI and misread UTF-8 and the verdict with its numbers. Pure, and never acts by itself:
the author is offered the conversion (`conversions`), the secretary is told.
"""
