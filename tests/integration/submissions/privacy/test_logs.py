"""What the main acts write to the log, failures included: ids, never a name, an address or a number."""

from collections.abc import Callable

import pytest

from services.submissions.people import service as people
from shared import logs
from shared.identity import Person
from shared.mongo import Store
from tests.integration.submissions.builders import PASSWORD, Browser, a_contest, a_person
from tests.integration.submissions.entry_builders import a_pdf, an_entry, attach, deliver

NAME, EMAIL, PHONE = "Tống Khánh Vy Ngà", "tong.khanh@thu.example", "+84976543210"
CANARIES = ("Tống Khánh", "tong khanh", "tong.khanh", "976543210", "976 543 210", PASSWORD)


async def test_the_main_acts_and_their_failures_leave_no_trace_of_a_person_in_the_log(
    store: Store, browser: Callable[[], Browser], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.configure("submissions.web", "debug")  # as chatty as it gets
    made = await a_person(store, name=NAME, email=EMAIL, phone=PHONE)
    person = Person(made.id, NAME, frozenset({("entrant", "*")}))
    visitor, stranger = browser(), browser()
    await visitor.sign_in(EMAIL, "không phải mật khẩu này")
    await visitor.sign_in(EMAIL)
    await stranger.open("/dang-ky")
    sign_up = {"name": NAME, "email": EMAIL, "password": PASSWORD, "phone": "0976 543 210", "kind": "resident"}
    await stranger.submit("/dang-ky", {**sign_up, "client_key": stranger.client_key})
    await stranger.post("/api/submissions/v1/people", json={"name": NAME, "email": [EMAIL], "phone": PHONE})
    await stranger.post("/api/submissions/v1/sessions", json={"email": EMAIL, "password": "sai"})
    contest = await a_contest(store)
    entry = await an_entry(store, person, contest.id)
    await attach(store, entry.id, f"{NAME}.pdf", a_pdf(NAME), by=person)
    await deliver(store, entry.id)
    await visitor.open("/tai-khoan/du-lieu")
    request = {"kind": "access", "text": f"{NAME}, {EMAIL}, {PHONE}", "client_key": visitor.client_key}
    await visitor.submit("/tai-khoan/du-lieu/yeu-cau", request)
    await visitor.get("/tai-khoan/du-lieu/ban-sao.json")

    async def surprise(*_: object, **__: object) -> None:
        raise RuntimeError(f"E11000 duplicate key error: people index: email_1 dup key: {{ email: '{EMAIL}' }} {PHONE}")

    with monkeypatch.context() as broken:
        broken.setattr(people, "agree", surprise)
        fields = {"purpose": "news", "version": "1", "given": "co"}
        assert (await visitor.submit("/tai-khoan/du-lieu/dong-y", fields)).status_code == 500
    await visitor.submit("/tai-khoan/du-lieu/xoa", {"sure": "co", "password": PASSWORD})
    written = "".join(capsys.readouterr())
    assert "duplicate key error" in written  # or nothing was written at all
    assert "erasures.account.forgotten" in written
    assert [canary for canary in CANARIES if canary in written] == []
