"""A paper taken over by the account of whoever handed it in: once, by proof, seen at the desk, told to every service."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI

from services.submissions.claims import service
from services.submissions.claims.domain import ClaimedAlready, NotPaper, StaffOfContest
from services.submissions.contests.domain import Contest
from services.submissions.decisions import service as decisions
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.intake import service as intake
from services.submissions.joins import service as joins
from services.submissions.papers import service as papers
from services.submissions.people import service as people
from services.submissions.status_codes import domain as status_codes
from shared.clock import now
from shared.errors import NotFound
from shared.identity import Person, Role
from shared.mongo import Store
from tests.integration.submissions.builders import (
    SECRET_KEY,
    Browser,
    a_contest,
    a_person,
    codes_sent,
    email_of,
    outbox_rows,
)
from tests.integration.submissions.entry_builders import an_entry, key
from tests.integration.submissions.paper_builders import a_paper, transcribed

_PAGE, _PHONE = "/bai-du-thi/nhan-bai-giay", "+84912345678"
SENDER = "Đỗ Thị Giấy"


@pytest.fixture
async def clerk(store: Store) -> Person:
    return await a_person(store, Role.SECRETARY, email=email_of("quay"))


@pytest.fixture
async def contest(store: Store) -> Contest:
    return await a_contest(store)


@pytest.fixture
async def sender(store: Store) -> Person:
    """Who has an account by now, under another number than the desk wrote down."""
    return await a_person(store, name=SENDER, email=email_of("nguoi-gui"))


def codes(entry: Entry) -> dict[str, str]:
    return {"code": str(entry.receipt), "pin": status_codes.pin(entry.id, SECRET_KEY)}


async def claim(store: Store, entry: Entry, by: Person) -> str:
    said = codes(entry)
    return await service.by_receipt(
        store, said["code"], said["pin"], place="10.1.1.1", secret_key=SECRET_KEY, by=by, at=now()
    )


async def confirmed_phone(store: Store, person: Person) -> None:
    await people.revise(store.read, person.id, {"phone": _PHONE, "phone_confirmed_at": now()}, version=None, at=now())


async def test_with_code_and_pin_the_paper_is_among_my_entries_and_the_desk_sees_whose_it_is(
    store: Store, clerk: Person, contest: Contest, sender: Person, browser: Callable[[], Browser]
):
    paper, at_desk, mine = await a_paper(store, clerk, contest.id, phone=_PHONE), browser(), browser()
    await mine.sign_in(email_of("nguoi-gui"))
    assert paper.title not in (await mine.open("/bai-du-thi")).text
    await mine.open(_PAGE)
    answers = [await mine.submit(_PAGE, codes(paper)) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303], "pressed twice it is claimed once"
    assert paper.title in (await mine.open("/bai-du-thi")).text
    assert (await mine.open(f"/bai-du-thi/{paper.id}/bien-nhan")).status_code == 200
    entry = await entries.get(store.read, paper.id)
    assert (entry.owner_id, entry.author_ids, entry.state) == (sender.id, [sender.id], paper.state)
    assert (await entries.last_revision(store.read, entry)).author_ids == [sender.id]
    told = json.loads((await outbox_rows(store, paper.id))[-1]["value"])
    assert told["type"] == "submissions.entry.attributed.v1"
    assert (told["seq"], told["data"]["owner_id"], told["data"]["author_ids"]) == (entry.facts, sender.id, [sender.id])
    assert SENDER not in str(told)
    left = await people.get(store.read, paper.owner_id)
    assert (left.erased, left.phone) == (True, ""), "nothing is kept of an account that stood for this paper only"
    await at_desk.sign_in(email_of("quay"))
    assert f"{SENDER} đã nhận bài về tài khoản của mình" in (await at_desk.open(f"/tiep-nhan/bai-giay/{paper.id}")).text
    assert "nhận bài về tài khoản" in (await at_desk.open(f"/tiep-nhan/{paper.id}")).text
    with pytest.raises(ClaimedAlready):
        await claim(store, paper, await a_person(store))


async def test_the_addresses_that_the_desk_wrote_down_hear_of_an_account_that_has_others_and_the_history_says_how(
    store: Store, clerk: Person, contest: Contest, sender: Person, browser: Callable[[], Browser]
):
    theirs = "dia.chi.giay@sangkien.example"
    taken = await a_paper(store, clerk, contest.id, phone=_PHONE, email=theirs)
    read = await transcribed(store, taken, clerk, await a_person(store, Role.SECRETARY))
    await decisions.accept(store, read.id, revision=read.revision, key=key(), by=clerk, at=now())
    await confirmed_phone(store, sender)
    await service.by_address(store, read.id, secret_key=SECRET_KEY, by=sender, at=now())
    await service.by_address(store, read.id, secret_key=SECRET_KEY, by=sender, at=now())
    assert await codes_sent(store, theirs, "claimed") == [""], "once, and no code"
    assert await codes_sent(store, _PHONE) == [], "their own number needs no letter"
    waiting = await a_paper(store, clerk, contest.id, phone="0933333333", authors="Hồ Văn Cùng Viết; 0987654321")
    await claim(store, waiting, await a_person(store, name="Hồ Văn Cùng Viết"))
    assert [await codes_sent(store, one) for one in ("+84987654321", "+84933333333")] == [[""], []]
    rows = [row["value"] for row in await store.read["outbox"].find({"type": "submissions.code.issued.v1"})]
    assert not any(word in row for row in rows for word in (theirs, SENDER, read.title, str(read.receipt)))
    desk = browser()
    await desk.sign_in(email_of("quay"))
    late = (await desk.open(f"/tiep-nhan/{read.id}")).text
    assert "bằng số điện thoại hoặc thư đã ghi lúc nhận. Bài đã được tiếp nhận trước đó" in late
    early = (await desk.open(f"/tiep-nhan/{waiting.id}")).text
    assert "bằng mã biên nhận và mã PIN" in early
    assert "tiếp nhận trước đó" not in early


async def test_of_two_accounts_that_claim_at_one_moment_one_has_the_entry(
    store: Store, clerk: Person, contest: Contest
):
    paper = await a_paper(store, clerk, contest.id)
    racers = [await a_person(store) for _ in range(4)]
    done = await asyncio.gather(*(claim(store, paper, one) for one in racers), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["ClaimedAlready"] * 3 + ["str"]
    winner = racers[[isinstance(one, str) for one in done].index(True)]
    entry = await entries.get(store.read, paper.id)
    assert entry.author_ids == [winner.id]
    record = await papers.record_of(store.read, paper.id)
    assert record is not None
    assert [one.person_id for one in record.claims] == [winner.id]


@pytest.mark.usefixtures("a_whole_window")
async def test_wrong_guesses_are_stopped_here_as_on_the_status_page(
    store: Store, app: FastAPI, clerk: Person, contest: Contest, sender: Person
):
    paper = await a_paper(store, clerk, contest.id)
    right = codes(paper)["pin"]
    wrong = [f"{number:06d}" for number in range(20) if f"{number:06d}" != right]
    async with Browser(app, place="10.0.0.9") as guesser:
        await guesser.sign_in(email_of("nguoi-gui"))
        await guesser.open(_PAGE)
        for page, pins in (("/bai-du-thi/tra-cuu", wrong[:5]), (_PAGE, wrong[5:10])):
            for pin in pins:
                answer = await guesser.submit(page, {"code": str(paper.receipt), "pin": pin})
                assert answer.status_code == 422
                assert pin not in answer.text
        assert "Mã biên nhận hoặc mã PIN không đúng" in answer.text
        assert str(paper.receipt) in answer.text, "what was typed stays"
        assert (await guesser.submit(_PAGE, codes(paper))).status_code == 429
    assert (await entries.get(store.read, paper.id)).owner_id == paper.owner_id


async def test_a_confirmed_number_that_the_desk_wrote_down_is_proof_and_an_unconfirmed_one_is_none(
    store: Store, clerk: Person, contest: Contest, sender: Person, browser: Callable[[], Browser]
):
    paper, other = await a_paper(store, clerk, contest.id, phone=_PHONE), await a_paper(store, clerk, contest.id)
    await people.revise(store.read, sender.id, {"phone": _PHONE}, version=None, at=now())
    assert await service.offers(store, sender) == []
    with pytest.raises(NotFound):
        await service.by_address(store, paper.id, secret_key=SECRET_KEY, by=sender, at=now())
    await confirmed_phone(store, sender)
    mine = browser()
    await mine.sign_in(email_of("nguoi-gui"))
    assert paper.title in (await mine.open(_PAGE)).text
    assert (await mine.submit(f"{_PAGE}/{other.id}", {})).status_code == 404
    assert (await mine.submit(f"{_PAGE}/{paper.id}", {})).status_code == 303
    assert (await entries.get(store.read, paper.id)).owner_id == sender.id
    assert await service.offers(store, sender) == []


async def test_an_author_named_on_the_paper_takes_their_own_place_and_the_sender_theirs(
    store: Store, clerk: Person, contest: Contest, sender: Person
):
    paper = await a_paper(store, clerk, contest.id, authors="Hồ Văn Cùng Viết; 0987654321")
    second = await a_person(store, name="HỒ VĂN CÙNG VIẾT")
    await claim(store, paper, second)
    entry = await entries.get(store.read, paper.id)
    assert entry.author_ids == [paper.owner_id, second.id]
    await claim(store, paper, sender)
    entry = await entries.get(store.read, paper.id)
    assert (entry.owner_id, entry.author_ids) == (sender.id, [sender.id, second.id])


async def test_nobody_claims_what_was_handed_in_online_or_in_a_contest_where_they_work(
    store: Store, clerk: Person, contest: Contest, sender: Person
):
    online = await an_entry(store, await a_person(store), contest.id)
    with pytest.raises(NotPaper):
        await claim(store, online, sender)
    judge = await a_person(store, Role.JUDGE, Role.ENTRANT, name=SENDER)
    paper = await a_paper(store, clerk, contest.id)
    with pytest.raises(StaffOfContest, match="giám khảo"):
        await claim(store, paper, judge)


async def test_a_joining_that_is_undone_leaves_the_entry_with_who_claimed_it(
    store: Store, clerk: Person, contest: Contest, sender: Person
):
    first, second = await a_paper(store, clerk, contest.id), await a_paper(store, clerk, contest.id, name="Ai Khác")
    await joins.join(store, first.id, second.id, by=clerk, at=now())
    await claim(store, first, sender)
    await joins.part(store, first.id, second.id, "Hai bài khác nhau", by=clerk, at=now() + timedelta(seconds=1))
    assert (await entries.get(store.read, first.id)).author_ids == [sender.id]
    assert (await intake.line(store.read, second.id)).joined_to is None
