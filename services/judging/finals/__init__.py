"""The final (chung khảo): running order by lot, slots opened one by one, marks given live, the lock.

It owns the finals, their slots and the given marks. Who goes into the final and what the marks add up to in the end is
decided in `results`, from the score log; what the screens show meanwhile is in `boards`; conflicts come from `juries`.
"""
