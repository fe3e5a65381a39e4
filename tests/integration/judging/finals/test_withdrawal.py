"""An accepted entry is taken back: the log says so once, the ranking leaves it out, its slot is over, the file shows it."""

import json
import re

from deploy import verify
from services.judging.copies import service as copies
from services.judging.finals import agents
from services.judging.finals import service as finals
from services.judging.finals.domain import SlotState
from services.judging.progress import service as progress
from services.judging.results import service as results
from services.judging.rubrics.domain import Round
from services.judging.scorelog import service as scorelog
from shared import topics
from shared.events.envelope import Envelope
from shared.events.submissions import EntryWithdrawn
from shared.inbox import Outcome, apply
from shared.mongo import Store
from tests.integration.judging import builders
from tests.integration.judging.builders import CHAIR, CONTEST, ORGANISER, START, outbox_rows
from tests.integration.judging.finals.builders import (
    SLUG,
    TheFinal,
    a_marked_round,
    act,
    drawn,
    finish,
    give,
    named,
    opened,
)


async def withdraw(store: Store, entry_id: str, seq: int = 1) -> Outcome:
    """The fact as the agent gets it."""
    gone = EntryWithdrawn(entry_id=entry_id, contest_id=CONTEST, owner_id=f"owner-of-{entry_id}")
    fact = Envelope.wrap(gone, subject=entry_id, seq=seq, by=gone.owner_id, time=START)
    return await apply(store, "finals.on_entries", topics.ENTRIES.order, fact, agents.on_entries)


async def shown(store: Store, round_: str) -> dict[str, tuple[str, int | None]]:
    """State and rank of every entry of a round."""
    places = (await results.standing(store.read, CONTEST, round_)).places
    return {place.entry_id: (place.state, place.rank) for place in places}


async def play_on(store: Store, final: TheFinal) -> None:
    """Mark and close what is left, lock, sign and publish."""
    for slot in await finals.slots(store.read, CONTEST):
        if slot.state is SlotState.DRAWN:
            await finals.open_slot(store, slot.id, act(ORGANISER))
        if slot.state in (SlotState.DRAWN, SlotState.OPEN):
            for judge in final.judges:
                await give(store, slot, judge)
            await finals.close_slot(store, slot.id, act(ORGANISER))
    await finals.lock(store, CONTEST, act(ORGANISER))
    await results.sign_off(store, CONTEST, act(CHAIR))
    await results.publish(store, CONTEST, act(ORGANISER))


async def test_a_withdrawal_is_logged_once_however_often_it_comes_and_names_nobody(store: Store) -> None:
    await a_marked_round(store)
    assert [await withdraw(store, "entry-0") for _ in range(2)] == [Outcome.APPLIED, Outcome.DOUBLE]
    await withdraw(store, "entry-0", seq=2)
    [line] = await scorelog.lines(store.read, CONTEST, kinds=("script.withdrawn",))
    assert line.data == {"entry_id": "entry-0", "at": "2026-10-01T08:00:00.000Z"}
    assert line.by == "system"


async def test_an_entry_that_was_never_accepted_leaves_no_line(store: Store) -> None:
    await builders.a_contest(store)
    await withdraw(store, "entry-0")
    assert await scorelog.lines(store.read, CONTEST) == []


async def test_a_withdrawn_script_is_not_ranked_though_its_sheets_are_sealed(store: Store) -> None:
    await a_marked_round(store)
    assert (await shown(store, "preliminary"))["entry-0"] == ("ranked", 1)
    await withdraw(store, "entry-0")
    assert await shown(store, "preliminary") == {
        "entry-1": ("ranked", 1),
        "entry-2": ("ranked", 2),
        "entry-0": ("withdrawn", None),
    }
    answer = await results.name_finalists(store, CONTEST, act(ORGANISER), codes=None, count=2, reason="")
    assert [one["rank"] for one in answer["finalists"]] == [1, 2]
    [line] = await scorelog.lines(store.read, CONTEST, kinds=("finalists.named",))
    assert line.data["left_out"] == ["entry-0"]
    await finish(store)
    await results.sign_off(store, CONTEST, act(CHAIR))
    await results.publish(store, CONTEST, act(ORGANISER))
    report = verify.examine((await results.file(store, SLUG))[1])
    assert report.faults == []
    assert any("1 bài đã rút" in line for line in report.lines)


