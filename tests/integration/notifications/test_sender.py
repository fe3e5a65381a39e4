"""The sender against a real SMTP server and a real database: every class of answer, kills, races, late copies."""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from services.notifications.deliveries import domain, repository, service
from services.notifications.deliveries.channels.attempts import Ending
from services.notifications.deliveries.channels.sender import Post
from services.notifications.deliveries.domain import Channel, State
from services.notifications.settings import Settings
from shared.clock import now
from shared.identity import Person, Role
from shared.mongo import Document, Store
from tests.integration.notifications.conftest import LETTERS, announce, remember, until
from tests.integration.notifications.mail_server import Ledger, mail_server
from tests.unit.notifications import facts

RESEND = timedelta(seconds=600)
ORGANISER = Person("to-chuc", "Ban Tổ chức", frozenset({(Role.ORGANISER.value, "*")}))


async def a_mail_to(store: Store, address: str, person: str = "p1", **changes: Any) -> str:
    """Somebody hands in an entry; the id of the mail that is due for it."""
    await remember(store.read, facts.a_person(person, email=address, **changes))
    await announce(store, facts.a_fact(facts.submitted(f"bai-{person}", person)))
    row = await store.read["deliveries"].find_one({"person_id": person, "channel": Channel.EMAIL})
    assert row is not None
    return str(row["_id"])


async def row_of(store: Store, delivery_id: str) -> Document:
    """The row as it stands."""
    row = await store.read["deliveries"].get(delivery_id)
    assert row is not None
    return row


async def told(store: Store, delivery_id: str) -> list[str]:
    """Types of the facts published of a delivery, in order."""
    rows = await store.read["outbox"].find({"key": delivery_id}, sort=[("seq", 1)])
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    return [row["type"].split(".")[2] for row in rows]


async def shift(store: Store, delivery_id: str, field: str) -> None:
    """The instant `field` of a row has come."""
    await store.read["deliveries"].update({"_id": delivery_id}, {"$set": {field: now() - timedelta(seconds=1)}})


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("tuyet@thu.example", (State.ACCEPTED, ["accepted"], 1)),
        ("de-sau@thu.example", (State.RETRY_WAIT, [], 0)),
        ("dong-cua@thu.example", (State.RETRY_WAIT, [], 0)),
        ("tu-choi@thu.example", (State.REJECTED, ["failed"], 0)),
        ("qua-dai@thu.example", (State.REJECTED, ["failed"], 0)),
        ("im-lang@thu.example", (State.UNCERTAIN, [], 1)),
        ("không phải địa chỉ", (State.INVALID, ["failed"], 0)),
        ("", (State.INVALID, ["failed"], 0)),
    ],
)
async def test_each_answer_of_the_server_ends_in_its_state(
    base: Store, mail: Ledger, settings: Settings, address: str, expected: tuple[State, list[str], int]
) -> None:
    state, facts_told, bodies = expected
    delivery = await a_mail_to(base, address)
    await Post.of(settings, LETTERS).send_next(base)
    row = await row_of(base, delivery)
    assert (row["state"], row["attempt"]) == (state, 1)
    assert await told(base, delivery) == facts_told
    assert len(mail.of(address)) == bodies
    assert [move["state"] for move in row["moves"]] == ["planned", "ready", "claimed", state]


async def test_a_deferred_mail_goes_at_its_next_try(base: Store, mail: Ledger, settings: Settings) -> None:
    delivery, post = await a_mail_to(base, "de-sau@thu.example"), Post.of(settings, LETTERS)
    await post.send_next(base)
    assert await post.send_next(base) is None
    await shift(base, delivery, "next_at")
    await post.send_next(base)
    assert (await row_of(base, delivery))["state"] == State.ACCEPTED
    assert len(mail.of("de-sau@thu.example")) == 1


async def test_a_server_that_is_away_costs_no_mail_and_its_return_sets_all_going(
    base: Store, mail: Ledger, settings: Settings
) -> None:
    away, post = settings.model_copy(update={"smtp_port": 1}), Post.of(settings, LETTERS)
    ids = [await a_mail_to(base, f"p{n}@thu.example", f"p{n}") for n in range(3)]
    gone = Post.of(away, LETTERS)
    rests = [await gone.step(base) for _ in ids[:2]]
    assert rests[0] < rests[1]
    waiting = [await row_of(base, delivery) for delivery in ids[:2]]
    assert {(row["state"], row["waits_for"]) for row in waiting} == {(State.RETRY_WAIT, Ending.DOWN)}
    assert all(row["next_at"] > now() + timedelta(seconds=50) for row in waiting)
    post.failures = 1
    while await post.step(base) == 0:
        pass
    assert {(await row_of(base, delivery))["state"] for delivery in ids} == {State.ACCEPTED}
    assert len(mail.taken) == 3


