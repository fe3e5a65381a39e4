"""The pages of resemblances through the application: both texts marked, a conclusion, what was typed kept."""

import re
from collections.abc import Callable

from shared import tables
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_contest, a_person, email_of
from tests.integration.submissions.entry_builders import a_draft, an_entry, deliver
from tests.integration.submissions.originality.test_service import DIFFERENT, look_at_all, tell, two_alike

_LIST = "/tiep-nhan/trung-lap"
_API = "/api/submissions/v1/resemblances"


async def test_the_secretary_compares_and_concludes(browser: Callable[[], Browser], store: Store) -> None:
    contest_id, *_ = await two_alike(store)
    await look_at_all(store)
    await a_person(store, "secretary", scope=contest_id, email=email_of("thu-ky"))
    visitor = browser()
    await visitor.sign_in(email_of("thu-ky"))
    listed = await visitor.open(_LIST)
    assert "Bài chép lại có thêm chữ" in listed.text
    bearer = await visitor.bearer(email_of("thu-ky"))
    [pair] = (await visitor.get(_API, headers=bearer)).json()["items"]
    shown = await visitor.open(f"{_LIST}/{pair['id']}")
    assert shown.text.count("<mark>") > 2
    assert "nguoi-" not in shown.text, "no author is named"
    refused = await visitor.submit(f"{_LIST}/{pair['id']}", {"version": "1", "state": "copy", "reason": " "})
    assert refused.status_code == 422
    fields = {"version": str(pair["version"]), "state": "copy", "reason": "Chép nguyên đoạn giải pháp"}
    done = await visitor.submit(f"{_LIST}/{pair['id']}", fields, follow_redirects=True)
    assert "Đã ghi kết luận." in done.text
    assert "Chép nguyên đoạn giải pháp" in (await visitor.open(f"{_LIST}/{pair['id']}")).text
    late = await visitor.submit(f"{_LIST}/{pair['id']}", {**fields, "reason": "Ý kiến thứ hai"})
    assert late.status_code == 409
    again = await visitor.submit(f"{_LIST}/{pair['id']}/xet-lai", {"version": "2"}, follow_redirects=True)
    assert "Cặp bài được xét lại." in again.text


async def test_the_sheet_says_what_was_found_and_the_list_goes_as_a_file(
    browser: Callable[[], Browser], store: Store
) -> None:
    contest_id, first, second = await two_alike(store)
    for entry_id in (first, second):
        await deliver(store, entry_id)
    await a_person(store, "secretary", scope=contest_id, email=email_of("thu-ky"))
    visitor = browser()
    await visitor.sign_in(email_of("thu-ky"))
    assert "Máy chưa so bài này" in (await visitor.open(f"/tiep-nhan/{second}")).text
    await look_at_all(store)
    for entry_id, other in ((second, "bài số 1 “Bảng tự kiểm tra"), (first, "bài số 2 “Bài chép lại")):
        sheet = await visitor.open(f"/tiep-nhan/{entry_id}")
        assert re.search(rf"Giống \d+% với {other}", sheet.text), "percent, number and title of the other side"
        assert "Chờ kết luận" in sheet.text
    alone = await an_entry(store, await a_person(store), contest_id, **DIFFERENT)
    await tell(store, alone.id)
    await deliver(store, alone.id)
    await look_at_all(store)
    assert "Không thấy bài nào giống" in (await visitor.open(f"/tiep-nhan/{alone.id}")).text
    for suffix in ("csv", "xlsx"):
        answer = await visitor.get(f"{_LIST}/danh-sach.{suffix}?tim=chep+lai&tinh-trang=undecided&loai=entry")
        heads, row = tables.read(answer.content, max_rows=9)
        assert dict(zip(heads, row, strict=False))["Bài dự thi"] == "Bài chép lại có thêm chữ"
        assert len(tables.read((await visitor.get(f"{_LIST}/danh-sach.{suffix}?loai=work")).content, max_rows=9)) == 1
    assert (await visitor.get(f"{_LIST}/danh-sach.pdf")).status_code == 404


async def test_the_entrant_is_told_of_an_own_entry_that_says_the_same_and_may_hand_in(
    browser: Callable[[], Browser], store: Store
) -> None:
    contest = await a_contest(store)
    author = await a_person(store, email=email_of("tac-gia"))
    before = await an_entry(store, author, contest.id)
    again = await a_draft(store, author, contest.id, title="Viết lại bài cũ")
    stranger = await a_draft(store, await a_person(store), contest.id)
    visitor = browser()
    await visitor.sign_in(email_of("tac-gia"))
    shown = await visitor.open(f"/bai-du-thi/{again.id}/xem-truoc")
    assert "Bạn đã có bài giống bài này" in shown.text
    assert f'href="/bai-du-thi/{before.id}"' in shown.text
    assert stranger.id not in shown.text, "only one's own"
    done = await visitor.submit(f"/bai-du-thi/{again.id}/nop", {"client_key": visitor.client_key})
    assert done.status_code == 303


async def test_an_entrant_has_no_business_there(browser: Callable[[], Browser], store: Store) -> None:
    await a_person(store, email=email_of("thi-sinh"))
    visitor = browser()
    await visitor.sign_in(email_of("thi-sinh"))
    assert (await visitor.get(_LIST)).status_code == 403
