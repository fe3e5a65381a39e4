"""Planning: late copies, redelivered facts, growing audiences, counts that add up."""

from collections import Counter
from datetime import timedelta

import pytest

from services.notifications.announcements import service as announcements
from services.notifications.copies import agents as copies
from services.notifications.copies.service import find_entry
from services.notifications.deliveries import repository, service
from services.notifications.deliveries.channels.sender import Post
from services.notifications.deliveries.domain import Channel, State
from services.notifications.deliveries.service import Sought
from services.notifications.settings import Settings
from shared import inbox
from shared.clock import now
from shared.events.envelope import Envelope
from shared.inbox import Fact
from shared.mongo import Store, Tx
from shared.topics import ENTRIES
from tests.integration.notifications.conftest import LETTERS, announce, remember
from tests.integration.notifications.mail_server import Ledger
from tests.unit.notifications import facts

RESEND = timedelta(seconds=600)


async def looked_again(store: Store) -> None:
    """The time has come at which the waiting rows are looked at."""
    await store.read["deliveries"].update_all({"state": State.PLANNED}, {"$set": {"next_at": facts.AT}})
    await service.tidy(store, LETTERS, RESEND)


async def drain(store: Store, settings: Settings) -> None:
    """Send what is due."""
    post = Post.of(settings, LETTERS)
    while await post.send_next(store):
        pass


async def states(store: Store) -> Counter[tuple[str, str]]:
    """Channel and state of every row."""
    return Counter((row["channel"], row["state"]) for row in await store.read["deliveries"].find({}))


async def enter(store: Store, entry_id: str, owner_id: str) -> None:
    """An accepted entry and its owner, as the copies know them."""
    await remember(store.read, facts.a_person(owner_id))
    await remember(store.read, facts.submitted(entry_id, owner_id))
    await remember(store.read, facts.accepted(entry_id, owner_id))


async def messages(store: Store, channel: Channel = Channel.EMAIL) -> Counter[tuple[str, str]]:
    """Person and message of every row of a channel."""
    rows = await store.read["deliveries"].find({"channel": channel})
    return Counter((row["person_id"], row["message"]) for row in rows)


async def test_who_claimed_a_paper_gets_the_letters_from_then_on(base: Store) -> None:
    await enter(base, "e1", "p1")
    claimed = facts.claimed("e1", "p2")
    fact = Envelope.wrap(claimed, subject="e1", seq=1, by="p2", time=facts.AT)
    assert await inbox.apply(base, "copies.on_entries", ENTRIES.order, fact, copies.on_entries) == inbox.Outcome.APPLIED
    entry = await find_entry(base.read, "e1")
    assert entry is not None
    assert (entry.owner_id, entry.title) == ("p2", facts.TITLE)


async def test_people_that_come_late_get_their_mail_once(base: Store, mail: Ledger, settings: Settings) -> None:
    await announce(base, facts.a_fact(facts.submitted("e1", "p1")))
    for _ in range(3):
        await looked_again(base)
        await drain(base, settings)
    assert await states(base) == {(Channel.EMAIL, State.PLANNED): 1, (Channel.IN_APP, State.POSTED): 1}
    assert mail.taken == []
    await remember(base.read, facts.a_person("p1"))
    for _ in range(3):
        await looked_again(base)
        await drain(base, settings)
    assert await states(base) == {(Channel.EMAIL, State.ACCEPTED): 1, (Channel.IN_APP, State.POSTED): 1}
    (received,) = mail.of("p1@thu.example")
    assert received["Subject"] == "Đã nhận bài dự thi, mã biên nhận MA-e1"
    assert received["To"] == "Nguyễn Thị Ánh Tuyết <p1@thu.example>"


