"""The judge's page, the organiser's console and the JSON of a final, as a browser and a program meet them."""

import pytest

from services.judging.finals import service as finals
from shared.ids import new_id
from tests.integration.judging import builders
from tests.integration.judging.builders import CONTEST, ORGANISER
from tests.integration.judging.finals.builders import SLUG, give, named, opened


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


async def test_a_wrong_mark_does_not_hide_what_the_second_tablet_sent(store, browser):
    final = await opened(store)
    tablet = browser(final.judges[0])
    await tablet.open(f"/chung-khao/{SLUG}/cham")
    await give(store, final.slots[0], final.judges[0], 8)
    fields = {"slot_id": final.slots[0].id, "revision": "0", "marks.novelty": "99", "marks.effect": "12"}
    wrong = await tablet.submit(f"/chung-khao/{SLUG}/cham", {**fields, "client_key": tablet.client_key})
    assert wrong.status_code == 422
    assert 'name="revision" value="0"' in wrong.text
    clash = await tablet.submit(f"/chung-khao/{SLUG}/cham", {**fields, "marks.novelty": "5", "client_key": new_id()})
    assert clash.status_code == 409
    assert ">8,0<" in clash.text


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
