"""The final on a real database: one writer per judge and slot, an unbroken log, and nothing after the lock."""

import asyncio
from decimal import Decimal

import pytest

from services.judging.finals import domain
from services.judging.finals import service as finals
from services.judging.finals.domain import FinalState, SlotState
from services.judging.rubrics import service as rubrics
from services.judging.rubrics.domain import MarksInvalid
from services.judging.scorelog import domain as chain
from services.judging.scorelog import service as scorelog
from shared.errors import Forbidden, NotFound
from shared.ids import new_id
from tests.integration.judging import builders
from tests.integration.judging.builders import CONTEST, ORGANISER, marks, outbox_rows
from tests.integration.judging.finals.builders import SLUG, act, drawn, give, locked, named, opened, play


async def given_lines(store):
    return await scorelog.lines(store.read, CONTEST, "final", kinds=("score.given",))


async def test_the_order_is_drawn_from_its_recorded_seed_and_told(store):
    final = await drawn(store)
    assert sorted(slot.entry_id for slot in final.slots) == ["entry-0", "entry-1"]
    assert [slot.position for slot in final.slots] == [1, 2]
    [line] = await scorelog.lines(store.read, CONTEST, kinds=("order.drawn",))
    assert line.data["seed"] == "a seed"
    [row] = await outbox_rows(store, CONTEST)
    assert row["type"] == "judging.running-order.drawn.v1"
    assert (await rubrics.get(store.read, CONTEST, "final")).frozen_at is not None


async def test_the_same_key_draws_once_although_each_attempt_brings_a_fresh_seed(store):
    await named(store)
    key = new_id()
    first = await finals.draw(store, CONTEST, act(ORGANISER, key), asked=None, fresh="one")
    assert await finals.draw(store, CONTEST, act(ORGANISER, key), asked=None, fresh="two") == first
    with pytest.raises(domain.OrderAlreadyDrawn):
        await finals.draw(store, CONTEST, act(ORGANISER), asked=None, fresh="three")


async def test_there_is_nothing_to_draw_before_the_finalists_are_named(store):
    await builders.a_contest(store)
    with pytest.raises(domain.NoFinalists):
        await finals.draw(store, CONTEST, act(ORGANISER), asked=None, fresh="one")


