"""Turns itself into one supervised process: reads its command and environment from a private file, then executes it.

So no secret stands in the supervisor's configuration or on a command line, and no quoting rules apply.
"""

import json
import os
import sys
from pathlib import Path


def main(path: Path) -> None:
    """Does not return: the process becomes the program, with the same process id."""
    wanted = json.loads(path.read_text())
    os.execvpe(wanted["command"][0], wanted["command"], os.environ | wanted["environment"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
