"""The pages of resemblances through the application: both texts marked, a conclusion, what was typed kept."""

from collections.abc import Callable

from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_person, email_of
from tests.integration.submissions.originality.test_service import look_at_all, two_alike

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


async def test_an_entrant_has_no_business_there(browser: Callable[[], Browser], store: Store) -> None:
    await a_person(store, email=email_of("thi-sinh"))
    visitor = browser()
    await visitor.sign_in(email_of("thi-sinh"))
    assert (await visitor.get(_LIST)).status_code == 403
