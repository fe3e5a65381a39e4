"""Decisions through the pages: what is asked for, answered, refused by a rule, reopened; and what the author reads."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.submissions.contests.domain import Contest
from services.submissions.decisions import service as decisions
from services.submissions.decisions.domain import TakenUp
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.states.domain import RULES_IN_WORDS, NotWaiting, Rule, State
from shared.clock import now
from shared.identity import Person
from shared.mongo import Store
from shared.ui.filters import hanoi_input
from tests.integration.submissions.builders import Browser, email_of, outbox_rows
from tests.integration.submissions.entry_builders import an_entry, deliver, key

Open = Callable[[], Browser]


async def _refuse(store: Store, entry: Entry, by: Person, **changes: Any) -> dict[str, Any]:
    asked = {
        "rule": Rule.LATE,
        "reason": "Dấu bưu điện muộn",
        "revision": entry.revision,
        "key": key(),
        "at": now(),
        **changes,
    }
    return await decisions.refuse(store, entry.id, by=by, **asked)


async def test_a_request_names_what_is_missing_and_its_answer_lies_beside_the_text(
    store: Store, desk: Browser, entry: Entry, browser: Open
) -> None:
    asked = {
        "client_key": "k",
        "revision": "1",
        "reason": "Nêu rõ nơi áp dụng.",
        "missing[]": ["parts.solution", "language"],
    }
    assert (await desk.submit(f"/tiep-nhan/{entry.id}/tra", asked)).status_code == 303
    page = browser()
    await page.sign_in(email_of("tac-gia"))
    shown = (await page.open(f"/bai-du-thi/{entry.id}")).text
    for words in ("Nêu rõ nơi áp dụng.", "Viết bằng tiếng Việt có dấu", "Nhắn Tổ thư ký"):
        assert words in shown
    answer = {"client_key": page.client_key, "message": "Đã thêm hai phường áp dụng."}
    assert (await page.submit(f"/bai-du-thi/{entry.id}/nop", answer)).status_code == 303
    await deliver(store, entry.id)
    sheet = (await desk.open(f"/tiep-nhan/{entry.id}")).text
    for words in ("Đã thêm hai phường áp dụng.", "Nêu rõ nơi áp dụng.", "lần nộp 2", "Vũ Thu Ký"):
        assert words in sheet


async def test_nothing_is_refused_without_a_rule_and_a_reason(store: Store, desk: Browser, entry: Entry) -> None:
    address, typed = (
        f"/tiep-nhan/{entry.id}/tu-choi",
        {"client_key": "k", "revision": "1", "rule": "late", "why": "Muộn"},
    )
    for fault in ({"why": "  "}, {"rule": "because"}, {"rule": "supplement_missing"}):
        refused = await desk.submit(address, typed | fault)
        assert refused.status_code == 422
        assert (await entries.get(store.read, entry.id)).state is State.SUBMITTED
    assert "Muộn" in refused.text
    assert (await desk.submit(address, typed)).status_code == 303


async def test_whoever_is_refused_reads_rule_and_reason_and_how_to_complain(
    store: Store, desk: Browser, secretary: Person, entry: Entry, browser: Open
) -> None:
    await _refuse(store, entry, secretary, rule=Rule.DUPLICATE, reason="Giống bài số 12 năm 2024.")
    told = [row["type"] for row in await outbox_rows(store, entry.id)]
    assert told[-1] == "submissions.entry.refused.v1"
    await deliver(store, entry.id)
    page = browser()
    await page.sign_in(email_of("tac-gia"))
    receipt = (await page.open(f"/bai-du-thi/{entry.id}/bien-nhan")).text
    status = receipt.split("/bai-du-thi/tra-cuu/")[1].split('"')[0].split("<")[0]
    for shown in (await page.open(f"/bai-du-thi/{entry.id}"), await browser().open(f"/bai-du-thi/tra-cuu/{status}")):
        for words in (RULES_IN_WORDS[Rule.DUPLICATE], "Giống bài số 12 năm 2024.", "khiếu nại tới Ban Tổ chức"):
            assert words in shown.text
    assert "Giống bài số 12 năm 2024." in (await desk.get("/tiep-nhan/so.csv?tinh-trang=refused")).text
    for address in ("rut", "nop"):
        await page.submit(f"/bai-du-thi/{entry.id}/{address}", {"client_key": "w", "reason": "Thôi"})
    assert (await entries.get(store.read, entry.id)).state is State.REFUSED


async def test_a_refusal_is_taken_back_with_a_reason_until_the_jury_has_marked(
    store: Store, secretary: Person, contest: Contest, author: Person, entry: Entry
) -> None:
    await _refuse(store, entry, secretary)
    await decisions.reopen(store, entry.id, reason="Đọc nhầm dấu bưu điện", key=key(), by=secretary, at=now())
    await deliver(store, entry.id)
    assert (await entries.get(store.read, entry.id)).state is State.SUBMITTED
    changes = await store.read["register_changes"].find({"entry_id": entry.id}, sort=[("_id", 1)])
    assert [one["line"]["state"] for one in changes][:3] == ["submitted", "refused", "submitted"]
    assert (changes[2]["by"], changes[2]["note"]) == (secretary.id, "Đọc nhầm dấu bưu điện")
    await _refuse(store, entry, secretary)
    await store.read["contests"].update({"_id": contest.id}, {"$set": {"first_scores": {"preliminary": now()}}})
    with pytest.raises(TakenUp):
        await decisions.reopen(store, entry.id, reason="Lần nữa", key=key(), by=secretary, at=now())


async def test_an_entry_not_mended_in_time_is_found_by_its_filter_and_extended_or_refused(
    store: Store, desk: Browser, secretary: Person, contest: Contest, author: Person, entry: Entry
) -> None:
    other = await an_entry(store, author, contest.id, title="Bài còn hạn bổ sung")
    await deliver(store, other.id)
    at = now()
    for one, until in ((entry, at - timedelta(hours=1)), (other, at + timedelta(days=1))):
        asked: dict[str, Any] = {"reason": "Thiếu", "until": until, "revision": 1, "key": key()}
        await decisions.send_back(store, one.id, by=secretary, at=at - timedelta(days=1), **asked)
    with pytest.raises(NotWaiting):
        await _refuse(store, other, secretary, rule=Rule.SUPPLEMENT_MISSING)
    overdue = (await desk.open("/tiep-nhan?tinh-trang=overdue")).text
    assert f"/tiep-nhan/{entry.id}" in overdue
    assert f"/tiep-nhan/{other.id}" not in overdue
    longer = {"client_key": "e", "longer": hanoi_input(at + timedelta(days=2))}
    assert (await desk.submit(f"/tiep-nhan/{entry.id}/gia-han", longer)).status_code == 303
    assert f"/tiep-nhan/{entry.id}" not in (await desk.open("/tiep-nhan?tinh-trang=overdue")).text
    assert await decisions.refuse(
        store, entry.id, rule=Rule.SUPPLEMENT_MISSING, reason="Quá hạn", revision=1, key=key(), by=secretary,
        at=at + timedelta(days=3),
    ) == {"state": "refused", "number": 1}  # fmt: skip


async def test_after_a_decision_the_next_entry_that_waits_is_shown(
    store: Store, desk: Browser, contest: Contest, author: Person, entry: Entry
) -> None:
    more = [await an_entry(store, author, contest.id) for _ in range(2)]
    for one in more:
        await deliver(store, one.id)
    middle = (await desk.open(f"/tiep-nhan/{more[0].id}")).text
    assert f'rel="prev" accesskey="t" href="/tiep-nhan/{entry.id}"' in middle
    assert f'rel="next" accesskey="k" href="/tiep-nhan/{more[1].id}"' in middle
    went = []
    for one in (more[0], more[1], entry):
        done = await desk.submit(f"/tiep-nhan/{one.id}/nhan", {"client_key": one.id, "revision": "1"})
        went.append(done.headers["location"])
    assert went == [f"/tiep-nhan/{more[1].id}", f"/tiep-nhan/{entry.id}", f"/tiep-nhan?cuoc-thi={contest.id}"]
