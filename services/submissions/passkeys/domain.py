"""Options for the browser and the checks of what it answers, by the `webauthn` library. No storage."""

import json
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

import webauthn
from pydantic import AwareDatetime, BaseModel, Field
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from shared.errors import Refusal
from shared.text import Line

CHALLENGE_LIFETIME = timedelta(minutes=5)
MOST = 20
"""Keys of one person; nobody carries more."""
SITE_NAME = "Sáng Kiến"
KeyName = Annotated[Line, Field(min_length=1, max_length=60)]
_MALFORMED = (WebAuthnException, ValueError, TypeError, LookupError)
"""What the library raises for bytes that no authenticator made."""


class PasskeyRefused(Refusal):
    """Unknown, not signed by the key, for another site, or made without the owner's finger, face or PIN."""

    code = "passkey_refused"
    status = 422
    message = "Khóa truy cập không được nhận. Hãy thử lại, hoặc dùng cách khác để tiếp tục."


class ChallengeOver(Refusal):
    """Older than five minutes, used already, or asked for by another browser."""

    code = "challenge_over"
    status = 422
    message = "Lượt dùng khóa này đã quá 5 phút hoặc đã dùng rồi. Hãy bấm nút dùng khóa lần nữa."


class Copied(Refusal):
    """The key counts its uses, and counts fewer than we saw."""

    code = "passkey_copied"
    status = 422
    message = "Khóa này có dấu hiệu bị sao chép nên không được nhận. Hãy đăng nhập bằng cách khác rồi gỡ khóa này."


class TooManyKeys(Refusal):
    """Somebody forgot to remove old ones."""

    code = "too_many_passkeys"
    message = f"Tài khoản đã có {MOST} khóa truy cập. Hãy gỡ khóa không dùng nữa trước khi thêm."


class KnownAlready(Refusal):
    """One key, one account."""

    code = "passkey_known"
    message = "Khóa này đã được thêm rồi."


class NoPasskeysHere(Refusal):
    """The site's address is a number or is not protected: browsers then refuse."""

    code = "no_passkeys_here"
    message = "Khóa truy cập chỉ dùng được khi trang này mở bằng tên miền và kết nối bảo mật (https)."


class Passkey(BaseModel):
    """A key as registered; its id is the authenticator's own."""

    id: str
    person_id: str
    name: str
    public_key: str = Field(repr=False)
    """COSE, base64url."""
    sign_count: int
    """Uses as the authenticator counts them; 0 for those that are synchronised between devices."""
    created_at: AwareDatetime
    used_at: AwareDatetime | None = None
    regressed_at: AwareDatetime | None = None
    """When it counted fewer uses than before: there may be a copy of it."""


class Challenge(BaseModel):
    """What is to be signed, once, in the browser that asked: `purpose` is `register` or `assert`."""

    id: str
    purpose: str
    person_id: str | None
    """None: whoever owns the key that the browser offers."""
    browser: str
    expires_at: AwareDatetime


class Site(BaseModel):
    """The relying party: the domain keys are bound to, and the one origin they may be used from."""

    rp_id: str
    origin: str

    @classmethod
    def of(cls, public_url: str) -> "Site | None":
        """None where browsers offer no passkeys: an address of numbers, or without https (localhost excepted)."""
        parts = urlsplit(public_url)
        host = parts.hostname or ""
        if not host or _is_number(host) or (parts.scheme != "https" and host != "localhost"):
            return None
        return cls(rp_id=host, origin=f"{parts.scheme}://{parts.netloc}")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _described(keys: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.id)) for key in keys]


def registration_options(site: Site, person_id: str, *, name: str, address: str, keys: list[Passkey]) -> dict[str, Any]:
    """For `navigator.credentials.create`: a key that the browser can find by itself, used with finger, face or PIN."""
    options = webauthn.generate_registration_options(
        rp_id=site.rp_id,
        rp_name=SITE_NAME,
        user_id=person_id.encode(),
        user_name=address or name,
        user_display_name=name,
        timeout=int(CHALLENGE_LIFETIME.total_seconds() * 1000),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_described(keys),
    )
    return _plain(options)


def assertion_options(site: Site, keys: list[Passkey]) -> dict[str, Any]:
    """For `navigator.credentials.get`; without `keys` the browser offers those it has for this site."""
    options = webauthn.generate_authentication_options(
        rp_id=site.rp_id,
        timeout=int(CHALLENGE_LIFETIME.total_seconds() * 1000),
        allow_credentials=_described(keys),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _plain(options)


def _plain(options: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return plain


def challenge_of(credential: str) -> tuple[str, str]:
    """The key and the challenge that an answer of the browser names; neither is believed yet. Raises PasskeyRefused."""
    try:
        answer = json.loads(credential)
        client = parse_client_data_json(base64url_to_bytes(answer["response"]["clientDataJSON"]))
        return str(answer["id"]), bytes_to_base64url(client.challenge)
    except _MALFORMED as error:
        raise PasskeyRefused from error


def registered(
    credential: str, challenge: Challenge, site: Site, *, person_id: str, name: str, at: datetime
) -> Passkey:
    """The key that the browser made for this challenge. Raises PasskeyRefused."""
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge.id),
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _MALFORMED as error:
        raise PasskeyRefused from error
    return Passkey(
        id=bytes_to_base64url(made.credential_id),
        person_id=person_id,
        name=name,
        public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
        created_at=at,
    )


def signed(credential: str, challenge: Challenge, site: Site, key: Passkey) -> int:
    """How many uses the key counts, once it is sure that it signed this challenge. Raises PasskeyRefused."""
    try:
        handle = json.loads(credential)["response"].get("userHandle")
        done = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge.id),
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(key.public_key),
            credential_current_sign_count=0,  # whether it counts backwards is decided when the count is kept
            require_user_verification=True,
        )
        if handle and base64url_to_bytes(handle) != key.person_id.encode():
            raise PasskeyRefused
    except _MALFORMED as error:
        raise PasskeyRefused from error
    return done.new_sign_count
