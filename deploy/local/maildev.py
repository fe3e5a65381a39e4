"""The mail catcher: a real SMTP server that sends nothing on and shows what it got on a page."""

from pathlib import Path

from deploy.local import node, places
from deploy.local.ports import HOST, Ports
from deploy.local.program import Program
from deploy.local.progress import Reporter

SCRIPT = places.CHECKOUT / "node_modules" / "maildev" / "bin" / "maildev"


def program(folder: Path, ports: Ports, report: Reporter) -> Program:
    """The process; the mails are files in `folder`/mail, so they outlive a restart."""
    mails = folder / "mail"
    mails.mkdir(parents=True, exist_ok=True)
    command = [str(node.find(report).node), str(SCRIPT), "--ip", HOST, "--smtp", str(ports.smtp)]
    command += ["--web-ip", HOST, "--web", str(ports.mail_page), "--mail-directory", str(mails), "--silent"]
    return Program("maildev", command, rank=10)


def page(ports: Ports) -> str:
    """Where a person reads the caught mails."""
    return f"http://{HOST}:{ports.mail_page}/"
