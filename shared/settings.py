"""Settings every service has; each service subclasses this in its own `settings.py` with its prefix."""

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Read from the environment once, in the process file, and passed on."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    service: str
    mongo_url: SecretStr = SecretStr("mongodb://127.0.0.1:27017/?directConnection=true")
    mongo_database: str = ""
    """Name of the service's own database; empty means the one in `mongo_url`, or the service's name."""
    blobs_url: SecretStr = SecretStr("gridfs")
    """Where files are kept: `gridfs`, or s3+https://KEY:SECRET@host/bucket[/folder][?region=…]."""
    kafka_url: str = "127.0.0.1:9092"
    public_url: str = "http://127.0.0.1:8080"
    """The one address people use; the Origin of every form."""
    secret_key: SecretStr = SecretStr("")
    """Signs form tokens and flash messages; the same in all three services of one site."""
    identity_public_key: str = ""
    """Ed25519 public key (PEM) that the identity token is checked against."""
    worker_slot: int = 0
    """Ordinal of this worker replica: its static group member id."""
    health_port: int = 0
    """Where a worker or relay answers /healthz and /readyz; 0 means not at all."""
    health_host: str = "127.0.0.1"
    log_level: str = "info"
