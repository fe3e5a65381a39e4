"""Conflicts that come to light after a script was given out, as the facts bring them: what is taken, what waits, who decides."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from services.judging.copies import service as copies
from services.judging.finals.agents import on_entries
from services.judging.juries import service as juries
from services.judging.juries.domain import Assignment
from services.judging.late_conflicts import domain, service
from services.judging.late_conflicts.domain import Choice, State
from services.judging.progress import service as progress
from services.judging.results import service as results
from services.judging.scorelog import domain as chain
from services.judging.scorelog import service as scorelog
from services.judging.sheets import service as sheets
from services.judging.sheets.domain import SheetHeld, SheetState
from shared import topics
from shared.errors import Forbidden, NotFound
from shared.events.envelope import Envelope
from shared.events.judging import SheetSealed
from shared.events.submissions import EntryAttributed
from shared.identity import Person
from shared.ids import new_id
from shared.inbox import Outcome, apply
from shared.mongo import Store
from tests.integration.judging.builders import (
    CHAIR,
    CONTEST,
    ORGANISER,
    START,
    Browser,
    a_draw,
    a_judge,
    a_person,
    a_sealed_sheet,
    a_written_round,
    entry_fact,
    marks,
    outbox_rows,
    seal_everything,
    sheet_of,
    the_judge,
)
from tests.integration.judging.finals.builders import act, locked

SignIn = Callable[[Person], Browser]
ROUND = "preliminary"
PAGE = f"/cham-thi/quan-ly/{CONTEST}/xung-dot"


async def told(store: Store, entry_id: str, *authors: str, seq: int = 1, **more: Any) -> Outcome:
    """The fact of whose an entry is now, as the agent gets it."""
    whose = {"entry_id": entry_id, "contest_id": CONTEST, "owner_id": authors[0], "author_ids": list(authors)}
    fact = EntryAttributed.model_validate({**whose, "attributed_at": START, **more})
    envelope = Envelope.wrap(fact, subject=entry_id, seq=seq, by=authors[0], time=START)
    return await apply(store, "finals.on_entries", topics.ENTRIES.order, envelope, on_entries)


async def readers(store: Store, entry_id: str) -> list[Assignment]:
    every = await juries.of_script(store.read, CONTEST, ROUND, entry_id)
    return [one for one in every if not one.recused]


async def the_row(store: Store) -> service.Row:
    (row,) = await service.rows(store, CONTEST, CHAIR)
    return row


async def decide(store: Store, choice: Choice, by: Person = CHAIR) -> None:
    row = await the_row(store)
    await service.decide(store, CONTEST, row.conflict.id, choice, reason="Cùng đơn vị", by=by, at=START)


async def name(store: Store, **about: Any) -> Any:
    return await results.name_finalists(store, CONTEST, act(ORGANISER), codes=None, count=1, **{"reason": "", **about})


async def standing(store: Store, entry_id: str) -> Any:
    places = (await results.standing(store.read, CONTEST, ROUND)).places
    return next(one for one in places if one.entry_id == entry_id)


async def test_a_script_that_nobody_began_goes_from_its_new_author_to_another_by_lot_and_once(
    store: Store, browser: SignIn
) -> None:
    _, _, given = await a_written_round(store, scripts=2, judges=3)
    one = given[0]
    assert await told(store, one.entry_id, one.judge_id) is Outcome.APPLIED
    assert await told(store, one.entry_id, one.judge_id) is Outcome.DOUBLE
    assert await told(store, one.entry_id, one.judge_id, seq=2) is Outcome.APPLIED, "the same told anew changes nothing"
    now_reading = await readers(store, one.entry_id)
    assert one.judge_id not in {reader.judge_id for reader in now_reading}
    assert len(now_reading) == 2
    assert (await the_row(store)).state is State.REPLACED
    with pytest.raises(NotFound):
        await sheets.view(store, one.id, the_judge(one))
    kinds = Counter(line.kind for line in await scorelog.lines(store.read, CONTEST))
    assert kinds == {"scripts.assigned": 2, "judge.recused": 1}
    page = (await browser(CHAIR).open(PAGE)).text
    assert "Đã chuyển người khác chấm" in page
    assert not any(sign in page for sign in (one.entry_id, "author-of", "owner-of", "cùng đơn vị."))


async def test_a_judge_of_the_unit_of_a_new_author_is_found_and_who_is_missing_is_shown_until_a_later_draw(
    store: Store, browser: SignIn
) -> None:
    _, _, given = await a_written_round(store, scripts=1, judges=2)
    one = given[0]
    await told(store, one.entry_id, "claimant", unit_ids=[f"unit-of-{one.judge_id}"])
    assert (await the_row(store)).state is State.READER_MISSING
    chair = browser(CHAIR)
    assert "Thiếu người chấm thay" in (await chair.open(PAGE)).text
    assert (await juries.overview(store, CONTEST, ROUND, CHAIR)).waiting == 1
    await a_person(store, a_judge("judge-late"), unit_id="elsewhere")
    await a_draw(store, seed="another")
    assert (await the_row(store)).state is State.REPLACED


async def test_a_sheet_that_was_begun_waits_with_its_words_and_nothing_is_signed_until_the_chair_sets_it_aside(
    store: Store, browser: SignIn
) -> None:
    _, _, given = await a_written_round(store, scripts=1, judges=3)
    one, other = given
    judge = the_judge(one)
    await a_sealed_sheet(store, other)
    saved = await sheets.save(store, one.id, judge, 0, marks(7, 15), "Nhận xét dở", at=START)
    await told(store, one.entry_id, one.judge_id)
    for attempt in (
        sheets.save(store, one.id, judge, saved["version"], marks(8, 15), "", at=START),
        sheets.seal(store, one.id, judge, new_id(), saved["version"], at=START),
        sheets.recuse(store, one.id, judge, new_id(), "Tôi biết bài này", at=START),
    ):
        with pytest.raises(SheetHeld):
            await attempt
    assert (await sheet_of(store, one)).comment == "Nhận xét dở"
    window = browser(judge)
    shown = (await window.open(f"/cham-thi/phieu/{one.id}")).text
    assert "Phiếu tạm dừng" in shown
    assert "Nhận xét dở" in shown
    assert not any(word in shown for word in ("xung đột", "tác giả"))
    with pytest.raises(domain.Unsettled) as refused:
        await name(store, reason="Chốt không có bài ấy")
    assert refused.value.details["unfinished"] == [(await copies.scripts(store.read, CONTEST))[0].code]
    assert (await the_row(store)).choices == [Choice.SET_ASIDE]
    assert "1 phiếu chờ quyết định" in (await browser(CHAIR).open(f"/cham-thi/quan-ly/{CONTEST}")).text
    await decide(store, Choice.SET_ASIDE)
    assert (await the_row(store)).state is State.SET_ASIDE
    new = next(reader for reader in await readers(store, one.entry_id) if reader.id != other.id)
    assert new.judge_id not in (one.judge_id, other.judge_id)
    await a_sealed_sheet(store, new)
    assert (await name(store))["finalists"]


async def test_a_sealed_mark_stays_in_the_log_counts_until_decided_and_not_after(store: Store) -> None:
    _, _, given = await a_written_round(store, scripts=2, judges=3)
    await seal_everything(store, given)
    one = given[0]
    before = await standing(store, one.entry_id)
    await told(store, one.entry_id, one.judge_id)
    assert (await standing(store, one.entry_id)).readers == before.readers, "nothing is deleted silently"
    with pytest.raises(domain.Unsettled):
        await name(store)
    with pytest.raises(domain.OwnCase):
        await decide(store, Choice.SET_ASIDE, Person(one.judge_id, "", frozenset({("chair", CONTEST)})))
    with pytest.raises(Forbidden):
        await decide(store, Choice.SET_ASIDE, the_judge(given[1]))
    await decide(store, Choice.SET_ASIDE)
    with pytest.raises(domain.NotOpen):
        await decide(store, Choice.SET_ASIDE)
    after = await standing(store, one.entry_id)
    assert (one.judge_id in before.readers, one.judge_id in after.readers, after.state) == (True, False, "below_quorum")
    new = next(reader for reader in await readers(store, one.entry_id) if reader.id not in {had.id for had in given})
    await a_sealed_sheet(store, new)
    assert (await standing(store, one.entry_id)).state == "ranked"
    lines = await scorelog.lines(store.read, CONTEST)
    chain.verify(lines)
    assert [line.by for line in lines if line.kind == "conflict.decided"] == [CHAIR.id]
    assert "Cùng đơn vị" not in str([line.published() for line in lines])
    assert "sheet.sealed" in {line.kind for line in lines if line.data.get("judge_id") == one.judge_id}
    (told_of,) = await outbox_rows(store, one.id)
    await progress.count_sealed(store.read, SheetSealed.model_validate(json.loads(told_of["value"])["data"]))
    assert (await progress.standing(store, CONTEST, ROUND, CHAIR)).sealed == 0, "the board knows of this sheet only"
    assert (await name(store))["finalists"]


async def test_a_third_reader_settles_a_sealed_mark_only_when_their_own_is_sealed(store: Store) -> None:
    _, _, given = await a_written_round(store, scripts=1, judges=3)
    await seal_everything(store, given)
    one = given[0]
    await told(store, one.entry_id, one.judge_id)
    await decide(store, Choice.THIRD)
    assert (await the_row(store)).state is State.THIRD_PENDING
    with pytest.raises(domain.Unsettled):
        await name(store)
    (third,) = [reader for reader in await readers(store, one.entry_id) if reader.third]
    await a_sealed_sheet(store, third, 9, 19)
    assert (await the_row(store)).state is State.THIRD_READ
    official = await standing(store, one.entry_id)
    assert (f"{official.score}", official.state) == ("28.00", "ranked")
    assert (await name(store))["finalists"]


async def test_a_mark_of_the_final_is_set_aside_before_the_chair_signs_and_the_signed_one_is_left_alone(
    store: Store, browser: SignIn
) -> None:
    final = await locked(store)
    slot, judge = final.slots[0], final.judges[0]
    await told(store, slot.entry_id, judge.id)
    rows = {row.conflict.round: row for row in await service.rows(store, CONTEST, CHAIR)}
    assert rows["final"].state is State.UNDECIDED
    assert {row.state for round_, row in rows.items() if round_ == ROUND} <= {State.TOO_LATE}
    with pytest.raises(domain.Unsettled):
        await results.sign_off(store, CONTEST, act(CHAIR))
    chair = browser(CHAIR)
    await chair.open(f"{PAGE}/{rows['final'].conflict.id}")
    case = f"{PAGE}/{rows['final'].conflict.id}"
    assert (await chair.submit(case, {"choice": "third", "reason": "Ai cũng vậy"})).status_code == 422
    refused = await chair.submit(case, {"choice": "set_aside", "reason": ""})
    assert refused.status_code == 422
    assert "Lý do" in refused.text
    assert (await chair.submit(case, {"choice": "set_aside", "reason": "Là tác giả"})).status_code == 303
    place = next(
        one for one in (await results.standing(store.read, CONTEST, "final")).places if one.entry_id == slot.entry_id
    )
    assert judge.id not in place.readers
    assert len(place.readers) == len(final.judges) - 1
    await results.sign_off(store, CONTEST, act(CHAIR))
    signed = len(await scorelog.lines(store.read, CONTEST))
    other = final.slots[1]
    await told(store, other.entry_id, final.judges[1].id)
    assert {
        row.state for row in await service.rows(store, CONTEST, CHAIR) if row.conflict.entry_id == other.entry_id
    } == {State.TOO_LATE}
    assert len(await scorelog.lines(store.read, CONTEST)) == signed, "what is signed stays as it was signed"


async def test_authors_told_right_again_or_accepted_anew_let_the_sheet_go_on(store: Store) -> None:
    _, _, given = await a_written_round(store, scripts=1, judges=3)
    one, judge = given[0], the_judge(given[0])
    saved = await sheets.save(store, one.id, judge, 0, marks(7, 15), "", at=START)
    await told(store, one.entry_id, one.judge_id)
    fact = entry_fact(one.entry_id, author_ids=["somebody-else"])
    envelope = Envelope.wrap(fact, subject=one.entry_id, seq=2, by="secretary-1", time=START)
    assert await apply(store, "finals.on_entries", topics.ENTRIES.order, envelope, on_entries) is Outcome.APPLIED
    assert (await the_row(store)).state is State.CLEARED
    await sheets.seal(store, one.id, judge, new_id(), saved["version"], at=START)
    await told(store, one.entry_id, one.judge_id, seq=3)
    assert (await the_row(store)).state is State.UNDECIDED, "found again"


async def test_a_first_word_at_the_moment_of_the_fact_is_either_kept_and_waits_or_was_never_taken(store: Store) -> None:
    _, _, given = await a_written_round(store, scripts=4, judges=4)
    firsts = list({one.entry_id: one for one in given}.values())

    async def word(one: Assignment) -> None:
        await sheets.save(store, one.id, the_judge(one), 0, marks(7, 15), "Chữ đầu tiên", at=START)

    both = [step for one in firsts for step in (word(one), told(store, one.entry_id, one.judge_id))]
    done = await asyncio.gather(*both, return_exceptions=True)
    for place, one in enumerate(firsts):
        written, fact = done[2 * place], done[2 * place + 1]
        assert fact is Outcome.APPLIED
        kept = await store.read["sheets"].get(one.id)
        assert kept is not None
        if written is None:
            held = (await juries.assignment(store.read, one.id)).held
            assert (kept["comment"], held) == ("Chữ đầu tiên", True)
        else:
            assert isinstance(written, NotFound | SheetHeld), written
            assert kept["state"] == SheetState.RECUSED


async def test_a_conflict_noted_by_the_chair_takes_the_script_that_the_judge_has_already(
    store: Store, browser: SignIn
) -> None:
    scripts, panel, given = await a_written_round(store, scripts=1, judges=4)
    unread, begun = given
    await sheets.save(store, begun.id, the_judge(begun), 0, marks(7, 15), "", at=START)
    chair = browser(CHAIR)
    await chair.open(PAGE)
    typed = {"code": scripts[0].code.lower(), "reason": "Cùng nhóm nghiên cứu"}
    for one in given:
        assert (await chair.submit(PAGE, {**typed, "judge_id": one.judge_id})).status_code == 303
    rows = {row.conflict.judge_id: row.state for row in await service.rows(store, CONTEST, CHAIR)}
    assert rows == {unread.judge_id: State.REPLACED, begun.judge_id: State.UNDECIDED}
    wrong = await chair.submit(PAGE, {**typed, "judge_id": panel[0].id, "code": "7K3M-0000"})
    assert wrong.status_code == 422
    assert 'value="7K3M-0000"' in wrong.text
    auditor = browser(Person("auditor-1", "Kiểm tra", frozenset({("auditor", CONTEST)})))
    seen = (await auditor.open(PAGE)).text
    assert "Chờ kết luận" in seen
    assert "Quyết định<" not in seen
    assert (await browser(the_judge(begun)).get(PAGE)).status_code == 403
