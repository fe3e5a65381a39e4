"""Intake: the secretariat's desk. The register of what was handed in, with gapless numbers, and the formal check.

Owns the register, built from the service's own facts, and decides by a person's hand: accept, or return with a reason.
The entry itself changes in `entries`; codes and marks are another service's affair.
"""
