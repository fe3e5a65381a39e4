"""The throttle on the real site: it knows a guesser by the address that the front door sees, not by what is claimed."""

import httpx
import pytest

from deploy.local.system import System
from services.submissions.credentials.domain import window_of
from shared.clock import now
from shared.ids import new_id

pytestmark = pytest.mark.timeout(300)


def _guesses(system: System, address: str, *, place: str, number: int) -> list[int]:
    """Each guess says that it comes from somewhere else."""
    headers = {"Origin": system.url}
    with httpx.Client(
        base_url=system.url, headers=headers, transport=httpx.HTTPTransport(local_address=place), timeout=30
    ) as client:
        return [
            client.post(
                "/api/submissions/v1/sessions",
                json={"email": address, "password": f"đoán lần {turn}"},
                headers={"X-Forwarded-For": f"203.0.113.{turn}"},
            ).status_code
            for turn in range(number)
        ]


def test_a_guesser_cannot_pretend_to_be_many_and_a_neighbour_is_not_taken_for_one(system: System):
    address, answers, window = "", list[int](), None
    while window != window_of(now()):  # guesses are counted by the quarter of an hour, and one may end in between
        address, window = f"ai-do.{new_id()[-8:]}@sangkien.example", window_of(now())
        answers = _guesses(system, address, place="127.0.0.66", number=13)
    assert answers == [401] * 10 + [429] * 3
    assert _guesses(system, address, place="127.0.0.67", number=1) == [401]
