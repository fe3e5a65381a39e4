"""Settings of the submissions service, read from SUBMISSIONS_… once in each process file."""

from typing import Literal

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
    retention: Literal["confirm", "automatic"] = "confirm"
    """Whether personal data of a contest that is due is cleared when an administrator confirms it, or by itself."""
    place: str = "Hà Nội"
    """The place before the date of a printed document."""
    clamd_url: str = "none"
    """Where ClamAV listens: tcp://host:port or unix:/path; `none`: files are taken unscanned, and that is said."""
    bootstrap_email: str = ""
    bootstrap_password: SecretStr = SecretStr("")
    """The first administrator, made at start when there is no account at all."""
    sms_codes: bool = False
    """Whether one-time codes may go to a phone: only where notifications has a text message gateway."""
    staff_second_factor: Literal["offered", "required"] = "offered"
    """Whether everybody but entrants must have a second factor; required leads them to set one up after the password."""
    oidc_issuer: str = ""
    """Address of an OpenID Connect provider (the city's sign-on, a VNeID broker); empty: nobody is sent anywhere."""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    """Empty for a public client: PKCE alone then."""
    oidc_name: str = "tài khoản thành phố"
    """What people call it, as the button says: “Đăng nhập bằng …”."""

    @property
    def oidc_button(self) -> str:
        """What the button of the provider names; empty when there is none."""
        return self.oidc_name if self.oidc_issuer and self.oidc_client_id else ""
