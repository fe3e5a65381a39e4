"""How far the written round of a contest is: the chair's page, the board of sealed sheets, readers too far apart.

It only looks: sheets are sealed in `sheets`, readers drawn in `juries`. The board can be rebuilt from the facts.
"""
