"""Settings of the notifications service, read from NOTIFICATIONS_… once in each process file."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What notifications needs beyond every service."""

    model_config = SettingsConfigDict(env_prefix="NOTIFICATIONS_", extra="ignore", frozen=True)

    service: str = "notifications"
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 1025
    mail_from: str = "Ban Tổ chức cuộc thi <khong-tra-loi@sangkien.example>"
