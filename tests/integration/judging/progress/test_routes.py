"""The chair's pages: the lot in the browser, progress by judge from the board, gaps and missing third readers."""

import json
from collections.abc import Callable

from services.judging.juries import service as juries
from services.judging.progress import service
from services.judging.rubrics.domain import Round
from services.judging.sheets import service as sheets
from shared.events.judging import SheetSealed
from shared.identity import Person
from shared.ids import new_id
from shared.mongo import Store
from tests.integration.judging.builders import (
    CHAIR,
    CONTEST,
    Browser,
    a_contest,
    a_judge,
    a_person,
    a_rubric,
    a_script,
    a_sealed_sheet,
    a_written_round,
    some_judges,
    the_judge,
)

SignIn = Callable[[Person], Browser]
PAGE = f"/cham-thi/quan-ly/{CONTEST}"
ROUND = Round.PRELIMINARY


async def count(store: Store, sheet_id: str) -> None:
    """What the agent does with the fact of a sealed sheet."""
    row = await store.read["outbox"].find_one({"key": sheet_id})
    assert row is not None
    fact = SheetSealed.model_validate(json.loads(row["value"])["data"])
    await service.count_sealed(store.read, fact)


async def test_contests_of_one_name_are_told_apart_by_their_short_names(store: Store, browser: SignIn) -> None:
    await a_contest(store, name="Cuộc thi sáng kiến", short_name="Sáng kiến 2019")
    await a_contest(store, "contest-2", slug="lan-hai", name="Cuộc thi sáng kiến", short_name="Sáng kiến 2020")
    everywhere = Person("chair-of-all", "Trưởng ban", frozenset({("chair", "*")}))
    shown = (await browser(everywhere).open("/cham-thi")).text
    assert shown.count("Cuộc thi sáng kiến") == 2
    assert "Sáng kiến 2019 · Quản lý chấm thi" in shown
    assert "Sáng kiến 2020 · Quản lý chấm thi" in shown


async def test_the_chair_sets_up_and_draws_in_the_browser(store: Store, browser: SignIn) -> None:
    await a_contest(store)
    await some_judges(store, 3)
    scripts = [await a_script(store) for _ in range(3)]
    chair = browser(CHAIR)
    assert "Chưa đặt" in (await chair.open(PAGE)).text
    early = await chair.open(f"{PAGE}/ban-giam-khao")
    assert early.status_code == 200
    refused = await chair.submit(f"{PAGE}/ban-giam-khao/rut-tham", {"client_key": chair.client_key, "seed": "abc"})
    assert refused.status_code == 409
    assert "chưa có bộ tiêu chí" in refused.text
    assert 'value="abc"' in refused.text
    await a_rubric(store)
    typed = {"judge_id": "judge-1", "code": scripts[0].code.lower(), "reason": "Cùng dự án"}
    assert (await chair.submit(f"{PAGE}/xung-dot", typed)).status_code == 303
    drawn = await chair.submit(f"{PAGE}/ban-giam-khao/rut-tham", {"client_key": chair.client_key, "seed": ""})
    assert drawn.status_code == 303
    given = await juries.assignments(store.read, CONTEST, ROUND)
    assert len(given) == 6
    assert (scripts[0].entry_id, "judge-1") not in {(one.entry_id, one.judge_id) for one in given}
    shown = await chair.open(f"{PAGE}/ban-giam-khao")
    assert all(one.name in shown.text for one in await some_judges(store, 3))
    assert not any(one.entry_id in shown.text or f"author-of-{one.entry_id}" in shown.text for one in scripts)


async def test_progress_follows_the_board_and_a_second_delivery_changes_nothing(store: Store, browser: SignIn) -> None:
    _, _, given = await a_written_round(store)
    await a_sealed_sheet(store, given[0])
    await count(store, given[0].id)
    await count(store, given[0].id)
    chair = browser(CHAIR)
    body = (await chair.call("GET", f"/contests/{CONTEST}/progress")).json()
    assert (body["assigned"], body["sealed"]) == (8, 1)
    by_judge = {one["judge_id"]: one["sealed"] for one in body["judges"]}
    assert by_judge[given[0].judge_id] == 1
    assert "<strong>1/8</strong>" in (await chair.open(PAGE)).text


async def test_a_gap_without_a_third_reader_is_shown_and_settled_when_a_judge_joins(
    store: Store, browser: SignIn
) -> None:
    scripts, _, given = await a_written_round(store, scripts=1, judges=2)
    await a_sealed_sheet(store, given[0], 10, 20)
    await a_sealed_sheet(store, given[1], 0, 0)
    chair = browser(CHAIR)
    shown = await chair.open(PAGE)
    assert scripts[0].code in shown.text
    assert "Rút thăm người chấm thứ ba còn thiếu" in shown.text
    gaps = (await chair.call("GET", f"/contests/{CONTEST}/progress")).json()["gaps"]
    assert gaps == [{"code": scripts[0].code, "gap": "30.0", "third_reader": False}]
    in_vain = await chair.submit(f"{PAGE}/nguoi-cham-thu-ba", {}, follow_redirects=True)
    assert "Chưa tìm được giám khảo" in in_vain.text
    await a_person(store, a_judge("late"), unit_id="another-unit")
    found = await chair.submit(f"{PAGE}/nguoi-cham-thu-ba", {}, follow_redirects=True)
    assert "Đã rút thăm 1 người chấm thứ ba" in found.text
    third = next(one for one in await juries.assignments(store.read, CONTEST, ROUND) if one.third)
    assert third.judge_id == "late"
    assert [row.third for row in await sheets.queue(store, the_judge(third))] == [True]


async def test_the_lot_and_the_scripts_over_json(store: Store, browser: SignIn) -> None:
    await a_contest(store)
    await some_judges(store, 2)
    scripts = [await a_script(store) for _ in range(2)]
    await a_rubric(store)
    chair = browser(CHAIR)
    before = (await chair.call("GET", f"/contests/{CONTEST}/scripts")).json()
    assert (before["coded"], before["waiting"]) == (2, 2)
    assert {one["code"] for one in before["items"]} == {one.code for one in scripts}
    ask = {"client_key": new_id(), "round": "preliminary"}
    first, again = [await chair.call("POST", f"/contests/{CONTEST}/assignments", ask) for _ in range(2)]
    assert first.json()["loads"] == [{"judge_id": "judge-1", "scripts": 2}, {"judge_id": "judge-2", "scripts": 2}]
    assert first.content == again.content
    other = {"client_key": ask["client_key"], "seed": "another"}
    assert (await chair.call("POST", f"/contests/{CONTEST}/assignments", other)).status_code == 422
    after = (await chair.call("GET", f"/contests/{CONTEST}/scripts")).json()
    assert (after["waiting"], {one["readers"] for one in after["items"]}) == (0, {2})