async def test_one_connection_carries_many_mails_and_a_lost_one_is_opened_again(
    base: Store, mail: Ledger, settings: Settings
) -> None:
    post = Post.of(settings, LETTERS)
    for n in range(5):
        await a_mail_to(base, f"p{n}@thu.example", f"p{n}")
        await post.send_next(base)
    assert mail.sessions == 1
    client = post.connection._client
    assert client is not None
    assert client.transport is not None
    client.transport.close()
    await asyncio.sleep(0.05)
    await a_mail_to(base, "p9@thu.example", "p9")
    outcome = await post.send_next(base)
    assert outcome is not None
    assert outcome.ending is Ending.ACCEPTED
    assert mail.sessions == 2


async def test_a_sender_killed_after_its_claim_loses_nothing(base: Store, mail: Ledger, settings: Settings) -> None:
    delivery = await a_mail_to(base, "tuyet@thu.example")
    at = now()
    assert await repository.claim(base.read, "dead", at, at + timedelta(seconds=1)) is not None
    assert await Post.of(settings, LETTERS).send_next(base) is None
    await shift(base, delivery, "lease_until")
    await service.tidy(base, LETTERS, RESEND)
    assert (await row_of(base, delivery))["state"] == State.UNCERTAIN
    assert await Post.of(settings, LETTERS).send_next(base) is None
    await shift(base, delivery, "next_at")
    await service.tidy(base, LETTERS, RESEND)
    await Post.of(settings, LETTERS).send_next(base)
    row = await row_of(base, delivery)
    assert (row["state"], row["attempt"], row["resends"]) == (State.ACCEPTED, 2, 1)
    assert len(mail.taken) == 1


async def test_a_sender_killed_between_the_answer_and_the_record_doubles_once_under_the_same_id(
    base: Store, mail: Ledger, settings: Settings
) -> None:
    delivery, post = await a_mail_to(base, "tuyet@thu.example"), Post.of(settings, LETTERS)
    at = now()
    row = await repository.claim(base.read, post.owner, at, at + timedelta(seconds=1))
    assert row is not None
    assert (await post.attempt(base, row)).ending is Ending.ACCEPTED  # and here it dies
    for field in ("lease_until", "next_at"):
        await shift(base, delivery, field)
        await service.tidy(base, LETTERS, RESEND)
    await Post.of(settings, LETTERS).send_next(base)
    assert (await row_of(base, delivery))["state"] == State.ACCEPTED
    assert await told(base, delivery) == ["accepted"]
    both = mail.of("tuyet@thu.example")
    assert len(both) == 2
    assert {one["Message-ID"] for one in both} == {f"<{delivery}@sangkien.example>"}
    assert both[0].as_bytes() == both[1].as_bytes()


async def test_an_answer_recorded_after_the_lease_still_counts(base: Store, mail: Ledger, settings: Settings) -> None:
    delivery, post = await a_mail_to(base, "tuyet@thu.example"), Post.of(settings, LETTERS)
    mail.gate.clear()
    sending = asyncio.create_task(post.send_next(base))
    await until(lambda: _taken(mail, 1))
    await shift(base, delivery, "lease_until")
    await service.tidy(base, LETTERS, RESEND)
    assert (await row_of(base, delivery))["state"] == State.UNCERTAIN
    mail.gate.set()
    await sending
    assert (await row_of(base, delivery))["state"] == State.ACCEPTED


async def _taken(mail: Ledger, number: int) -> bool:
    return len(mail.taken) >= number


async def test_silence_twice_ends_it_until_an_organiser_says_why_once_more(
    base: Store, mail: Ledger, settings: Settings
) -> None:
    delivery = await a_mail_to(base, "im-lang@thu.example")
    await Post.of(settings, LETTERS).send_next(base)
    await shift(base, delivery, "next_at")
    await service.tidy(base, LETTERS, RESEND)
    await Post.of(settings, LETTERS).send_next(base)
    row = await row_of(base, delivery)
    assert row["state"] == State.EXHAUSTED
    assert len(mail.of("im-lang@thu.example")) == 2
    assert await told(base, delivery) == ["failed"]
    await remember(base.read, facts.a_person("p1", email="tuyet@thu.example"))
    await service.retry(base, delivery, "Địa chỉ đã được sửa", ORGANISER, now())
    await Post.of(settings, LETTERS).send_next(base)
    row = await row_of(base, delivery)
    assert row["state"] == State.ACCEPTED
    assert await told(base, delivery) == ["failed", "accepted"]
    assert {"state": "ready", "note": "Địa chỉ đã được sửa", "by": "to-chuc"}.items() <= row["moves"][-3].items()
    with pytest.raises(domain.NotExhausted):
        await service.retry(base, delivery, "Lần nữa", ORGANISER, now())


