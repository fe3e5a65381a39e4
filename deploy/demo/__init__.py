"""The demo: one whole contest as data, and the loader that checks it and hands it out typed.

The contest is that of plan 34/KH-UBND of 29/01/2019; persons, organisations and entries are invented.
Nothing here knows a database: whoever plays the demo uses the system as its users do.
"""
