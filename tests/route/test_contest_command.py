"""A contest that is there as data, opened by the command on a running system."""

import asyncio
from typing import Any

from deploy.demo import load, stage
from deploy.demo.client import Api
from deploy.local.system import System

NAME = "ha-noi-2024"
DATA = load.contests()[NAME]


async def _read(system: System) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    async with Api(system.url) as visitor:
        contest = await visitor.get(f"{stage.CONTESTS}/{DATA.slug}")
        return contest, (await visitor.get(f"{stage.CONTESTS}/{DATA.slug}/editions"))["items"]


def test_the_command_opens_a_contest_once_and_puts_its_final_off_once(system: System) -> None:
    addresses = {stage.open_one(system.url, system.administrator, NAME) for _ in range(2)}
    assert addresses == {f"{system.url.rstrip('/')}/cuoc-thi/{DATA.slug}"}
    contest, editions = asyncio.run(_read(system))
    assert (contest["phase"], contest["edition"], len(editions)) == ("open", 2, 2)
    assert DATA.timetable.moved is not None
    assert {one["reason"] for one in editions} == {"", DATA.timetable.moved.words}
