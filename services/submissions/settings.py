"""Settings of the submissions service, read from SUBMISSIONS_… once in each process file."""

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What submissions needs beyond every service."""

    model_config = SettingsConfigDict(env_prefix="SUBMISSIONS_", extra="ignore", frozen=True)

    service: str = "submissions"
    identity_private_key: SecretStr = SecretStr("")
    """Ed25519 private key (PEM) that signs identity tokens; no other service has it."""
    health_peers: str = ""
    """`name=url,…` of every process's readiness page, for the one health page."""
    bootstrap_email: str = ""
    bootstrap_password: SecretStr = SecretStr("")
    """The first administrator, made at start when there is no account at all."""
