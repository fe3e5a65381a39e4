"""The web kit as a browser meets it: gates, forms of other sites, limits, refusals, a database that is away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, SecretStr

from deploy.local.stack import Stack
from shared import forms
from shared.clock import now
from shared.errors import Stale
from shared.identity import PUBLIC, SIGNED_IN, TOKEN_COOKIE, Person, Role, issue, may
from shared.mongo import Store
from shared.pages import page
from shared.settings import ServiceSettings
from shared.text import Text
from shared.web import MAX_BODY, STATIC, Service, create_app

KEY = Ed25519PrivateKey.generate()
PRIVATE = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
OPEN_KEY = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
SITE = "http://sangkien.example"
revoked: dict[str, Any] = {}
routes = APIRouter()


class Note(BaseModel):
    """A form."""

    text: Text


@routes.get("/cong-khai")
async def public(request: Request, person: Annotated[Person | None, PUBLIC]) -> Response:
    return page(request, "error.html", status=200, refusal=Stale(), incident="", who=person)


@routes.post("/ghi")
async def write(request: Request, person: Annotated[Person, SIGNED_IN]) -> dict[str, str]:
    note = (await forms.read(request, Note)).valid()
    return {"text": note.text, "by": person.id}


@routes.post("/api/kit/v1/ghi")
async def write_json(note: Note, person: Annotated[Person, may(Role.JUDGE)]) -> dict[str, str]:
    return {"text": note.text, "by": person.id}


@routes.get("/hong")
async def broken(person: Annotated[Person | None, PUBLIC]) -> None:
    raise RuntimeError("a surprise")


@routes.get("/dang-cham")
async def stale(person: Annotated[Person | None, PUBLIC]) -> None:
    raise Stale


def knows(_: Store) -> Any:
    async def before(person: str) -> Any:
        return revoked.get(person)

    return before


@asynccontextmanager
async def browser(mongo_url: str, database: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a cookie jar in front of the application."""
    settings = ServiceSettings(
        service="kit",
        mongo_url=SecretStr(mongo_url),
        mongo_database=database,
        public_url=SITE,
        secret_key=SecretStr("k"),
        identity_public_key=OPEN_KEY,
    )
    app = create_app(Service(settings=settings, routers=(routes,), templates=STATIC, signed_out_before=knows))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=SITE) as client:
        yield client


