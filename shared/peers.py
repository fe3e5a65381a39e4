"""The health of the whole site: asks every process whether it can serve, all at once. What a process answers is health.py."""

import asyncio
import logging

import httpx

_PATIENCE_SECONDS = 1.5
logging.getLogger("httpx").setLevel(logging.WARNING)  # one line for every process asked would drown the log


def read_peers(listed: str) -> dict[str, str]:
    """`name=url,name=url` as a mapping."""
    pairs = (one.strip().partition("=") for one in listed.split(",") if one.strip())
    return {name: url for name, _, url in pairs}


async def ask(listed: str) -> tuple[int, dict[str, object]]:
    """Status and body of the site's health: 200 only when every process is ready."""
    peers = read_peers(listed)
    async with httpx.AsyncClient(timeout=_PATIENCE_SECONDS, trust_env=False) as client:
        answers = await asyncio.gather(*(_ask_one(client, url) for url in peers.values()))
    processes = dict(zip(peers, answers, strict=True))
    fine = all(answer["ready"] for answer in answers)
    return (200 if fine else 503), {"ok": fine, "processes": processes}


async def _ask_one(client: httpx.AsyncClient, url: str) -> dict[str, object]:
    try:
        # The client's own limits count from byte to byte; a process that trickles must not hold the page.
        async with asyncio.timeout(_PATIENCE_SECONDS):
            answer = await client.get(url)
            body = answer.json()
    except (httpx.HTTPError, TimeoutError, ValueError) as error:
        return {"ready": False, "error": type(error).__name__}
    if not isinstance(body, dict):
        return {"ready": False, "error": "unexpected answer"}
    return {**body, "ready": answer.is_success and bool(body.get("ready", True))}
