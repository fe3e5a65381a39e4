"""A role that was taken away, an account that was closed: out of all three services, with the token that was good a moment ago."""

import time
from contextlib import closing

import httpx
import pytest

from deploy.demo import cast
from deploy.demo.client import Api
from deploy.local.system import System
from shared.ids import new_id
from tests.route.playing import Played, wait_for

pytestmark = pytest.mark.timeout(300)
_PEOPLE = "/api/submissions/v1/people"
_PATIENCE_SECONDS = 60


def doors(played: Played) -> dict[str, str]:
    """What an organiser of the played contest may read, one place in each service."""
    contest = played.desk.contest_id
    return {
        "submissions": f"/api/submissions/v1/register?contest_id={contest}",
        "judging": f"/api/judging/v1/contests/{contest}/progress",
        "notifications": "/api/notifications/v1/deliveries",
    }


def an_organiser(system: System, contest_id: str) -> tuple[str, httpx.Client]:
    """A new organiser of a contest with a token: person id and client."""
    email = f"bi-thu-quyen.{new_id()[-8:]}@sangkien.example"
    roles = [{"role": "entrant", "scope": "*"}, {"role": "organiser", "scope": contest_id}]
    body = {
        "name": "Trần Văn Hết Nhiệm Kỳ",
        "email": email,
        "password": cast.PASSWORD,
        "roles": roles,
        "kind": "resident",
    }

    async def make() -> str:
        async with Api(system.url, email=system.administrator[0], password=system.administrator[1]) as api:
            return str((await api.make(_PEOPLE, body))["person_id"])

    person_id = wait_for(make())
    client = httpx.Client(base_url=system.url, trust_env=False, timeout=30, headers={"Origin": system.url})
    token = client.post("/api/submissions/v1/sessions", json={"email": email, "password": cast.PASSWORD}).json()[
        "token"
    ]
    client.headers["Authorization"] = f"Bearer {token}"
    return person_id, client


def revoke(system: System, person_id: str) -> None:
    """Take the organiser's role away; the person stays an entrant."""

    async def put() -> None:
        async with Api(system.url, email=system.administrator[0], password=system.administrator[1]) as api:
            await api.put(f"{_PEOPLE}/{person_id}/roles", {"roles": [{"role": "entrant", "scope": "*"}]})

    wait_for(put())


def wait_until(client: httpx.Client, door: str, status: int) -> None:
    """Until the door answers so; fails when it never does."""
    begun = time.monotonic()
    while client.get(door).status_code != status:
        assert time.monotonic() - begun < _PATIENCE_SECONDS, door
        time.sleep(0.02)


def test_who_lost_a_role_is_out_of_all_three_services_with_the_old_token(system: System, played: Played) -> None:
    person_id, client = an_organiser(system, played.desk.contest_id)
    with closing(client):
        for door in doors(played).values():
            wait_until(client, door, httpx.codes.OK)
        revoke(system, person_id)
        assert client.get(doors(played)["submissions"]).status_code == httpx.codes.UNAUTHORIZED, "at once, not soon"
        for door in doors(played).values():
            wait_until(client, door, httpx.codes.UNAUTHORIZED)
