"""Who is asking: the signed identity token, persons and roles, and the gate that every route declares."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import jwt
from fastapi import Depends, Request

from shared.clock import now
from shared.errors import Forbidden, Refusal, SignInNeeded

TOKEN_COOKIE = "sk_id"  # noqa: S105 - a cookie's name
SESSION_COOKIE = "sk_session"
"""Opaque; only submissions knows what it stands for and renews the token from it."""
HALF_COOKIE = "sk_half"
"""Opaque; stands for somebody who gave the password and not yet the second factor."""
VISITOR_COOKIE = "sk_v"
TOKEN_LIFETIME = timedelta(minutes=15)
_ALGORITHM = "EdDSA"
_COOKIE_BYTES = 3800
_TOKENS_KEPT = 4096
_MOST_COOKIES = 10
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
RENEW_PATH = "/dang-nhap/tiep-tuc"

SignedOutBefore = Callable[[str], Awaitable[datetime | None]]
"""From a service's own copy: tokens of this person issued before that instant are void."""


class Role(StrEnum):
    """What somebody may do, within a scope."""

    ENTRANT = "entrant"
    SECRETARY = "secretary"
    JUDGE = "judge"
    CHAIR = "chair"
    ORGANISER = "organiser"
    UNIT_OFFICER = "unit_officer"
    """Reports for a unit; the scope is the unit's id."""
    EDITOR = "editor"
    APPROVER = "approver"
    """Releases what an editor wrote; never the same person."""
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in person as the token tells."""

    id: str
    name: str
    roles: frozenset[tuple[str, str]]
    session: str = ""

    def may(self, role: Role, scope: str | None = None) -> bool:
        """Whether the person has `role` in `scope`, or in any scope when none is asked for."""
        return any(held == role and (scope is None or within in ("*", scope)) for held, within in self.roles)

    def require(self, *roles: Role, scope: str | None = None) -> None:
        """Raises Forbidden unless the person has one of `roles` in `scope`."""
        if not any(self.may(role, scope) for role in roles):
            raise Forbidden


class TokenExpired(Refusal):
    """The token is genuine but old: the browser is sent to renew it and comes back with the same request."""

    code = "token_expired"
    status = 401
    message = "Phiên làm việc cần được làm mới. Hãy đăng nhập lại."


class CrossSite(Refusal):
    """A state-changing request did not come from our own pages."""

    code = "cross_site"
    status = 403
    message = "Yêu cầu không đến từ trang này nên đã bị từ chối. Hãy tải lại trang rồi gửi lại; nội dung vừa nhập vẫn còn trong trình duyệt."


def issue(person: Person, private_key: str, *, at: datetime, lifetime: timedelta = TOKEN_LIFETIME) -> str:
    """A signed token for `person`. Only submissions holds the private key (Ed25519, PEM)."""
    claims = {
        "sub": person.id,
        "name": person.name,
        "roles": sorted(person.roles),
        "sid": person.session,
        "iat": at.timestamp(),
        "exp": at + lifetime,
    }
    return jwt.encode(claims, private_key, algorithm=_ALGORITHM)


def read(token: str, public_key: str) -> tuple[Person, datetime]:
    """The person of a token and when it was issued. Raises TokenExpired or SignInNeeded."""
    person, issued, expires = _genuine(token, public_key)
    if now() >= expires:
        raise TokenExpired
    return person, issued


@lru_cache(maxsize=_TOKENS_KEPT)
def _genuine(token: str, public_key: str) -> tuple[Person, datetime, datetime]:
    """What a token says. A signature that held once holds for ever, and a browser sends the same one for minutes.

    Whether it is still good (its end, a revocation) is asked every time. Raises SignInNeeded, which is not kept.
    """
    options: Any = {"verify_iat": False, "verify_exp": False, "require": ["exp"]}
    try:
        claims: dict[str, Any] = jwt.decode(token, public_key, algorithms=[_ALGORITHM], options=options)
    except jwt.InvalidTokenError as error:
        raise SignInNeeded from error
    roles = frozenset((role, scope) for role, scope in claims["roles"])
    person = Person(claims["sub"], claims["name"], roles, claims["sid"])
    return person, datetime.fromtimestamp(claims["iat"], UTC), datetime.fromtimestamp(claims["exp"], UTC)


def in_cookies(token: str) -> dict[str, str]:
    """The cookies that carry a token: one, or as many as the roles of somebody with many contests need.

    A browser throws a cookie of more than 4096 bytes away, and would then be sent to renew its token for ever.
    """
    parts = [token[start : start + _COOKIE_BYTES] for start in range(0, len(token), _COOKIE_BYTES)]
    named = {f"{TOKEN_COOKIE}{number or ''}": part for number, part in enumerate(parts)}
    # Their number stands in the first: one that is left of an earlier, longer token is not read.
    return named if len(parts) == 1 else named | {TOKEN_COOKIE: f"{len(parts)}~{parts[0]}"}


def from_cookies(cookies: Mapping[str, str]) -> str:
    """The token that `in_cookies` took apart; something that is no token when a part is missing."""
    number, more, first = cookies.get(TOKEN_COOKIE, "").rpartition("~")
    if not more or not number.isdecimal():
        return first
    return first + "".join(
        cookies.get(f"{TOKEN_COOKIE}{place}", "") for place in range(1, min(int(number), _MOST_COOKIES))
    )


def form_token(visitor: str, secret_key: str) -> str:
    """The token of every form of this visitor; it cannot be made without our secret."""
    return hmac.new(secret_key.encode(), b"form:" + visitor.encode(), hashlib.sha256).hexdigest()


async def recognise(request: Request) -> Person | None:
    """The person of this request, or None. Raises TokenExpired when the token is old or was revoked."""
    if hasattr(request.state, "person"):
        known: Person | None = request.state.person
        return known
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    token = bearer if scheme.lower() == "bearer" else from_cookies(request.cookies)
    request.state.person = None
    if not token:
        return None
    desk = request.app.state.desk
    person, issued = read(token, desk.settings.identity_public_key)
    void_before = await desk.signed_out_before(person.id)
    if void_before is not None and issued < void_before:
        raise TokenExpired
    request.state.person = person
    return person


async def _check_origin(request: Request) -> None:
    """Refuse a state change that another site started (OWASP ASVS 5.0, V3.5). Raises CrossSite."""
    if request.headers.get("authorization", "").lower().startswith("bearer "):
        return  # no browser adds this header by itself
    settings = request.app.state.desk.settings
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site not in (None, "same-origin", "none") or origin not in (None, settings.public_url):
        raise CrossSite
    if request.headers.get("content-type", "").startswith("application/json"):
        if site is None and origin is None:
            raise CrossSite
        return
    if site == "same-origin" and origin is not None:
        return  # the browser vouches for it: two tabs of a first visit have forms of two visitors, and both are ours
    # A script of ours that sends something else than a form puts the form's token into a header.
    told = request.headers.get("x-csrf-token")
    if told is None:
        told = str((await request.form()).get("csrf_token", ""))
    expected = form_token(request.cookies.get(VISITOR_COOKIE, ""), settings.secret_key.get_secret_value())
    if not hmac.compare_digest(told.encode(), expected.encode()):
        raise CrossSite


class Gate:
    """Who may enter a route. Every route has one; the application refuses to start with a route that has none."""

    def __init__(self, roles: frozenset[Role] | None, *, public: bool = False) -> None:
        """`roles` None means any signed-in person; `public` lets everybody in."""
        self.roles = roles
        self.public = public

    async def __call__(self, request: Request) -> Person | None:
        """The person who enters, None for an unknown visitor of a public route. Raises a Refusal."""
        try:
            person = await recognise(request)
        except (TokenExpired, SignInNeeded) as refusal:
            # A public page is shown to everybody; but who reads on for long must not look signed out.
            if not self.public or (isinstance(refusal, TokenExpired) and _can_renew(request)):
                raise
            person = None
        if person is None and not self.public:
            raise SignInNeeded
        if person is not None and self.roles and not any(person.may(role) for role in self.roles):
            raise Forbidden
        if request.method not in _SAFE_METHODS:
            await _check_origin(request)
        return person

    def describe(self) -> str:
        """For documents and tests."""
        if self.public:
            return "everybody"
        return ", ".join(sorted(self.roles)) if self.roles else "signed in"


def _can_renew(request: Request) -> bool:
    page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    return page and SESSION_COOKIE in request.cookies and request.url.path != RENEW_PATH


def may(*roles: Role) -> Any:
    """A route dependency that lets in whoever has one of `roles` in any scope; the object decides the scope."""
    return Depends(Gate(frozenset(roles)))


SIGNED_IN: Any = Depends(Gate(None))
"""Lets in every signed-in person."""
PUBLIC: Any = Depends(Gate(None, public=True))
"""Lets in everybody; the person is None when nobody is signed in."""


def renew_url(request: Request) -> str:
    """Where the browser renews its token; a 307 there and back repeats the request with its body."""
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{RENEW_PATH}?ve={quote(target, safe='/')}"
