"""The desk through its pages and over JSON: list, check, accept, return, files for spreadsheets, roles."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from services.submissions.contests.domain import Contest
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.states.domain import State
from shared.clock import now
from shared.identity import Person, Role
from shared.mongo import Store
from shared.ui.filters import hanoi_input
from tests.integration.submissions.builders import Browser, a_contest, a_person, email_of
from tests.integration.submissions.entry_builders import an_entry, deliver, words

API = "/api/submissions/v1/register"


async def test_the_register_lists_filters_and_leads_to_the_check(desk: Browser, entry: Entry) -> None:
    shown = await desk.open("/tiep-nhan")
    assert words().title in shown.text
    assert f"/tiep-nhan/{entry.id}" in shown.text
    assert words().title not in (await desk.open("/tiep-nhan?tinh-trang=accepted")).text
    found = await desk.open("/tiep-nhan?tim=bang%20tu%20kiem&nhom=E1&sap-xep=-nop&so-dong=50&trang=1")
    assert words().title in found.text
    assert (await desk.open("/tiep-nhan?trang=x&so-dong=7&sap-xep=%24where&tinh-trang=%7B%7D")).status_code == 200
    check = await desk.open(f"/tiep-nhan/{entry.id}")
    assert "Lê Thị Tác Giả" in check.text
    assert words().parts["situation"] in check.text
    assert "% có dấu" in check.text


async def test_the_filter_offers_the_readers_contests_and_the_groups_of_the_one_chosen(
    store: Store, browser: Callable[[], Browser], desk: Browser, entry: Entry
) -> None:
    other, wide = await a_contest(store, short_name="Cuộc thi thứ hai"), browser()
    await a_person(store, Role.SECRETARY, email=email_of("thu-ky-chung"))
    await wide.sign_in(email_of("thu-ky-chung"))
    every, one = await wide.open("/tiep-nhan"), await wide.open(f"/tiep-nhan?cuoc-thi={entry.contest_id}")
    assert words().title in every.text
    offered = f'<option value="{other.id}">Cuộc thi thứ hai</option>'
    assert (offered in every.text, offered in (await desk.open("/tiep-nhan")).text) == (True, False)
    assert ('name="nhom"' in every.text, 'name="nhom"' in one.text) == (False, True)


async def test_the_secretary_accepts(store: Store, desk: Browser, entry: Entry) -> None:
    await desk.open(f"/tiep-nhan/{entry.id}")
    asked = {"client_key": desk.client_key, "revision": "1"}
    done = await desk.submit(f"/tiep-nhan/{entry.id}/nhan", asked)
    assert done.status_code == 303
    assert (await entries.get(store.read, entry.id)).state is State.ACCEPTED
    assert (await desk.submit(f"/tiep-nhan/{entry.id}/nhan", asked)).status_code == 303
    late = await desk.submit(f"/tiep-nhan/{entry.id}/nhan", {"client_key": "other", "revision": "1"})
    assert late.status_code == 409
    assert "Bài không ở trạng thái chờ kiểm tra" in late.text


async def test_a_return_needs_a_reason_and_keeps_what_was_typed(store: Store, desk: Browser, entry: Entry) -> None:
    address = f"/tiep-nhan/{entry.id}/tra"
    until = now() + timedelta(days=5)
    typed = {"client_key": "k", "revision": "1", "reason": "", "until": hanoi_input(until)}
    refused = await desk.submit(address, typed)
    assert refused.status_code == 422
    assert hanoi_input(until) in refused.text
    unclear = await desk.submit(address, {**typed, "reason": "Thiếu hiệu quả", "until": "ngày kia"})
    assert unclear.status_code == 422
    assert "Thiếu hiệu quả" in unclear.text
    assert (await desk.submit(address, {**typed, "reason": "Thiếu hiệu quả"})).status_code == 303
    kept = (await entries.get(store.read, entry.id)).returned
    assert kept is not None
    assert (kept.reason, hanoi_input(kept.until)) == ("Thiếu hiệu quả", hanoi_input(until))


async def test_exports_come_as_files(desk: Browser, entry: Entry) -> None:
    for suffix, begin in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        file = await desk.get(f"/tiep-nhan/so.{suffix}?tinh-trang=submitted")
        assert file.status_code == 200
        assert file.content.startswith(begin)
        assert file.headers["content-disposition"].endswith(f'.{suffix}"')
    assert words().title in (await desk.get("/tiep-nhan/so.csv")).text
    assert words().title not in (await desk.get("/tiep-nhan/so.csv?tinh-trang=withdrawn")).text


async def test_an_entrant_does_not_enter_the_desk(
    store: Store, author: Person, entry: Entry, browser: Callable[[], Browser]
) -> None:
    page = browser()
    await page.sign_in(email_of("tac-gia"))
    for address in ("/tiep-nhan", f"/tiep-nhan/{entry.id}", "/tiep-nhan/so.csv"):
        assert (await page.get(address)).status_code == 403
    assert (await page.submit(f"/tiep-nhan/{entry.id}/nhan", {"client_key": "k"})).status_code == 403
    assert (await entries.get(store.read, entry.id)).state is State.SUBMITTED


async def test_the_desk_over_json(store: Store, desk: Browser, author: Person, contest: Contest, entry: Entry) -> None:
    bearer: dict[str, Any] = {"headers": await desk.bearer(email_of("thu-ky"))}
    other = await an_entry(store, author, contest.id)
    await deliver(store, other.id)
    listed = (await desk.get(f"{API}?contest_id={contest.id}&state=submitted&page=1", **bearer)).json()
    assert (listed["total"], [item["number"] for item in listed["items"]]) == (2, [1, 2])
    assert listed["items"][0]["entry_id"] == entry.id
    why = {"rule": "late", "reason": "Muộn"}
    for unseen, told in (({}, (422, "revision_needed")), ({"revision": 2}, (409, "entry_revised"))):
        for decision, more in (("accept", {}), ("return", {"reason": "Thiếu"}), ("refuse", why)):
            body = {"client_key": "u", **more, **unseen}
            answer = await desk.post(f"{API}/{entry.id}/{decision}", json=body, **bearer)
            assert (answer.status_code, answer.json()["code"]) == told, decision
    assert (await entries.get(store.read, entry.id)).state is State.SUBMITTED, "nothing is decided unseen"
    read = {"client_key": "a", "revision": listed["items"][0]["revision"]}
    accepted = [await desk.post(f"{API}/{entry.id}/accept", json=read, **bearer) for _ in "ab"]
    assert [answer.json() for answer in accepted] == [{"state": "accepted", "number": 1}] * 2
    asked = {"client_key": "r", "reason": "Thiếu tệp", "revision": 1}
    returned = await desk.post(f"{API}/{other.id}/return", json=asked, **bearer)
    assert returned.json() == {"state": "returned", "number": 2}
    again = await desk.post(f"{API}/{other.id}/accept", json={"client_key": "c", "revision": 1}, **bearer)
    assert (again.status_code, again.json()["code"]) == (409, "entry_not_waiting")
    assert (await desk.get(f"{API}?page=0", **bearer)).status_code == 422
