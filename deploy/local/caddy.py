"""The front door: one address for three services. Its rules are in `deploy/proxy/Caddyfile`, the same as in compose."""

from pathlib import Path

from deploy.local import artifacts, places
from deploy.local.ports import HOST, SERVICES, Ports
from deploy.local.program import Program
from deploy.local.progress import Reporter

CADDYFILE = places.CHECKOUT / "deploy" / "proxy" / "Caddyfile"


def program(folder: Path, ports: Ports, report: Reporter) -> Program:
    """The process; it keeps nothing."""
    command = [str(artifacts.wheel("caddy", report) / "caddy"), "run", "--adapter", "caddyfile", "--config"]
    return Program("caddy", [*command, str(CADDYFILE)], rank=90, environment=environment(folder, ports))


def environment(folder: Path, ports: Ports) -> dict[str, str]:
    """What the placeholders of the Caddyfile stand for on one machine."""
    upstreams = {f"{service.upper()}_WEB": f"{HOST}:{ports.web[service]}" for service in SERVICES}
    home = {"XDG_DATA_HOME": str(folder / "caddy"), "XDG_CONFIG_HOME": str(folder / "caddy"), "HOME": str(folder)}
    site = {"SITE_ADDRESS": f"http://:{ports.front}", "SITE_BIND": HOST, "SITE_URL": url(ports)}
    return upstreams | home | site


def url(ports: Ports) -> str:
    """The one address."""
    return f"http://{HOST}:{ports.front}"
