"""The effect of an initiative as numbers: what is saved, how much, in which unit, and how that was computed.

Pure: owns no collection. Effects are saved with the words of an entry (`texts`).
"""
