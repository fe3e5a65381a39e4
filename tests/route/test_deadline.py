"""The last second: hundreds of hand-ins around the closing instant, judged by when they were here and by nothing else.

HAND_INS=5000 plays the great number in waves; without it one wave is played.
"""

import asyncio
import os
import random
from datetime import datetime

import pytest

from deploy.demo import cast
from deploy.demo.client import Api
from deploy.local.system import System
from tests.route import hand_ins, playing
from tests.route.hand_ins import ENTRIES, Drafts
from tests.route.wires import Answer, Wire, seconds_until

pytestmark = pytest.mark.timeout(1800)
WAVE = 120
NUMBER = int(os.environ.get("HAND_INS", WAVE))
_AROUND = 0.05
_SETTLED = 8.0
"""Seconds for the edition with the new closing instant and until the requests are all on their way, on a slow machine."""


async def _wave(system: System, number: int, seed: int) -> tuple[Drafts, datetime, dict[str, Answer]]:
    """`number` requests wait for their last byte, which goes out within 50 ms of the closing instant."""
    drafts, chance = await hand_ins.prepare(system, number), random.Random(seed)
    closing = hand_ins.soon(_SETTLED + 0.01 * number)
    await hand_ins.close_at(system, drafts, closing)
    answers: dict[str, Answer] = {}

    async def hand_in(entry_id: str, token: str, offset: float) -> None:
        wire = Wire(system.url, token, f"{ENTRIES}/{entry_id}/submit", {"client_key": f"once-{entry_id}"})
        answers[entry_id] = await wire.send(lambda: seconds_until(closing) + offset)

    offsets = [chance.uniform(-_AROUND, _AROUND) for _ in drafts.ids]
    await asyncio.gather(*(hand_in(*one, offset) for one, offset in zip(drafts.ids, offsets, strict=True)))
    return drafts, closing, answers


def _misjudged(closing: datetime, answer: Answer) -> str:
    """Empty when the answer is right by the instant of arrival that it names, and that instant is possible."""
    if answer.status == 200:
        arrived = datetime.fromisoformat(answer.body["submitted_at"])
        wrong = arrived >= closing
    elif (answer.status, answer.body["code"]) == (409, "deadline_passed"):
        arrived = datetime.fromisoformat(answer.body["arrived_at"])
        wrong = arrived < closing or f"{arrived.microsecond // 1000:03d} ngày" not in answer.body["message"]
    else:
        return f"unexpected answer {answer.status} {answer.body}"
    # Instants are kept to the millisecond.
    impossible = arrived.timestamp() < answer.sent_at.timestamp() - 0.001 or arrived > answer.read_at
    return f"{answer.status} at {arrived}, sent {answer.sent_at}" if wrong or impossible else ""


async def _kept(system: System, drafts: Drafts, answers: dict[str, Answer]) -> list[str]:
    """Entries whose state or text is not what their answer says."""
    wrong, gate = [], asyncio.Semaphore(8)

    async def look(api: Api, entry_id: str) -> None:
        async with gate:
            there = await api.get(f"{ENTRIES}/{entry_id}")
        state = "submitted" if answers[entry_id].status == 200 else "draft"
        if there["state"] != state or {name: there[name] for name in drafts.texts[entry_id]} != drafts.texts[entry_id]:
            wrong.append(entry_id)

    async def owner(email: str) -> None:
        async with Api(system.url, email=email, password=cast.PASSWORD) as api:
            await asyncio.gather(*(look(api, one) for one in drafts.owners[email]))

    await asyncio.gather(*(owner(email) for email in drafts.owners))
    return wrong


def _lag(answer: Answer) -> float:
    """Seconds from just before the last byte went out to the instant of arrival that the answer names."""
    told = answer.body["submitted_at" if answer.status == 200 else "arrived_at"]
    return (datetime.fromisoformat(told) - answer.sent_at).total_seconds()


def test_around_the_deadline_nobody_is_misjudged_and_no_text_is_lost(system: System):
    accepted, refused, lags = 0, 0, list[float]()
    for wave in range(-(-NUMBER // 500)):
        drafts, closing, answers = playing.wait_for(_wave(system, min(500, NUMBER), seed=wave))
        assert len(answers) == len(drafts.ids)
        assert [said for one in answers.values() if (said := _misjudged(closing, one))] == []
        assert playing.wait_for(_kept(system, drafts, answers)) == []
        accepted += sum(one.status == 200 for one in answers.values())
        refused += sum(one.status == 409 for one in answers.values())
        lags += map(_lag, answers.values())
    lags.sort()
    late = f"{lags[len(lags) // 2] * 1000:.0f} ms later (median), {lags[-1] * 1000:.0f} ms at most"
    print(f"handed in {accepted}, refused {refused}, misjudged 0; stamped {late} than sent")
    assert refused > 0
    assert accepted > 0
