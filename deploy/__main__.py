"""`python -m deploy …`; the commands are in `cli.py`."""

from deploy.cli import app

app(prog_name="python -m deploy")
