"""The history of a draft through its pages: nothing that was saved is lost, nobody else reads it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.texts.domain import Words
from shared.clock import now
from shared.identity import Person
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_contest, a_person, email_of
from tests.integration.submissions.entry_builders import a_draft, hand_in, words
from tests.unit.submissions.encodings.writing import tcvn3, vni

API = "/api/submissions/v1"
FIRST = words().parts["solution"]
SECOND = FIRST.replace("bảng kiểm tra", "màn hình cảm ứng")


@pytest.fixture
async def author(store: Store) -> Person:
    return await a_person(store, email=email_of("tac-gia"))


@pytest.fixture
async def draft(store: Store, author: Person) -> Entry:
    return await a_draft(store, author, (await a_contest(store)).id)


@pytest.fixture
async def her_browser(author: Person, browser: Callable[[], Browser]) -> Browser:
    made = browser()
    await made.sign_in(email_of("tac-gia"))
    return made


async def _save(store: Store, entry: Entry, by: Person, text: str, *, minutes: float = 0) -> Entry:
    typed = words(parts={**words().parts, "solution": text})
    at = now() + timedelta(minutes=minutes)
    there = await entries.get(store.read, entry.id)
    return await entries.write(store, entry.id, typed, version=there.version, by=by, at=at)


async def _solutions(store: Store, client: Browser, entry: Entry) -> list[str]:
    bearer = await client.bearer(email_of("tac-gia"))
    answer = await client.get(f"{API}/entries/{entry.id}/versions", headers=bearer)
    return [one["parts"]["solution"] for one in answer.json()["items"]]


async def test_typing_for_ten_minutes_is_one_version_and_the_first_words_stay(
    store: Store, draft: Entry, author: Person, her_browser: Browser
) -> None:
    for step in range(1, 6):
        await _save(store, draft, author, FIRST + " Thêm." * step, minutes=step)
    await _save(store, draft, author, FIRST + " Sau đó.", minutes=20)
    assert await _solutions(store, her_browser, draft) == [FIRST + " Sau đó.", FIRST + " Thêm." * 5, FIRST]


async def test_a_save_of_the_same_words_is_no_version(store: Store, draft: Entry, author: Person) -> None:
    await _save(store, draft, author, FIRST)
    assert await store.read["entry_versions"].count({}) == 0


async def test_sixty_versions_are_kept_and_the_oldest_go(store: Store, draft: Entry, author: Person) -> None:
    for step in range(70):
        await _save(store, draft, author, f"{FIRST} {step}", minutes=11 * step)
    kept = await store.read["entry_versions"].find({}, sort=[("number", 1)])
    assert [one["number"] for one in (kept[0], kept[-1])] == [12, 71]


async def test_two_versions_are_compared_and_the_older_one_is_taken_up_again(
    store: Store, draft: Entry, author: Person, her_browser: Browser
) -> None:
    await _save(store, draft, author, SECOND)
    address = f"/bai-du-thi/{draft.id}/lich-su"
    listed = await her_browser.open(address)
    assert listed.status_code == 200
    assert author.name in listed.text
    for chosen in ("cu=1&moi=2", "cu=2&moi=1"):
        compared = (await her_browser.open(f"{address}/so-sanh?{chosen}")).text
        came = [text.split("</ins>")[0] for text in compared.split("<ins>")[1:]]
        assert "màn hình cảm ứng" in came[-1]
    assert FIRST in (await her_browser.open(f"{address}/1")).text
    there = await entries.get(store.read, draft.id)
    clash = await her_browser.submit(f"{address}/1/khoi-phuc", {"version": there.version - 1})
    assert clash.status_code == 409
    done = await her_browser.submit(f"{address}/1/khoi-phuc", {"version": there.version})
    assert done.headers["location"] == f"/bai-du-thi/{draft.id}/soan"
    assert (await entries.get(store.read, draft.id)).parts["solution"] == FIRST
    assert await _solutions(store, her_browser, draft) == [FIRST, SECOND, FIRST]


async def test_what_was_handed_in_stands_in_the_history_and_can_be_taken_up_again(
    store: Store, draft: Entry, author: Person, her_browser: Browser
) -> None:
    await hand_in(store, draft.id, author)
    changed = await _save(store, draft, author, SECOND)
    bearer = await her_browser.bearer(email_of("tac-gia"))
    address = f"{API}/entries/{draft.id}/versions/nop-1/restore"
    back = await her_browser.post(address, json={"version": changed.version}, headers=bearer)
    assert back.status_code == 200
    entry = await entries.get(store.read, draft.id)
    assert (entry.parts["solution"], entry.changed) == (FIRST, True)


async def test_a_settled_entry_is_read_but_not_restored(
    store: Store, draft: Entry, author: Person, her_browser: Browser
) -> None:
    await _save(store, draft, author, SECOND)
    await hand_in(store, draft.id, author)
    await entries.withdraw(store, draft.id, "Lý do", key="w", by=author, at=now())
    address = f"/bai-du-thi/{draft.id}/lich-su"
    assert "Khôi phục bản này" not in (await her_browser.open(f"{address}/1")).text
    there = await entries.get(store.read, draft.id)
    refused = await her_browser.submit(f"{address}/1/khoi-phuc", {"version": there.version})
    assert refused.status_code == 409
    assert (await entries.get(store.read, draft.id)).parts["solution"] == SECOND


async def test_nobody_else_learns_that_there_is_a_history(
    store: Store, draft: Entry, author: Person, browser: Callable[[], Browser]
) -> None:
    await _save(store, draft, author, SECOND)
    await a_person(store, email=email_of("nguoi-khac"))
    stranger = browser()
    await stranger.sign_in(email_of("nguoi-khac"))
    address = f"/bai-du-thi/{draft.id}"
    for path in ("/lich-su", "/lich-su/1", "/lich-su/so-sanh?cu=1&moi=2", "/bang-ma"):
        assert (await stranger.get(address + path)).status_code == 404
    assert (await stranger.submit(f"{address}/lich-su/1/khoi-phuc", {"version": 2})).status_code == 404
    assert (await stranger.submit(f"{address}/bang-ma", {"version": 2})).status_code == 404


async def test_encoded_text_is_offered_converted_only_when_asked_and_the_old_words_stay(
    store: Store, draft: Entry, author: Person, her_browser: Browser
) -> None:
    old = Words(parts={"solution": tcvn3(FIRST.lower())}).parts["solution"]
    basis = Words(parts={"x": tcvn3("đo bốn mươi hồ sơ ở ba phường")}).parts["x"]
    effect = {"what": "time", "amount": "1.234,5", "unit": vni("giờ/hồ sơ"), "basis": basis}
    typed = words(parts={**words().parts, "solution": old}, effects=[effect])
    saved = await entries.write(store, draft.id, typed, version=draft.version, by=author, at=now())
    assert (await entries.get(store.read, draft.id)).parts["solution"] == old
    address = f"/bai-du-thi/{draft.id}"
    for path in ("/soan", "/xem-truoc"):
        assert f"{address}/bang-ma" in (await her_browser.open(address + path)).text
    offered = await her_browser.open(f"{address}/bang-ma")
    assert FIRST.lower() in offered.text
    none = await her_browser.submit(f"{address}/bang-ma", {"version": saved.version})
    assert none.status_code == 422
    assert "Hiệu quả 1: cách tính" in offered.text
    fields = {"version": saved.version, "fields[]": "parts.solution"}
    assert (await her_browser.submit(f"{address}/bang-ma", fields)).status_code == 303
    kept = await entries.get(store.read, draft.id)
    assert (kept.parts["solution"], kept.effects[0].basis) == (FIRST.lower(), basis)
    assert await _solutions(store, her_browser, draft) == [FIRST.lower(), old, FIRST]
    fields = {"version": kept.version, "fields[]": ["effects.0.basis", "effects.0.unit"]}
    assert (await her_browser.submit(f"{address}/bang-ma", fields)).status_code == 303
    [mended] = (await entries.get(store.read, draft.id)).effects
    assert (mended.basis, mended.unit) == ("đo bốn mươi hồ sơ ở ba phường", "giờ/hồ sơ")
    assert mended.in_words == "Tiết kiệm thời gian: 1.234,5 giờ/hồ sơ"
    assert "Không có chữ nào cần chuyển" in (await her_browser.open(f"{address}/bang-ma")).text


async def test_the_verdict_on_the_encoding_is_kept_with_what_was_handed_in(
    store: Store, draft: Entry, author: Person
) -> None:
    await _save(store, draft, author, f"{FIRST}\n{tcvn3(FIRST)}")
    await hand_in(store, draft.id, author)
    found = (await entries.revisions(store.read, draft.id))[0].findings
    kept = found.encodings["parts.solution"]
    assert (kept.kind.value, kept.lines, kept.rule) == ("tcvn3", [2], "enc-2026.1")
    assert kept.after > 0.8
    assert found.doubtful_paragraphs["solution"] == [2]
