"""Files of an entry for whoever may open them: the author's own, the secretariat's, the jury's copies without names.

Owns who may read which bytes. What a file may be is `files`; attaching one is `entries`.
"""
