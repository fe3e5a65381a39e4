"""The live board of a final: running figures kept by an agent, the stage screen, the stream that moves it.

It owns the collection `boards` and decides nothing: the figures are rebuilt from the facts of the slots at any time, and
the official mark comes from the score log in `results`. Slots and marks are in `finals`.
"""
