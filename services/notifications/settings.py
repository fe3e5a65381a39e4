"""Settings of the notifications service, read from NOTIFICATIONS_… once in each process file."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What notifications needs beyond every service."""

    model_config = SettingsConfigDict(env_prefix="NOTIFICATIONS_", extra="ignore", frozen=True)

    service: str = "notifications"
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 1025
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_connections: int = 4
    """Connections one worker keeps open; each carries one message at a time."""
    smtp_timeout: float = 20.0
    """Seconds the server may take to answer one command."""
    mail_from: str = "Ban Tổ chức cuộc thi <khong-tra-loi@sangkien.example>"
    smpp_url: SecretStr = SecretStr("")
    """`smpp://account:password@host:2775` of the text message gateway, `ssmpp://` over TLS; empty: no text messages."""
    smpp_connections: int = 2
    """Sessions one worker binds; gateways limit how many an account may have."""
    smpp_timeout: float = 10.0
    """Seconds the gateway may take to answer."""
    sms_sender: str = Field("SANGKIEN", pattern=r"[A-Za-z0-9]{1,11}")
    """The registered brand name that text messages come from."""
    lease_seconds: int = 120
    """How long a claimed delivery belongs to its sender; longer than a whole dialogue with the server may take."""
    resend_seconds: int = 600
    """How long an uncertain delivery waits before it is sent once more under the same Message-ID."""

    @property
    def text_messages(self) -> bool:
        """Whether there is a gateway for them."""
        return bool(self.smpp_url.get_secret_value())
