"""Settings of the judging service, read from JUDGING_… once in each process file."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Judging needs nothing beyond every service."""

    model_config = SettingsConfigDict(env_prefix="JUDGING_", extra="ignore", frozen=True)

    service: str = "judging"
