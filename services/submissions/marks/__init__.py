"""Whether a text has its Vietnamese marks: the numbers, and the verdict that the thresholds draw from them.

Pure: owns no collection. The findings of a whole entry are put together in `texts`.
"""
