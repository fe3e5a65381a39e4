"""The catcher of text messages: a real SMPP gateway that hands every message to the mail catcher, so that one page shows all."""

from pathlib import Path

from deploy.local import node
from deploy.local.ports import HOST, Ports
from deploy.local.program import Program
from deploy.local.progress import Reporter

SCRIPT = Path(__file__).with_name("sms_catcher.js")


def program(ports: Ports, report: Reporter) -> Program:
    """The process; it keeps nothing, and refuses a message for later while the mail catcher is away."""
    command = [str(node.find(report).node), str(SCRIPT), HOST, str(ports.smpp), HOST, str(ports.smtp)]
    return Program("sms", command, rank=15)


def url(ports: Ports) -> str:
    """Where notifications hands text messages over; the catcher lets every account in."""
    return f"smpp://sangkien:sangkien@{HOST}:{ports.smpp}"
