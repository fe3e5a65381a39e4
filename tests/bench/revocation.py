"""From a role taken away to a closed door in each service: the time a token lives on after its revocation."""

import asyncio
import time

import httpx

from deploy.demo import cast
from deploy.demo.client import Api
from deploy.demo.progress import Bar
from tests.bench.figures import Figure, percentile

_PEOPLE = "/api/submissions/v1/people"
_DOORS = {
    "submissions": "/api/submissions/v1/register?contest_id=none",
    "judging": "/api/judging/v1/contests/none/progress",
    "notifications": "/api/notifications/v1/deliveries",
}
_STEP, _PATIENCE = 0.005, 30.0


async def revoke(url: str, administrator: tuple[str, str], count: int, bar: Bar) -> dict[str, list[float]]:
    """Seconds from the answer of the revocation to the first 401, `count` times for each service."""
    seconds: dict[str, list[float]] = {service: [] for service in _DOORS}
    async with Api(url, email=administrator[0], password=administrator[1]) as api:
        for number in range(count):
            await _one(api, url, f"thu-hoi-{time.time_ns()}-{number}@sangkien.example", seconds)
            bar.step()
    return seconds


async def _one(api: Api, url: str, email: str, seconds: dict[str, list[float]]) -> None:
    roles = [{"role": "organiser", "scope": "*"}]
    body = {"name": "Trần Văn Đo", "email": email, "password": cast.PASSWORD, "roles": roles, "kind": "resident"}
    person_id = (await api.make(_PEOPLE, body))["person_id"]
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30, headers={"Origin": url}) as client:
        session = await client.post("/api/submissions/v1/sessions", json={"email": email, "password": cast.PASSWORD})
        client.headers["Authorization"] = f"Bearer {session.json()['token']}"
        for door in _DOORS.values():  # let in, whatever there is to see
            if (await client.get(door)).status_code == httpx.codes.UNAUTHORIZED:
                raise RuntimeError(f"a new organiser was not let in at {door}")
        await api.put(f"{_PEOPLE}/{person_id}/roles", {"roles": []})
        begun = time.monotonic()
        waits = [_shut(client, door, begun) for door in _DOORS.values()]
        for service, waited in zip(_DOORS, await asyncio.gather(*waits), strict=True):
            seconds[service].append(waited)


async def _shut(client: httpx.AsyncClient, door: str, begun: float) -> float:
    while (await client.get(door)).status_code != httpx.codes.UNAUTHORIZED:
        if time.monotonic() - begun > _PATIENCE:
            raise RuntimeError(f"a revoked organiser is still let in at {door}")
        await asyncio.sleep(_STEP)
    return time.monotonic() - begun


def figures(seconds: dict[str, list[float]]) -> list[Figure]:
    """The lines of the table."""
    return [
        Figure(
            f"revoked role to closed door, {service}: p50 / max, ms",
            f"{percentile(found, 0.5) * 1000:,.0f} / {max(found) * 1000:,.0f}",
            note=f"{len(found)} revocations, from the answer of the administrator's request",
        )
        for service, found in seconds.items()
    ]