async def test_a_finalist_who_withdraws_before_the_slot_opens_has_no_place_on_the_page_and_in_the_file(
    store: Store, browser
) -> None:
    final = await drawn(store)
    gone = final.slots[0]
    await withdraw(store, gone.entry_id)
    after = {slot.id: slot.state for slot in await finals.slots(store.read, CONTEST)}
    assert after[gone.id] is SlotState.WITHDRAWN
    [row] = await outbox_rows(store, gone.id)
    assert (row["type"], json.loads(row["value"])["data"]["outcome"]) == ("judging.slot.closed.v1", "withdrawn")
    await play_on(store, final)
    # The written round was signed before: it stays as it was signed.
    assert (await shown(store, "preliminary"))[gone.entry_id][0] == "ranked"
    result, content = await results.file(store, SLUG)
    assert [one.model_dump() for one in result.unplaced] == [{"entry_id": gone.entry_id, "state": "withdrawn"}]
    assert verify.examine(content).faults == []
    page = await browser(CHAIR).open(f"/ket-qua/{SLUG}")
    assert "Đã rút" in page.text


async def test_a_finalist_who_withdraws_before_the_draw_is_not_drawn_and_is_shown_as_withdrawn(store: Store) -> None:
    panel = await named(store)
    await withdraw(store, "entry-0")
    await finals.draw(store, CONTEST, act(ORGANISER), asked="a seed", fresh="")
    assert [slot.entry_id for slot in await finals.slots(store.read, CONTEST)] == ["entry-1"]
    await play_on(store, TheFinal([], panel))
    result, content = await results.file(store, SLUG)
    assert [(one.entry_id, one.state) for one in result.unplaced] == [("entry-0", "withdrawn")]
    assert verify.examine(content).faults == []


async def test_a_finalist_who_withdraws_on_stage_finishes_the_slot_and_is_not_ranked(store: Store) -> None:
    final = await opened(store)
    gone = final.slots[0]
    await withdraw(store, gone.entry_id)
    assert (await finals.slots(store.read, CONTEST))[0].state is SlotState.OPEN
    await play_on(store, final)
    assert (await shown(store, "final"))[gone.entry_id] == ("withdrawn", None)


async def test_a_withdrawal_after_the_signature_moves_nothing_that_was_signed(store: Store) -> None:
    final = await drawn(store)
    await finals.set_aside(store, final.slots[0].id, act(ORGANISER), outcome=SlotState.ABSENT, reason="Ốm")
    await play_on(store, final)
    before = await shown(store, "final")
    await withdraw(store, final.slots[1].entry_id)
    assert await shown(store, "final") == before


async def test_the_judges_queue_drops_a_withdrawn_script_with_a_word_and_the_chair_does_not_wait_for_it(
    store: Store, browser
) -> None:
    _, _, given = await builders.a_written_round(store)
    await builders.a_sealed_sheet(store, given[0])
    waiting = next(one for one in given if one.entry_id != given[0].entry_id)
    for one in (given[0], waiting):
        await withdraw(store, one.entry_id)
    judge = browser(builders.the_judge(waiting))
    code = (await copies.script(store.read, waiting.entry_id)).code
    page = (await judge.open("/cham-thi")).text
    # The same judge may hold the other script that left: the word lists both, in any order.
    listed = re.search(r"Tác giả đã rút khỏi cuộc thi: ([^<]+)\.<", page)
    assert listed
    assert code in listed[1].split(", ")
    assert f"/cham-thi/phieu/{waiting.id}" not in page
    assert waiting.id not in (await judge.call("GET", "/queue")).text
    assert "Tác giả đã rút bài này" in (await judge.open(f"/cham-thi/phieu/{waiting.id}")).text
    sealer = browser(builders.the_judge(given[0]))
    assert given[0].id in (await sealer.call("GET", "/queue")).text
    standing = await progress.standing(store, CONTEST, Round.PRELIMINARY, CHAIR)
    # Eight sheets of four scripts; of the two that left only the sealed one still counts.
    assert standing.assigned == 5
