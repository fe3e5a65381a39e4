"""What each process of a service is told by its environment; the names are those of `services/*/settings.py`."""

from dataclasses import dataclass

from deploy.local import caddy, sms
from deploy.local.keys import Keys
from deploy.local.ports import HOST, SERVICES, Ports

ADMINISTRATOR = "quan-tri@sangkien.example"
"""Signs in with `Keys.administrator`; made by submissions at its first start."""
MAIL_FROM = "Sáng kiến CCHC <khong-tra-loi@sangkien.example>"

_PATIENCE = {"SMTP_TIMEOUT": "5", "LEASE_SECONDS": "20", "RESEND_SECONDS": "20"}
"""The mail catcher stands beside the sender and answers at once: a mail whose sender was killed need not wait long."""


@dataclass(frozen=True)
class Addresses:
    """Where the stores are: one MongoDB URL for each service, and the brokers."""

    mongo: dict[str, str]
    kafka: str


def of(process: str, at: Addresses, ports: Ports, keys: Keys) -> dict[str, str]:
    """Environment of `<service>.<web|worker|relay>`: nothing of another service, and the private key only where it signs."""
    service, kind = process.split(".")[:2]
    own = {
        "MONGO_URL": at.mongo[service],
        "KAFKA_URL": at.kafka,
        "PUBLIC_URL": caddy.url(ports),
        "SECRET_KEY": keys.secret,
        "IDENTITY_PUBLIC_KEY": keys.identity_public,
    }
    if kind != "web":
        own |= {"WORKER_SLOT": "0", "HEALTH_PORT": str(ports.health[process])}
    if service == "submissions":
        own |= {"IDENTITY_PRIVATE_KEY": keys.identity_private, "HEALTH_PEERS": health_peers(ports)}
        own |= {"BOOTSTRAP_EMAIL": ADMINISTRATOR, "BOOTSTRAP_PASSWORD": keys.administrator}
        own |= {"SMS_CODES": "true"}
    if service == "notifications":
        own |= {"SMTP_HOST": HOST, "SMTP_PORT": str(ports.smtp), "MAIL_FROM": MAIL_FROM, **_PATIENCE}
        own |= {"SMPP_URL": sms.url(ports)}
    return {f"{service.upper()}_{name}": value for name, value in own.items()} | {
        "SANGKIEN_ENV": "local",
        "PYTHONUNBUFFERED": "1",
    }


def health_peers(ports: Ports) -> str:
    """`name=url` of every process's readiness answer, with commas between."""
    return ",".join(f"{name}={url}" for name, url in readiness(ports).items())


def readiness(ports: Ports) -> dict[str, str]:
    """The readiness address of every process, in the order of their start."""
    web = {f"{service}.web": ports.web[service] for service in SERVICES}
    return {name: f"http://{HOST}:{port}/readyz" for name, port in (web | ports.health).items()}