async def test_a_row_that_waits_is_looked_at_less_and_less_often(base: Store) -> None:
    await announce(base, facts.a_fact(facts.submitted("e1", "p1")))
    where = {"channel": Channel.EMAIL}
    waits = []
    for age in (0, 40, 4000):
        at = facts.AT + timedelta(seconds=age)
        (row,) = await repository.find(base.read, Sought(channel=Channel.EMAIL))
        await service.settle(base, row, LETTERS, at)
        kept = await base.read["deliveries"].find_one(where)
        assert kept is not None
        waits.append((kept["next_at"] - at).total_seconds())
    assert waits == [1, 10, 30]


async def test_a_contest_or_entry_that_comes_late_holds_its_letters_back_and_no_others(
    store: Store, base: Store
) -> None:
    await base.read["contests"].delete({})
    await remember(base.read, facts.a_person("p1"))
    await announce(base, facts.a_fact(facts.returned("e1", "p1")))
    assert await states(base) == {(Channel.EMAIL, State.PLANNED): 1, (Channel.IN_APP, State.PLANNED): 1}
    await remember(base.read, facts.a_contest())
    await looked_again(base)
    assert await states(base) == {(Channel.EMAIL, State.PLANNED): 1, (Channel.IN_APP, State.PLANNED): 1}
    await remember(base.read, facts.submitted("e1", "p1"))
    await looked_again(base)
    assert await states(base) == {(Channel.EMAIL, State.READY): 1, (Channel.IN_APP, State.POSTED): 1}


async def test_a_fact_delivered_again_plans_nothing_twice(base: Store) -> None:
    await remember(base.read, facts.a_person("p1"))
    envelope = Envelope.wrap(facts.submitted("e1", "p1"), subject="e1", seq=1, by="p1", time=facts.AT)

    async def agent(tx: Tx, fact: Fact) -> None:
        await service.announce(tx, fact, contest_id=facts.CONTEST, letters=LETTERS)

    outcomes = [await inbox.apply(base, "deliveries.on_entries", ENTRIES.order, envelope, agent) for _ in range(2)]
    assert outcomes == [inbox.Outcome.APPLIED, inbox.Outcome.DOUBLE]
    # A group that starts over without its cursors meets the same facts as new ones.
    await base.read["inbox"].delete({})
    assert await inbox.apply(base, "deliveries.on_entries", ENTRIES.order, envelope, agent) == inbox.Outcome.APPLIED
    assert await states(base) == {(Channel.EMAIL, State.READY): 1, (Channel.IN_APP, State.POSTED): 1}


async def test_a_text_is_kept_as_it_was_planned(base: Store, mail: Ledger, settings: Settings) -> None:
    await remember(base.read, facts.a_person("p1"))
    await announce(base, facts.a_fact(facts.submitted("e1", "p1")))
    await remember(base.read, facts.a_contest(short_name="Tên khác"))
    await remember(base.read, facts.a_person("p1", email="moi@thu.example"))
    await drain(base, settings)
    (received,) = mail.of("moi@thu.example")
    body = received.get_body(("plain",))
    assert body is not None
    assert "Sáng kiến cải cách hành chính" in body.get_content()


async def test_finalists_and_the_others_are_told_even_when_entries_come_late(
    base: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcements, "_WATCHED", now() - facts.AT + timedelta(days=1))
    await enter(base, "e1", "p1")
    await enter(base, "e2", "p2")
    await announce(base, facts.a_fact(facts.finalists("e1", "e3")))
    await service.tidy(base, LETTERS, RESEND)
    assert await messages(base) == {("p1", "finalist"): 1}
    counted = await service.summary(base, Sought())
    assert (counted.total, counted.waiting, counted.expected) == (2, 2, 4)
    await enter(base, "e3", "p3")
    for _ in range(2):
        await service.tidy(base, LETTERS, RESEND)
    assert await messages(base) == {("p1", "finalist"): 1, ("p2", "not-finalist"): 1, ("p3", "finalist"): 1}
    # The copy of an acceptance that came after all this, though the entry was accepted before.
    await enter(base, "e4", "p4")
    for _ in range(2):
        await service.tidy(base, LETTERS, RESEND)
    told = {("p1", "finalist"): 1, ("p2", "not-finalist"): 1, ("p3", "finalist"): 1, ("p4", "not-finalist"): 1}
    assert await messages(base) == await messages(base, Channel.IN_APP) == told
    counted = await service.summary(base, Sought())
    assert (counted.total, counted.waiting, counted.expected) == (8, 0, 8)


