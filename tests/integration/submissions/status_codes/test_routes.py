"""The status page by receipt code and PIN: found without signing in, told to nobody who guesses, closed to nobody else."""

import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI

from services.submissions.entries.domain import Entry
from services.submissions.status_codes import domain
from shared.ids import new_code
from shared.mongo import Store
from tests.integration.submissions.builders import SECRET_KEY, Browser, a_contest, a_person, email_of, outbox_rows
from tests.integration.submissions.entry_builders import an_entry, words

_ASK = "/bai-du-thi/tra-cuu"


async def _handed_in(store: Store) -> Entry:
    person, contest = await a_person(store, email=email_of("ng"), name="Canary Bí Danh"), await a_contest(store)
    return await an_entry(store, person, contest.id)


def _main(html: str) -> str:
    bare = re.sub(r'value="[^"]*"|<time.*?</time>', "", html)
    return bare[bare.index("<main") : bare.index("</main>")]


async def test_the_receipt_shows_a_pin_that_opens_the_status_page_and_nothing_that_leaves_the_site_does(
    store: Store, browser: Callable[[], Browser]
) -> None:
    entry, owner, visitor = await _handed_in(store), browser(), browser()
    await owner.sign_in(email_of("ng"))
    pin = domain.pin(entry.id, SECRET_KEY)
    assert pin in (await owner.open(f"/bai-du-thi/{entry.id}/bien-nhan")).text
    typed = str(entry.receipt).lower().replace("-", " ")
    shown = await visitor.submit(_ASK, {"code": typed, "pin": f"{pin[:3]} {pin[3:]}"})
    assert shown.status_code == 200
    assert str(entry.receipt) in shown.text
    assert "Đã nộp" in shown.text
    assert shown.headers["referrer-policy"] == "no-referrer"
    for secret in ("Canary Bí Danh", words().title, words().parts["solution"]):
        assert secret not in shown.text
    assert pin not in str(await outbox_rows(store, entry.id))
    assert pin not in str(await store.read["entries"].get(entry.id))


async def test_an_unknown_code_and_a_wrong_pin_are_answered_the_same(
    store: Store, browser: Callable[[], Browser]
) -> None:
    entry, visitor = await _handed_in(store), browser()
    wrong = f"{(int(domain.pin(entry.id, SECRET_KEY)) + 1) % 10**6:06d}"
    answers = [
        await visitor.submit(_ASK, {"code": code, "pin": pin})
        for code, pin in ((str(entry.receipt), wrong), (new_code(), wrong))
    ]
    assert [one.status_code for one in answers] == [422, 422]
    assert _main(answers[0].text) == _main(answers[1].text)
    assert "Mã biên nhận hoặc mã PIN không đúng" in answers[0].text
    assert wrong not in answers[0].text
    assert str(entry.receipt) in answers[0].text
    slip = await visitor.submit(_ASK, {"code": "7K3M-92QX", "pin": wrong})
    assert "chép chưa đúng" in slip.text


@pytest.mark.usefixtures("a_whole_window")
async def test_who_guesses_is_stopped_and_locks_neither_holder_nor_link_out(store: Store, app: FastAPI) -> None:
    entry = await _handed_in(store)
    right = domain.pin(entry.id, SECRET_KEY)
    wrong = [f"{number:06d}" for number in range(200) if f"{number:06d}" != right]
    statuses: list[int] = []
    for place in range(8):
        async with Browser(app, place=f"10.0.0.{place}") as guesser:
            tried = wrong[place * 12 : place * 12 + 12]
            answers = [await guesser.submit(_ASK, {"code": str(entry.receipt), "pin": pin}) for pin in tried]
            statuses += [one.status_code for one in answers]
    assert statuses[:10] == [422] * 10
    assert statuses[10:12] == [429] * 2
    assert statuses.count(422) < 70
    async with Browser(app, place="10.0.9.9") as holder:
        for _ in range(20):
            shown = await holder.submit(_ASK, {"code": str(entry.receipt), "pin": right})
            assert shown.status_code == 200
