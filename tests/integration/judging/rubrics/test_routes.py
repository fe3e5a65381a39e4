"""The rubric's page and call: new versions until the first mark, faults at their fields, what was typed is kept."""

import re
from collections.abc import Callable
from typing import Any

from services.judging.rubrics import service
from services.judging.rubrics.domain import Round
from shared.identity import Person
from shared.mongo import Store
from tests.integration.judging.builders import (
    CHAIR,
    CONTEST,
    ORGANISER,
    START,
    Browser,
    a_contest,
    a_rubric,
    a_sealed_sheet,
    a_written_round,
)

SignIn = Callable[[Person], Browser]
PAGE = f"/cham-thi/quan-ly/{CONTEST}/tieu-chi/so-khao"
CALL = f"/contests/{CONTEST}/rubrics/preliminary"
BODY: dict[str, Any] = {
    "criteria": [
        {"id": "a", "title": "Tính mới", "max": "10", "source": "Kế hoạch 34/KH-UBND 2019, I.2", "goal": "G1"}
    ],
    "step": "0.5",
    "readers": 2,
    "gap_limit": "2",
    "third_reader": True,
    "quorum": 1,
}


def typed(**changes: str) -> dict[str, str]:
    return {
        "version": "0",
        "criteria.0.id": "",
        "criteria.0.title": "Tính mới",
        "criteria.0.max": "10",
        "criteria.1.title": "",
        "criteria.1.max": "",
        "criteria.2.title": "Hiệu quả",
        "criteria.2.max": "7,5",
        "step": "0,5",
        "readers": "2",
        "quorum": "2",
        "gap_limit": "3,5",
        "third_reader": "1",
        **changes,
    }


async def test_the_chair_writes_a_rubric_in_the_browser(store: Store, browser: SignIn) -> None:
    await a_contest(store)
    chair = browser(CHAIR)
    await chair.open(PAGE)
    answer = await chair.submit(PAGE, typed())
    assert answer.status_code == 303, answer.text
    kept = await service.get(store.read, CONTEST, Round.PRELIMINARY)
    assert [(one.id, str(one.max)) for one in kept.criteria] == [("tinh-moi", "10"), ("hieu-qua", "7.5")]
    assert (str(kept.scale), str(kept.gap_limit), kept.third_reader, kept.comment_required) == (
        "17.5",
        "3.5",
        True,
        False,
    )
    shown = await chair.open(PAGE)
    assert "<strong>17,5</strong>" in shown.text
    assert 'value="hieu-qua"' in shown.text


async def test_faults_are_shown_at_their_fields_and_nothing_typed_is_lost(store: Store, browser: SignIn) -> None:
    await a_contest(store)
    chair = browser(CHAIR)
    await chair.open(PAGE)
    answer = await chair.submit(PAGE, typed(**{"criteria.2.max": "7,3", "quorum": "5"}))
    assert answer.status_code == 422
    assert "Hiệu quả: điểm tối đa phải chia hết cho bước điểm 0,5." in answer.text
    assert 'href="#criteria.1.max"' in answer.text
    assert 'value="7,3"' in answer.text
    words = await chair.submit(PAGE, typed(**{"criteria.0.max": "mười", "gap_limit": ""}))
    assert "Hãy nhập một số" in words.text
    assert 'value="mười"' in words.text
    assert await service.find(store.read, CONTEST, Round.PRELIMINARY) is None


async def test_a_rubric_that_changed_meanwhile_is_not_overwritten(store: Store, browser: SignIn) -> None:
    await a_contest(store)
    chair = browser(CHAIR)
    await chair.open(PAGE)
    await a_rubric(store)
    refused = await chair.submit(PAGE, typed())
    assert refused.status_code == 409
    kept = await service.get(store.read, CONTEST, Round.PRELIMINARY)
    assert (kept.version, kept.criteria[0].id) == (1, "novelty")
    assert 'value="Tính mới"' in refused.text, "what was typed is still in its field"
    assert 'value="3,5"' in refused.text
    theirs = refused.text.split("Có người vừa lưu bộ tiêu chí này")[1].split("<form")[0]
    assert all(one.title in theirs for one in kept.criteria)
    assert f'href="{PAGE}" target="_blank"' in theirs


async def test_whoever_saw_the_other_rubric_replaces_it_with_the_next_press(store: Store, browser: SignIn) -> None:
    await a_contest(store)
    chair = browser(CHAIR)
    await chair.open(PAGE)
    await a_rubric(store)
    refused = await chair.submit(PAGE, typed())
    carried = re.search(r'name="version" value="(\d+)"', refused.text)
    assert carried is not None
    assert (await chair.submit(PAGE, typed(version=carried[1]))).status_code == 303
    kept = await service.get(store.read, CONTEST, Round.PRELIMINARY)
    assert (kept.version, kept.criteria[0].id) == (2, "tinh-moi")


async def test_every_version_is_kept(store: Store, browser: SignIn) -> None:
    await a_contest(store)
    organiser = browser(ORGANISER)
    first = (await organiser.call("PUT", CALL, BODY)).json()
    second = (await organiser.call("PUT", CALL, {**BODY, "quorum": 2, "version": 1})).json()
    assert (first["version"], second["version"], second["total"]) == (1, 2, "10")
    assert (await organiser.call("GET", CALL)).json() == second
    kept = await store.read["rubric_versions"].find({"contest_id": CONTEST}, sort=[("version", 1)])
    assert [(one["version"], one["quorum"], one["saved_by"]) for one in kept] == [
        (1, 1, ORGANISER.id),
        (2, 2, ORGANISER.id),
    ]


async def test_after_the_first_seal_a_change_is_refused_with_its_reason(store: Store, browser: SignIn) -> None:
    _, _, given = await a_written_round(store)
    await a_sealed_sheet(store, given[0], at=START)
    chair = browser(CHAIR)
    refused = await chair.call("PUT", CALL, BODY)
    assert (refused.status_code, refused.json()["code"]) == (409, "rubric_frozen")
    shown = await chair.open(PAGE)
    assert "đã được dùng để chấm" in shown.text
    assert "<form" not in shown.text.split("</header>")[-1].split("<footer")[0]
    assert (await chair.submit(PAGE, typed(version="1"))).status_code == 409


async def test_others_neither_define_nor_guess(store: Store, browser: SignIn) -> None:
    await a_contest(store)
    stranger = browser(Person("x", "X", frozenset({("chair", "another-contest")})))
    assert (await stranger.call("PUT", CALL, BODY)).status_code == 403
    assert (await stranger.open(PAGE)).status_code == 403
    chair = browser(CHAIR)
    assert (await chair.open(PAGE.replace("so-khao", "vong-ba"))).status_code == 404
    assert (await chair.call("PUT", CALL, {**BODY, "unknown": 1})).status_code == 422
