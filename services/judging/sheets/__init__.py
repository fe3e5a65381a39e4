"""Score sheets (phiếu chấm) of the written round: one for each script and judge, drafted, then sealed for good.

A sealed sheet is a line of the score log. When a script's last reader seals, the gap rule decides about a third one.
Who reads what is drawn in `juries`, what fits is checked in `rubrics`; ranks are counted from the log in `results`.
"""