@pytest.fixture
async def client(stack: Stack, database_name: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in front of a working site."""
    async with browser(stack.mongo_url, database_name) as made:
        yield made


def sign_in(client: httpx.AsyncClient, *roles: str, at: Any = None) -> None:
    """Put a token into the cookie jar."""
    person = Person("p1", "Nguyễn Thị Mẫu", frozenset((role, "*") for role in roles), "s")
    client.cookies.set(TOKEN_COOKIE, issue(person, PRIVATE, at=at or now()))


async def form_token(client: httpx.AsyncClient) -> str:
    """What the page's own forms would carry."""
    await client.get("/cong-khai")
    from shared.identity import VISITOR_COOKIE, form_token  # noqa: PLC0415 - beside its use

    return form_token(client.cookies[VISITOR_COOKIE], "k")


async def test_our_own_form_is_read_and_text_becomes_nfc(client: httpx.AsyncClient) -> None:
    sign_in(client)
    body = {"text": "Ha\u0300 No\u0323\u0302i", "csrf_token": await form_token(client)}
    answer = await client.post("/ghi", data=body, headers={"origin": SITE, "sec-fetch-site": "same-origin"})
    assert answer.json() == {"text": "Hà Nội", "by": "p1"}


@pytest.mark.parametrize(
    "headers", [{"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}]
)
async def test_a_form_of_another_site_is_refused(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    sign_in(client)
    body = {"text": "x", "csrf_token": await form_token(client)}
    assert (await client.post("/ghi", data=body, headers=headers)).status_code == 403


async def test_a_form_without_its_token_is_refused(client: httpx.AsyncClient) -> None:
    sign_in(client)
    await form_token(client)
    assert (await client.post("/ghi", data={"text": "x"}, headers={"origin": SITE})).status_code == 403
    assert (await client.post("/ghi", data={"text": "x", "csrf_token": "0" * 64})).status_code == 403


async def test_a_form_whose_browser_vouches_for_its_origin_needs_no_token(client: httpx.AsyncClient) -> None:
    sign_in(client)
    said = {"origin": SITE, "sec-fetch-site": "same-origin"}
    assert (await client.post("/ghi", data={"text": "x"}, headers=said)).status_code == 200
    for half in (
        {"origin": SITE},
        {"sec-fetch-site": "same-origin"},
        {**said, "origin": "null"},
        {**said, "sec-fetch-site": "none"},
    ):
        assert (await client.post("/ghi", data={"text": "x"}, headers=half)).status_code == 403


async def test_json_needs_our_origin_or_a_bearer_token(client: httpx.AsyncClient) -> None:
    sign_in(client, "judge")
    path, body = "/api/kit/v1/ghi", {"text": "x"}
    assert (await client.post(path, json=body)).status_code == 403
    assert (await client.post(path, json=body, headers={"origin": SITE})).status_code == 200
    token = client.cookies.pop(TOKEN_COOKIE) if hasattr(client.cookies, "pop") else client.cookies[TOKEN_COOKIE]
    client.cookies.clear()
    assert (await client.post(path, json=body, headers={"authorization": f"Bearer {token}"})).status_code == 200
    assert (await client.post(path, json=body)).status_code == 401


async def test_a_known_person_without_the_role_is_forbidden(client: httpx.AsyncClient) -> None:
    sign_in(client, "entrant")
    answer = await client.post("/api/kit/v1/ghi", json={"text": "x"}, headers={"origin": SITE})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_an_old_token_is_renewed_by_a_redirect_that_keeps_the_method_and_the_body(
    client: httpx.AsyncClient,
) -> None:
    sign_in(client, at=now().replace(year=2020))
    answer = await client.post("/ghi?a=1", data={"text": "x"}, headers={"origin": SITE})
    assert answer.status_code == 307
    assert answer.headers["location"] == "/dang-nhap/tiep-tuc?ve=/ghi%3Fa%3D1"


async def test_a_revoked_token_is_void_at_once(client: httpx.AsyncClient) -> None:
    sign_in(client, "judge")
    revoked["p1"] = now().replace(year=2100)
    try:
        answer = await client.post("/api/kit/v1/ghi", json={"text": "x"}, headers={"origin": SITE})
    finally:
        revoked.clear()
    assert answer.json()["code"] == "token_expired"


async def test_a_body_over_the_limit_is_refused_with_and_without_a_stated_length(client: httpx.AsyncClient) -> None:
    sign_in(client, "judge")
    big = b"x" * (MAX_BODY + 1)

    async def chunks() -> AsyncIterator[bytes]:
        yield big

    headers = {"content-type": "application/json", "origin": SITE}
    for content in (big, chunks()):
        answer = await client.post("/api/kit/v1/ghi", content=content, headers=headers)
        assert answer.status_code == 413
        assert "20 MB" in answer.json()["message"]


async def test_every_page_carries_the_security_headers_and_no_store(client: httpx.AsyncClient) -> None:
    for path in ("/cong-khai", "/hong", "/khong-co"):
        headers = (await client.get(path)).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


async def test_a_surprise_is_a_page_with_an_incident_code_and_no_trace(client: httpx.AsyncClient) -> None:
    answer = await client.get("/hong", headers={"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
    assert answer.status_code == 500
    assert "aaaaaaaaaaaaaaaa" in answer.text
    assert "surprise" not in answer.text


async def test_a_refusal_is_a_page_for_people_and_json_for_programs(client: httpx.AsyncClient) -> None:
    shown = await client.get("/dang-cham")
    assert shown.status_code == 409
    assert "vừa được lưu ở thẻ hoặc thiết bị khác" in shown.text
    told = await client.get("/dang-cham", headers={"accept": "application/json"})
    assert told.json()["code"] == "stale"


async def test_invalid_json_is_named_field_by_field_in_vietnamese(client: httpx.AsyncClient) -> None:
    sign_in(client, "judge")
    answer = await client.post("/api/kit/v1/ghi", json={}, headers={"origin": SITE})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "text", "text": "Hãy điền mục này."}]


async def test_readiness_asks_the_database(client: httpx.AsyncClient) -> None:
    assert (await client.get("/readyz")).json() == {"ready": True, "database": True}
    assert (await client.get("/healthz")).status_code == 200


def test_the_application_refuses_a_route_that_does_not_say_who_may_enter() -> None:
    loose = APIRouter()

    @loose.get("/mo-toang")
    async def nobody_asked() -> None:
        return None

    settings = ServiceSettings(service="kit")
    with pytest.raises(RuntimeError, match="mo-toang"):
        create_app(Service(settings=settings, routers=(loose,), templates=STATIC, signed_out_before=knows))
