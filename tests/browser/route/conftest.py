"""Contests at every stage of the route, seeded over JSON, and windows for the people who go on from there."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from deploy.demo import cast, driver, marking
from deploy.demo.client import Api
from deploy.local.system import System
from shared.ids import new_id
from tests.browser.route.visiting import Windows
from tests.route import playing
from tests.route.playing import Stage

FINALISTS = 2


@dataclass(frozen=True)
class Stages:
    """One contest for each part of the route."""

    called: Stage
    handed_in: Stage
    accepted: Stage
    assigned: Stage
    marked: Stage
    final: Stage
    organiser: str
    """The address of an organiser of every contest."""


async def _organiser(system: System) -> str:
    email = f"to.chuc.{new_id()[-6:]}@sangkien.example"
    async with Api(system.url, email=system.administrator[0], password=system.administrator[1]) as admin:
        account = {"name": "Lê Thị Tổ Chức", "email": email, "password": cast.PASSWORD, "kind": "official"}
        await admin.make(cast.PEOPLE, {**account, "roles": [{"role": "organiser", "scope": "*"}]})
    return email


async def _up_to(system: System, stage: str, entries: int) -> Stage:
    size = driver.Size(entries=entries, judges=4, finalists=FINALISTS)
    made = await playing.hand_in_to_the_desk(await playing.prepare(system, size))
    steps = ["handed_in", "accepted", "assigned", "marked", "final"]
    for step in steps[1 : steps.index(stage) + 1]:
        match step:
            case "accepted":
                await playing.take_in(made)
            case "assigned":
                await marking.assign(made.desk, entries)
            case "marked":
                await marking.mark_all(made.desk, playing.BAR)
            case "final":
                await marking.name_finalists(made.desk, FINALISTS)
    return made


async def _seed(system: System) -> Stages:
    called = await playing.prepare(system, driver.Size(entries=1, judges=2, finalists=FINALISTS))
    made = {stage: await _up_to(system, stage, 4) for stage in ("handed_in", "accepted", "assigned", "marked", "final")}
    return Stages(called=called, organiser=await _organiser(system), **made)


@pytest.fixture(scope="session")
def stages(system: System) -> Stages:
    """All of them, before anybody signs in: the token of a session names the roles that its owner had then."""
    return playing.wait_for(_seed(system))


@pytest.fixture(scope="session")
def all_windows(browser: Browser, system: System, stages: Stages) -> Windows:
    return Windows(browser, system.url)


@pytest.fixture
def windows(all_windows: Windows) -> Iterator[Windows]:
    """Windows that are closed when the test ends; anything a person would stumble over fails it."""
    with all_windows.closing() as opened:
        yield opened
