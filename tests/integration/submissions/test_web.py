"""What the process as a whole does: the first administrator, the health of the site, a gate on every route."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from pydantic import SecretStr

from services.submissions import web
from services.submissions.people import service as people
from services.submissions.settings import Settings
from tests.integration.submissions.builders import PASSWORD, Browser

Browsers = Callable[[], Browser]


@asynccontextmanager
async def a_process(port_file: list[int], body: bytes) -> AsyncIterator[None]:
    """A process that answers its readiness page with `body`, or with nothing at all when that is empty."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if body:
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
        await reader.read()  # until the asker hangs up
        writer.close()
        await writer.wait_closed()
        done.set()

    done = asyncio.Event()
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port_file.append(server.sockets[0].getsockname()[1])
    try:
        yield
        await done.wait()
    finally:
        server.close()


async def test_the_health_page_names_every_process_and_says_which_one_is_missing(settings: Settings):
    ports: list[int] = []
    async with a_process(ports, b'{"ready": true, "database": true}'), a_process(ports, b""):
        listed = f"a.web=http://127.0.0.1:{ports[0]}/readyz,b.worker=http://127.0.0.1:{ports[1]}/readyz,c.relay=http://127.0.0.1:9/readyz"
        app = web.build(settings.model_copy(update={"health_peers": listed}))
        async with app.router.lifespan_context(app):
            visitor = Browser(app)
            answer = await visitor.get("/api/health")
            await visitor.aclose()
    assert answer.status_code == 503
    body = answer.json()
    assert body["ok"] is False
    assert body["processes"]["a.web"] == {"ready": True, "database": True}
    assert [body["processes"][name]["ready"] for name in ("b.worker", "c.relay")] == [False, False]


async def test_the_site_is_healthy_when_every_process_is(settings: Settings):
    ports: list[int] = []
    async with a_process(ports, b'{"ready": true}'):
        app = web.build(settings.model_copy(update={"health_peers": f"a.web=http://127.0.0.1:{ports[0]}/readyz"}))
        async with app.router.lifespan_context(app):
            visitor = Browser(app)
            answer = await visitor.get("/api/health")
            await visitor.aclose()
    assert (answer.status_code, answer.json()["ok"]) == (200, True)


async def test_several_processes_make_one_first_administrator(settings: Settings):
    first = {"bootstrap_email": "quan-tri@sangkien.example", "bootstrap_password": SecretStr(PASSWORD)}
    apps = [web.build(settings.model_copy(update=first)) for _ in range(4)]
    started = [app.router.lifespan_context(app) for app in apps]
    await asyncio.gather(*(one.__aenter__() for one in started))
    store = apps[0].state.desk.store
    assert await store.read["people"].count({}) == 1
    visitor = Browser(apps[1])
    bearer = await visitor.bearer("quan-tri@sangkien.example")
    found = await visitor.get(
        "/api/submissions/v1/people", params={"email": "quan-tri@sangkien.example"}, headers=bearer
    )
    assert found.json()["items"][0]["roles"] == [{"role": "administrator", "scope": "*"}]
    await visitor.aclose()
    await asyncio.gather(*(one.__aexit__(None, None, None) for one in started))


async def test_with_an_account_there_no_administrator_appears(settings: Settings, store):
    await people.make_first_administrator(store, "dau-tien@sangkien.example", PASSWORD)
    await people.make_first_administrator(store, "thu-hai@sangkien.example", PASSWORD)
    assert await store.read["people"].count({}) == 1


async def test_the_published_api_description_is_complete(browser: Browsers):
    described = (await browser().get("/api/submissions/v1/openapi.json")).json()
    assert "/api/submissions/v1/contests/{contest_id}/publish" in described["paths"]