async def test_two_slots_opened_at_once_leave_one_open(store):
    final = await drawn(store)
    outcomes = await asyncio.gather(
        *(finals.open_slot(store, slot.id, act(ORGANISER)) for slot in final.slots), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["AnotherSlotOpen", "dict"]
    states = [slot.state for slot in await finals.slots(store.read, CONTEST)]
    assert sorted(states) == [SlotState.DRAWN, SlotState.OPEN]


async def test_a_score_is_a_log_line_and_a_fact_with_its_total_read_back(store):
    final = await opened(store)
    answer = await give(store, final.slots[0], final.judges[0], "7.5", "15")
    assert answer == {"total": "22.5", "revision": 1}
    [line] = await given_lines(store)
    assert (line.data["total"], line.data["marks"]) == ("22.5", {"novelty": "7.5", "effect": "15.0"})
    rows = await outbox_rows(store, final.slots[0].id)
    assert [(row["type"], row["seq"]) for row in rows] == [
        ("judging.slot.opened.v1", 1),
        ("judging.score.given.v1", 2),
    ]


async def test_twenty_racers_with_one_key_leave_one_line_and_get_one_answer(store):
    final = await opened(store)
    key = new_id()
    answers = await asyncio.gather(*(give(store, final.slots[0], final.judges[0], key=key) for _ in range(20)))
    assert all(answer == answers[0] for answer in answers)
    assert len(await given_lines(store)) == 1


async def test_judges_who_mark_at_once_leave_an_unbroken_chain_and_every_mark(store):
    final = await opened(store, judges=8)
    await asyncio.gather(*(give(store, final.slots[0], judge) for judge in final.judges))
    assert {line.by for line in await given_lines(store)} == {judge.id for judge in final.judges}
    chain.verify(await scorelog.lines(store.read, CONTEST))
    rows = await outbox_rows(store, final.slots[0].id)
    assert [row["seq"] for row in rows] == list(range(1, 10))


async def test_the_second_tablet_with_an_old_revision_gets_both_values_and_changes_nothing(store):
    final = await opened(store)
    slot, judge = final.slots[0], final.judges[0]
    await give(store, slot, judge, 8)
    with pytest.raises(domain.StaleScore) as stale:
        await give(store, slot, judge, 5, revision=0)
    assert stale.value.details["stored"]["novelty"] == "8.0"
    assert Decimal(stale.value.details["yours"]["novelty"]) == 5
    assert len(await given_lines(store)) == 1
    assert (await give(store, slot, judge, 5, revision=1))["revision"] == 2


async def test_two_tablets_at_once_leave_one_winner(store):
    final = await opened(store)
    outcomes = await asyncio.gather(
        *(give(store, final.slots[0], final.judges[0], novelty) for novelty in (5, 6, 7)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["StaleScore", "StaleScore", "dict"]
    assert len(await given_lines(store)) == 1


async def test_marks_that_do_not_fit_the_rubric_are_refused(store):
    final = await opened(store)
    for novelty in ("10.5", "7.3", "-1"):
        with pytest.raises(MarksInvalid):
            await give(store, final.slots[0], final.judges[0], novelty)
    assert await given_lines(store) == []


async def test_strangers_and_judges_of_other_contests_find_no_slot(store):
    final = await opened(store)
    with pytest.raises(NotFound):
        await give(store, final.slots[0], builders.a_judge(scope="contest-2"))
    with pytest.raises(NotFound):
        await give(store, final.slots[0], ORGANISER)
    with pytest.raises(Forbidden):
        await finals.close_slot(store, final.slots[0].id, act(final.judges[0]))


async def test_a_judge_of_the_entrants_unit_may_not_mark_that_entry(store):
    final = await opened(store)
    slot = final.slots[0]
    cousin = await builders.a_person(store, builders.a_judge("cousin"), unit_id=f"unit-of-{slot.entry_id}")
    with pytest.raises(domain.JudgeExcluded):
        await give(store, slot, cousin)
    assert cousin.id not in {judge.id for judge in await finals.panel(store.read, slot)}
    assert cousin.id in {judge.id for judge in await finals.panel(store.read, final.slots[1])}


async def test_a_judge_who_steps_back_is_out_of_the_panel_and_the_reason_stays_private(store):
    final = await opened(store)
    slot, judge = final.slots[0], final.judges[0]
    with pytest.raises(domain.ReasonNeeded):
        await finals.recuse(store, slot.id, act(judge), reason="")
    await finals.recuse(store, slot.id, act(judge), reason="Người dự thi là học trò cũ")
    with pytest.raises(domain.JudgeExcluded):
        await give(store, slot, judge)
    [line] = await scorelog.lines(store.read, CONTEST, "final", kinds=("judge.recused",))
    assert "reason" not in line.data
    await give(store, slot, final.judges[1])
    with pytest.raises(domain.AlreadyScored):
        await finals.recuse(store, slot.id, act(final.judges[1]), reason="muộn")


async def test_a_slot_is_closed_at_the_quorum_and_below_it_only_with_a_reason(store):
    final = await opened(store)
    slot = final.slots[0]
    await give(store, slot, final.judges[0])
    with pytest.raises(domain.BelowQuorum):
        await finals.close_slot(store, slot.id, act(ORGANISER))
    await give(store, slot, final.judges[1])
    await finals.close_slot(store, slot.id, act(ORGANISER))
    with pytest.raises(domain.SlotNotOpen):
        await give(store, slot, final.judges[2])


async def test_closing_races_a_score_and_either_it_counts_or_it_is_refused(store):
    final = await opened(store)
    slot = final.slots[0]
    for judge in final.judges[:2]:
        await give(store, slot, judge)
    late, closed = await asyncio.gather(
        give(store, slot, final.judges[2]),
        finals.close_slot(store, slot.id, act(ORGANISER)),
        return_exceptions=True,
    )
    assert closed["state"] == "closed"
    lines = await scorelog.lines(store.read, CONTEST, "final", kinds=("score.given", "slot.closed"))
    assert lines[-1].kind == "slot.closed"
    assert len(lines) - 1 == lines[-1].data["judges"] == (3 if isinstance(late, dict) else 2)


async def test_after_the_lock_nothing_is_written_ever(store):
    final = await locked(store)
    slot, before = final.slots[0], await scorelog.head(store.read, CONTEST)
    attempts = [
        give(store, slot, final.judges[0], revision=1),
        finals.open_slot(store, slot.id, act(ORGANISER)),
        finals.close_slot(store, slot.id, act(ORGANISER), reason="vì thế"),
        finals.set_aside(store, slot.id, act(ORGANISER), outcome=SlotState.ABSENT, reason="vì thế"),
        finals.recuse(store, slot.id, act(final.judges[0]), reason="vì thế"),
        finals.lock(store, CONTEST, act(ORGANISER)),
    ]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert [type(one).__name__ for one in outcomes] == ["FinalIsLocked"] * len(attempts)
    assert await scorelog.head(store.read, CONTEST) == before
    assert (await finals.final(store.read, CONTEST)).state is FinalState.LOCKED


async def test_the_final_is_not_locked_while_a_slot_waits(store):
    final = await opened(store)
    with pytest.raises(domain.SlotsUnfinished):
        await finals.lock(store, CONTEST, act(ORGANISER))
    for slot in final.slots:
        await finals.set_aside(store, slot.id, act(ORGANISER), outcome=SlotState.ABSENT, reason="Không đến")
    assert (await finals.lock(store, CONTEST, act(ORGANISER)))["state"] == "locked"


async def test_the_marking_page_works_without_scripts_and_reads_the_total_back(store, browser):
    final = await opened(store)
    tablet = browser(final.judges[0])
    page = await tablet.open(f"/chung-khao/{SLUG}/cham")
    assert final.slots[0].title in page.text
    fields = {"slot_id": final.slots[0].id, "revision": "0", "marks.novelty": "7,5", "marks.effect": "15"}
    answer = await tablet.submit(
        f"/chung-khao/{SLUG}/cham", {**fields, "client_key": tablet.client_key}, follow_redirects=True
    )
    assert "Đã gửi: 22,5 điểm, lần gửi 1." in answer.text
    assert 'value="7,5"' in answer.text


async def test_a_wrong_mark_keeps_everything_that_was_typed(store, browser):
    final = await opened(store)
    tablet = browser(final.judges[0])
    await tablet.open(f"/chung-khao/{SLUG}/cham")
    fields = {"slot_id": final.slots[0].id, "revision": "0", "marks.novelty": "99", "marks.effect": "15,5"}
    answer = await tablet.submit(f"/chung-khao/{SLUG}/cham", {**fields, "client_key": tablet.client_key})
    assert answer.status_code == 422
    assert 'value="99"' in answer.text
    assert 'value="15,5"' in answer.text
    assert "vượt mức tối đa" in answer.text


async def test_the_page_of_the_second_tablet_shows_both_values(store, browser):
    final = await opened(store)
    tablet = browser(final.judges[0])
    await tablet.open(f"/chung-khao/{SLUG}/cham")
    await give(store, final.slots[0], final.judges[0], 8)
    fields = {"slot_id": final.slots[0].id, "revision": "0", "marks.novelty": "5", "marks.effect": "12"}
    answer = await tablet.submit(f"/chung-khao/{SLUG}/cham", {**fields, "client_key": tablet.client_key})
    assert answer.status_code == 409
    assert "Hai thiết bị gửi điểm khác nhau" in answer.text
    assert 'value="5"' in answer.text
    assert ">8,0<" in answer.text
    assert 'name="revision" value="1"' in answer.text


async def test_the_console_runs_a_final_from_the_draw_to_the_lock(store, browser):
    panel = await named(store)
    console, base = browser(ORGANISER), f"/chung-khao/{SLUG}/dieu-hanh"

    async def step(name, **fields):
        await console.open(base)
        answer = await console.submit(f"{base}/{name}", {"client_key": new_id(), **fields}, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return answer.text

    assert "Đã bốc thăm" in await step("boc-tham")
    for slot in await finals.slots(store.read, CONTEST):
        await step("mo", slot_id=slot.id)
        for judge in panel[:2]:
            await give(store, slot, judge)
        shown = (await console.open(base)).text
        assert "2/3" in shown
        assert panel[2].name in shown
        assert "Đã đóng" in await step("dong", slot_id=slot.id)
    answer = await console.submit(f"{base}/khoa", {"client_key": new_id()})
    assert answer.status_code == 422
    assert "Đã khóa vòng chung khảo" in await step("khoa", confirm="1")


@pytest.mark.parametrize("path", ["cham", "dieu-hanh"])
async def test_the_desks_of_a_final_are_closed_to_others(store, browser, path):
    await opened(store)
    for stranger in (builders.a_judge(scope="contest-2"), ORGANISER if path == "cham" else builders.CHAIR):
        answer = await browser(stranger).open(f"/chung-khao/{SLUG}/{path}")
        assert answer.status_code in (403, 404)


async def test_a_final_is_played_over_json(store, browser):
    panel = await named(store)
    organiser = browser(ORGANISER)
    drawn_order = await organiser.call("POST", f"/contests/{CONTEST}/final/order", {"client_key": new_id()})
    assert [one["position"] for one in drawn_order.json()["slots"]] == [1, 2]
    slot_id = drawn_order.json()["slots"][0]["slot_id"]
    assert (await organiser.call("POST", f"/slots/{slot_id}/open", {"client_key": new_id()})).json()["state"] == "open"
    for judge in panel[:2]:
        body = {"client_key": new_id(), "revision": 0, "marks": {"novelty": "8", "effect": "15.5"}}
        answer = await browser(judge).call("PUT", f"/slots/{slot_id}/scores/mine", body)
        assert answer.json() == {"total": "23.5", "revision": 1}
        again = await browser(judge).call("PUT", f"/slots/{slot_id}/scores/mine", {**body, "client_key": new_id()})
        assert (again.status_code, again.json()["code"]) == (409, "stale_score")
        assert again.json()["stored"] == {"novelty": "8.0", "effect": "15.5"}
    closed = await organiser.call("POST", f"/slots/{slot_id}/close", {"client_key": new_id()})
    assert closed.json()["state"] == "closed"
    whole = (await organiser.call("GET", f"/contests/{CONTEST}/final")).json()
    assert [slot["state"] for slot in whole["slots"]] == ["closed", "drawn"]


async def test_marks_of_the_whole_final_are_in_the_log(store):
    final = await play(store)
    lines = await given_lines(store)
    assert len(lines) == len(final.slots) * len(final.judges)
    assert {line.data["total"] for line in lines} == {f"{sum(marks(n, 15).values()):.1f}" for n in (8, 9)}
