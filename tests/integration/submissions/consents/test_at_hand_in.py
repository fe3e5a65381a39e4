"""Consents asked on the receipt: after handing in, so that nothing depends on them."""

from collections.abc import Callable

from services.submissions.people import service as people
from shared.identity import Person
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_contest, a_person
from tests.integration.submissions.entry_builders import an_entry


async def test_the_receipt_asks_and_a_yes_says_where_it_was_given(store: Store, browser: Callable[[], Browser]) -> None:
    made = await a_person(store, email="an@thu.example")
    account = await people.get(store.read, made.id)
    person = Person(made.id, account.name, frozenset({("entrant", "*")}))
    entry = await an_entry(store, person, (await a_contest(store)).id)
    visitor = browser()
    await visitor.sign_in("an@thu.example")
    receipt = f"/bai-du-thi/{entry.id}/bien-nhan"
    shown = (await visitor.open(receipt)).text
    assert "checked" not in shown
    assert shown.count('name="purpose"') == 2
    fields = {"purpose": "publicity", "version": "1", "given": "co", "channel": "hand_in", "ve": receipt}
    answer = await visitor.submit("/tai-khoan/du-lieu/dong-y", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, receipt)
    assert (await visitor.open(receipt)).text.count('name="purpose"') == 1
    (line,) = await store.read["consents"].find({})
    assert (line["purpose"], line["channel"]) == ("publicity", "hand_in")


async def test_one_never_comes_back_to_another_site(store: Store, browser: Callable[[], Browser]) -> None:
    await a_person(store, email="an@thu.example")
    visitor = browser()
    await visitor.sign_in("an@thu.example")
    fields = {"purpose": "news", "version": "1", "given": "co", "ve": "//evil.example"}
    answer = await visitor.submit("/tai-khoan/du-lieu/dong-y", fields)
    assert answer.headers["location"] == "/tai-khoan/du-lieu"
