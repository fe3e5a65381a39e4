"""The client of an OpenID Connect provider: where to send a browser, and who came back. The only file that speaks to one.

Authorization code with PKCE (RFC 7636), state and nonce; what the provider signed is checked by Authlib and joserfc.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.errors import Refusal

PATIENCE_SECONDS = 8.0
"""For everything that one visit asks of the provider, together."""
_LEEWAY_SECONDS = 60
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures with the provider's own key only: none of `none`, none that our own secret could make."""
_LARGEST_ANSWER = 512 * 1024
_OK = 200


class ProviderAway(Refusal):
    """It does not answer, not in time, or not as a provider does."""

    code = "provider_away"
    status = 503
    message = "Hệ thống đăng nhập bên ngoài chưa trả lời. Hãy thử lại sau ít phút, hoặc đăng nhập bằng cách khác."


class ProviderRefused(Refusal):
    """It did not let the person in, or says that we asked wrongly."""

    code = "provider_refused"
    status = 422
    message = "Hệ thống đăng nhập bên ngoài không xác nhận lượt đăng nhập này. Hãy bấm đăng nhập lại từ đầu."


class ProviderNotBelieved(Refusal):
    """What it sent is not signed by it, not for us, too old, or answers another question than ours."""

    code = "provider_not_believed"
    status = 422
    message = (
        "Câu trả lời của hệ thống đăng nhập bên ngoài không hợp lệ nên đã bị bỏ qua. Hãy bấm đăng nhập lại từ đầu."
    )


@dataclass(frozen=True, slots=True)
class Client:
    """How the provider knows us. `issuer` as it writes itself; without a secret PKCE alone protects the code."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is kept until the browser comes back: it is asked for again, and never shown."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Claims:
    """Who came back, as the provider says."""

    issuer: str
    sub: str
    name: str
    email: str
    email_verified: bool


def new_question() -> Question:
    """Three unguessable values."""
    return Question(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


async def address(client: Client, question: Question) -> str:
    """Where to send the browser. Raises ProviderAway."""
    async with _line() as line:
        metadata = await _metadata(line, client)
    asked = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "scope": "openid profile email",
        "state": question.state,
        "nonce": question.nonce,
        "code_challenge": create_s256_code_challenge(question.verifier),
        "code_challenge_method": "S256",
        "ui_locales": "vi",
    }
    return str(add_params_to_uri(metadata["authorization_endpoint"], asked))


async def claims(client: Client, question: Question, code: str, at: datetime) -> Claims:
    """Who the code stands for. Raises ProviderAway, ProviderRefused, ProviderNotBelieved."""
    async with _line() as line:
        metadata = await _metadata(line, client)
        token = await _token(line, client, metadata, question, code)
        keys = await _json(line, "GET", metadata["jwks_uri"])
        believed = _believed(client, question, token, keys, at)
        more = await _user_info(line, metadata, token, believed["sub"])
    name = str(believed.get("name") or more.get("name") or "")
    mail = believed if believed.get("email") else more  # an address and whether it is verified come from one hand
    email = str(mail.get("email") or "")
    verified = bool(email) and mail.get("email_verified") in (True, "true")
    return Claims(client.issuer, str(believed["sub"]), name, email, verified)


@asynccontextmanager
async def _line() -> AsyncIterator[httpx.AsyncClient]:
    """A connection with an end: the client's own limits count from byte to byte, and a provider may trickle."""
    try:
        async with (
            asyncio.timeout(PATIENCE_SECONDS),
            httpx.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False) as client,
        ):
            yield client
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderAway from error


async def _json(line: httpx.AsyncClient, method: str, url: str, **options: Any) -> dict[str, Any]:
    headers = {"Accept": "application/json", **options.pop("headers", {})}
    async with line.stream(method, url, headers=headers, **options) as answer:
        content = b""
        async for piece in answer.aiter_bytes():
            content += piece
            if len(content) > _LARGEST_ANSWER:
                raise ProviderAway
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise ProviderAway
    try:
        found = httpx.Response(_OK, content=content).json()
    except ValueError as error:
        raise ProviderAway from error
    if not isinstance(found, dict):
        raise ProviderAway
    if answer.status_code != _OK:
        raise ProviderRefused(error=str(found.get("error", ""))[:100])
    return found


async def _metadata(line: httpx.AsyncClient, client: Client) -> dict[str, Any]:
    try:
        found = await _json(line, "GET", client.issuer.rstrip("/") + "/.well-known/openid-configuration")
    except ProviderRefused as error:
        raise ProviderAway from error
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if found.get("issuer") != client.issuer or not all(isinstance(found.get(name), str) for name in needed):
        raise ProviderAway
    return found


async def _token(
    line: httpx.AsyncClient, client: Client, metadata: Mapping[str, Any], question: Question, code: str
) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect_uri,
        "code_verifier": question.verifier,
    }
    known = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    options: dict[str, Any] = {"data": form}
    if client.client_secret and "client_secret_basic" in known:
        # RFC 6749, 2.3.1: both are form-encoded before they are joined.
        options["auth"] = httpx.BasicAuth(quote(client.client_id, safe=""), quote(client.client_secret, safe=""))
    else:
        form |= {"client_id": client.client_id}
        form |= {"client_secret": client.client_secret} if client.client_secret else {}
    return await _json(line, "POST", metadata["token_endpoint"], **options)


def _believed(
    client: Client, question: Question, token: Mapping[str, Any], keys: dict[str, Any], at: datetime
) -> dict[str, Any]:
    """The claims of the id_token, once it is sure that the provider made it, for us, now, and for this question."""
    try:
        signed = jwt.decode(str(token["id_token"]), KeySet.import_key_set(keys), algorithms=_ALGORITHMS)  # type: ignore[arg-type]
        checked = CodeIDToken(
            signed.claims,
            signed.header,
            {"iss": {"essential": True, "value": client.issuer}, "aud": {"essential": True, "value": client.client_id}},
            {"nonce": question.nonce, "client_id": client.client_id, "access_token": token.get("access_token")},
        )
        checked.validate(now=int(at.timestamp()), leeway=_LEEWAY_SECONDS)
    except (JoseError, ValueError, LookupError, TypeError) as error:
        raise ProviderNotBelieved from error
    return dict(checked)


async def _user_info(
    line: httpx.AsyncClient, metadata: Mapping[str, Any], token: Mapping[str, Any], sub: str
) -> dict[str, Any]:
    """What else it tells about the same person; nothing, when it tells no more."""
    endpoint, access = metadata.get("userinfo_endpoint"), token.get("access_token")
    if not endpoint or not access:
        return {}
    found = await _json(line, "GET", endpoint, headers={"Authorization": f"Bearer {access}"})
    if found.get("sub") != sub:
        raise ProviderNotBelieved
    return found