async def test_a_closed_account_is_not_written_to(base: Store, mail: Ledger, settings: Settings) -> None:
    delivery = await a_mail_to(base, "tuyet@thu.example", active=False)
    await Post.of(settings, LETTERS).send_next(base)
    assert (await row_of(base, delivery))["state"] == State.SUPPRESSED
    assert mail.taken == []


@pytest.mark.parametrize("name", ["Nguyễn\r\nBcc: ai-do@thu.example", "Nguyễn\nSubject: khác"])
async def test_a_name_that_would_add_a_header_never_reaches_the_wire(
    base: Store, mail: Ledger, settings: Settings, name: str
) -> None:
    delivery = await a_mail_to(base, "tuyet@thu.example", name=name)
    await Post.of(settings, LETTERS).send_next(base)
    row = await row_of(base, delivery)
    assert (row["state"], row["reason"]) == (State.INVALID, "Tên có ký tự điều khiển hoặc địa chỉ không hợp lệ.")
    assert mail.attempts == Counter()


async def test_a_title_with_line_breaks_stays_one_line_of_the_body(
    base: Store, mail: Ledger, settings: Settings
) -> None:
    await remember(base.read, facts.a_person("p1", email="tuyet@thu.example"))
    event = facts.submitted("e", "p1", title="Sáng kiến\r\nBcc: ai-do@thu.example\r\n\r\nxin chào")
    await announce(base, facts.a_fact(event))
    await Post.of(settings, LETTERS).send_next(base)
    (received,) = mail.of("tuyet@thu.example")
    assert "Bcc" not in received
    body = received.get_body(("plain",))
    assert body is not None
    assert "Tên bài: Sáng kiến Bcc: ai-do@thu.example xin chào" in body.get_content()


async def test_two_senders_race_for_two_hundred_mails_and_each_goes_once(
    base: Store, mail: Ledger, settings: Settings
) -> None:
    for n in range(200):
        await a_mail_to(base, f"p{n}@thu.example", f"p{n}")
    senders = [asyncio.create_task(service.run(base, settings, LETTERS)) for _ in range(2)]
    sent = {"channel": Channel.EMAIL, "state": State.ACCEPTED}

    async def all_sent() -> bool:
        return await base.read["deliveries"].count(sent) == 200

    await until(all_sent)
    for sender in senders:
        sender.cancel()
    await asyncio.gather(*senders, return_exceptions=True)
    assert Counter(to for to, _ in mail.taken) == {f"p{n}@thu.example": 1 for n in range(200)}
    assert await base.read["outbox"].count({"type": "notifications.delivery.accepted.v1"}) == 400
    counted = await service.summary(base, service.Sought())
    assert counted.counts == {"receipt": {State.ACCEPTED: 200, State.POSTED: 200}}
    assert counted.total == counted.expected == 400


async def test_a_sender_told_to_stop_writes_down_what_it_holds(base: Store, mail: Ledger, settings: Settings) -> None:
    delivery = await a_mail_to(base, "tuyet@thu.example")
    mail.gate.clear()
    sender = asyncio.create_task(service.run(base, settings, LETTERS))
    await until(lambda: _taken(mail, 1))
    sender.cancel()
    await asyncio.sleep(0.1)
    mail.gate.set()
    with suppress(asyncio.CancelledError):
        await sender
    assert (await row_of(base, delivery))["state"] == State.ACCEPTED
    assert len(mail.taken) == 1


async def test_a_server_that_comes_back_gets_what_waited(base: Store, settings: Settings, mail: Ledger) -> None:
    async with mail_server(Ledger()) as later:
        port = later.port
    ids = [await a_mail_to(base, f"p{n}@thu.example", f"p{n}") for n in range(5)]
    sender = asyncio.create_task(
        service.run(base, settings.model_copy(update={"smtp_port": port, "smtp_connections": 2}), LETTERS)
    )

    async def one_waits() -> bool:
        return await base.read["deliveries"].count({"state": State.RETRY_WAIT}) > 0

    await until(one_waits)
    async with mail_server(Ledger(port=port)) as back:
        await until(lambda: _taken(back, 5))

        async def all_sent() -> bool:
            return await base.read["deliveries"].count({"_id": {"$in": ids}, "state": State.ACCEPTED}) == 5

        await until(all_sent)
        sender.cancel()
        await asyncio.gather(sender, return_exceptions=True)
        assert len(back.taken) == 5