async def test_an_entry_accepted_after_the_fact_is_not_told_of_it(base: Store) -> None:
    await enter(base, "e1", "p1")
    await announce(base, facts.a_fact(facts.finalists("e1")))
    late = facts.accepted("e2", "p2", accepted_at=facts.AT + timedelta(seconds=1))
    await remember(base.read, facts.submitted("e2", "p2"))
    await remember(base.read, late)
    await service.tidy(base, LETTERS, RESEND)
    assert await messages(base) == {("p1", "finalist"): 1}


async def test_a_second_entry_that_comes_late_gets_a_letter_of_its_own(base: Store) -> None:
    await enter(base, "e1", "p1")
    await announce(base, facts.a_fact(facts.result("e1", "e2")))
    await service.tidy(base, LETTERS, RESEND)
    await enter(base, "e2", "p1")
    for _ in range(2):
        await service.tidy(base, LETTERS, RESEND)
    rows = await base.read["deliveries"].find({"channel": Channel.EMAIL}, sort=[("planned_at", 1)])
    assert [[item["entry_id"] for item in row["given"]["items"]] for row in rows] == [["e1"], ["e2"]]


async def test_a_large_audience_is_planned_in_pieces_without_gap_or_double(base: Store) -> None:
    for n in range(120):
        await enter(base, f"e{n}", f"p{n}")
    await announce(base, facts.a_fact(facts.result("e0")))
    await service.tidy(base, LETTERS, RESEND)
    assert await messages(base) == {(f"p{n}", "result"): 1 for n in range(120)}
    counted = await service.summary(base, Sought(contest_id=facts.CONTEST))
    assert counted.total == counted.expected == 240


async def test_each_judge_is_told_of_the_scripts_that_wait(base: Store) -> None:
    await announce(base, facts.a_fact(facts.assigned(j1=7, j2=5)))
    await announce(base, facts.a_fact(facts.third_reader("j2")))
    rows = await base.read["notices"].find({}, sort=[("person_id", 1), ("title", 1)])
    assert [(row["person_id"], row["title"], row["link"]) for row in rows] == [
        ("j1", "7 bài đang chờ Ông/Bà chấm", "/cham-thi"),
        ("j2", "5 bài đang chờ Ông/Bà chấm", "/cham-thi"),
        ("j2", "Ông/Bà được mời chấm bài lần thứ ba", "/cham-thi"),
    ]


async def test_a_contest_of_several_facts_adds_up_by_message_and_state(
    base: Store, mail: Ledger, settings: Settings
) -> None:
    for n in range(4):
        await enter(base, f"e{n}", f"p{n}")
        await announce(base, facts.a_fact(facts.submitted(f"e{n}", f"p{n}")))
    await remember(base.read, facts.a_person("p3", email="tu-choi@thu.example"))
    await announce(base, facts.a_fact(facts.order("e0", "e1")))
    await announce(base, facts.a_fact(facts.result("e0", "e1")))
    await service.tidy(base, LETTERS, RESEND)
    await drain(base, settings)
    counted = await service.summary(base, Sought())
    assert counted.counts == {
        "receipt": {State.ACCEPTED: 3, State.REJECTED: 1, State.POSTED: 4},
        "running-order": {State.ACCEPTED: 2, State.POSTED: 2},
        "result": {State.ACCEPTED: 3, State.REJECTED: 1, State.POSTED: 4},
    }
    assert counted.total == counted.expected == 20
    assert len(mail.taken) == 8
