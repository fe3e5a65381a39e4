"""One-time codes through real servers: by mail and by text message, once, soon, never stale, and forgotten afterwards."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from services.notifications.codes import service as codes
from services.notifications.deliveries import domain, repository, service
from services.notifications.deliveries.channels.attempts import Ending
from services.notifications.deliveries.channels.sender import Post
from services.notifications.deliveries.channels.sms import Gateway, Text
from services.notifications.deliveries.domain import Channel, State
from services.notifications.settings import Settings
from shared.clock import now
from shared.events.submissions import CodeIssued
from shared.identity import Person, Role
from shared.mongo import Document, Store, Tx
from tests.integration.notifications.conftest import LETTERS, announce, remember, until
from tests.integration.notifications.mail_server import Ledger
from tests.integration.notifications.text_gateway import Texts, text_gateway
from tests.unit.notifications import facts

NUMBER = "+84912345600"
RESEND = timedelta(seconds=600)
ORGANISER = Person("to-chuc", "Ban Tổ chức", frozenset({(Role.ORGANISER.value, "*")}))
COLLECTIONS = ("people", "deliveries", "announcements", "notices", "outbox", "inbox", "dead_letters", "parked")


@pytest.fixture
async def texts() -> AsyncIterator[Texts]:
    """A working gateway."""
    ledger = Texts()
    async with text_gateway(ledger):
        yield ledger


@pytest.fixture
def own(settings: Settings, texts: Texts) -> Settings:
    """With the gateway and the key the codes are sealed with."""
    own = {"smpp_url": SecretStr(texts.url), "smpp_timeout": 1.0, "secret_key": SecretStr(facts.SECRET)}
    return settings.model_copy(update=own)


async def issued(store: Store, address: str, *, purpose: str = "sign_in", seconds: float = 600, **more: Any) -> str:
    """A code was issued and taken in; the id of its delivery."""
    event = facts.a_code(purpose, address, until=now() + timedelta(seconds=seconds), **more)
    await planned(store, event)
    return domain.delivery_id(event.code_id, service.Message.CODE, "", Channel.EMAIL if "@" in address else Channel.SMS)


async def planned(store: Store, event: CodeIssued) -> None:
    """What the agent does."""

    async def work(tx: Tx) -> None:
        await codes.plan(tx, event, text_messages=True, issued_at=now(), at=now())

    await store.transaction(work)


async def row_of(store: Store, delivery_id: str) -> Document:
    """The row as it stands."""
    row = await store.read["deliveries"].get(delivery_id)
    assert row is not None
    return row


def urgent(settings: Settings, channel: Channel = Channel.EMAIL) -> Post:
    """A sender of codes."""
    post = Post.of(settings, LETTERS, channel=channel)
    if channel is Channel.EMAIL:
        post.urgent = True
    return post


async def everything(store: Store) -> str:
    """All collections of the service."""
    return json.dumps([await store.read[name].find({}) for name in COLLECTIONS], default=str, ensure_ascii=False)


async def test_a_code_goes_by_mail_once_and_leaves_nothing_behind(base: Store, mail: Ledger, own: Settings) -> None:
    event = facts.a_code(until=now() + timedelta(minutes=10))
    for _ in range(2):
        await planned(base, event)
    post = urgent(own)
    await post.send_next(base)
    assert await post.send_next(base) is None
    (received,) = mail.of("p1@thu.example")
    body = received.get_body(("plain",))
    assert body is not None
    assert "048213" in body.get_content()
    (row,) = await base.read["deliveries"].find({})
    assert (row["state"], row["sealed"], row["text"]) == (State.ACCEPTED, "", "")
    assert await base.read["outbox"].find({}) == []
    assert await base.read["notices"].find({}) == []
    kept = await everything(base)
    for secret in ("048213", "p1@thu.example", "Ánh Tuyết", event.sealed):
        assert secret not in kept


async def test_a_code_goes_by_text_message_in_one_part(base: Store, texts: Texts, own: Settings) -> None:
    delivery = await issued(base, NUMBER)
    post = urgent(own, Channel.SMS)
    await post.send_next(base)
    await post.connection.close()
    await until(lambda: _taken(texts, 1))
    (part,) = texts.taken
    assert (part["to"], part["from"], part["coding"], part["header"]) == ("84912345600", "SANGKIEN", 0, "")
    assert part["text"].startswith("Sang Kien: 048213 la ma dang nhap, dung den ")
    assert part["validity"] is not None
    row = await row_of(base, delivery)
    assert (row["state"], row["sealed"], row["reason"]) == (State.ACCEPTED, "", "0 m1 (1 phần)")
    assert not {"048213", "912345600"} & set(json.dumps(row, default=str).split('"'))
    assert await base.read["outbox"].find({}) == []


async def _taken(texts: Texts, number: int) -> bool:
    return len(texts.taken) >= number


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+84912345601", (State.RETRY_WAIT, 0)),
        ("+84912345605", (State.RETRY_WAIT, 0)),
        ("+84912345606", (State.RETRY_WAIT, 0)),
        ("+84912345602", (State.REJECTED, 0)),
        ("+84912345603", (State.EXHAUSTED, 1)),
        ("+84912345604", (State.EXHAUSTED, 1)),
        ("+84912345608", (State.EXHAUSTED, 1)),
        ("+84912345607", (State.ACCEPTED, 1)),
        ("0912345600", (State.INVALID, 0)),
    ],
)
async def test_each_answer_of_the_gateway_ends_in_its_state(
    base: Store, texts: Texts, own: Settings, number: str, expected: tuple[State, int]
) -> None:
    delivery = await issued(base, number)
    post = urgent(own, Channel.SMS)
    await post.send_next(base)
    await post.connection.close()
    row = await row_of(base, delivery)
    assert row["state"] == expected[0]
    assert bool(row["sealed"]) == (expected[0] is State.RETRY_WAIT)
    assert len(texts.taken) == expected[1]
    assert number not in str(row)


async def test_a_throttled_code_goes_at_its_next_try_over_the_same_session(
    base: Store, texts: Texts, own: Settings
) -> None:
    delivery, post = await issued(base, "+84912345601"), urgent(own, Channel.SMS)
    await post.send_next(base)
    row = await row_of(base, delivery)
    assert row["next_at"] - row["changed_at"] < timedelta(seconds=3)
    await base.read["deliveries"].update({"_id": delivery}, {"$set": {"next_at": now()}})
    await post.send_next(base)
    await post.connection.close()
    assert (await row_of(base, delivery))["state"] == State.ACCEPTED
    assert (texts.sessions, len(texts.taken)) == (1, 1)


async def test_a_gateway_that_was_killed_and_comes_back_gets_what_waited(base: Store, own: Settings) -> None:
    ledger = Texts()
    async with text_gateway(ledger) as process:
        settings = own.model_copy(update={"smpp_url": SecretStr(ledger.url), "smpp_connections": 1})
        sender = asyncio.create_task(service.run(base, settings, LETTERS))
        await issued(base, NUMBER)
        await until(lambda: _taken(ledger, 1))
        process.kill()
        await process.wait()
    ids = [await issued(base, f"+8491234561{n}", purpose="sign_up") for n in range(3)]

    async def all_wait() -> bool:
        return await base.read["deliveries"].count({"_id": {"$in": ids}, "state": State.RETRY_WAIT}) == 3

    await until(all_wait)
    async with text_gateway(ledger):

        async def all_sent() -> bool:
            return await base.read["deliveries"].count({"_id": {"$in": ids}, "state": State.ACCEPTED}) == 3

        await until(all_sent)
        sender.cancel()
        await asyncio.gather(sender, return_exceptions=True)
    assert len(ledger.taken) == 4


async def test_a_wrong_password_at_the_gateway_costs_no_code(base: Store, texts: Texts, own: Settings) -> None:
    wrong = own.model_copy(update={"smpp_url": SecretStr(f"smpp://sangkien:khac@127.0.0.1:{texts.port}")})
    delivery = await issued(base, NUMBER)
    outcome = await urgent(wrong, Channel.SMS).send_next(base)
    assert outcome is not None
    assert outcome.ending is Ending.DOWN
    assert (await row_of(base, delivery))["state"] == State.RETRY_WAIT


async def test_a_long_text_with_marks_goes_in_parts_that_a_phone_can_put_together(texts: Texts, own: Settings) -> None:
    gateway, body = Gateway(own), "Đường đến một cửa, không giấy tờ. " * 5
    outcome = await gateway.send(Text(NUMBER, body.strip(), reference=0x1234))
    await gateway.close()
    assert outcome.detail == "0 m3 (3 phần)"
    assert [part["header"][-6:] for part in texts.taken] == ["340301", "340302", "340303"]
    assert "".join(part["text"] for part in texts.taken) == body.strip()
    assert {(part["coding"], part["reference"]) for part in texts.taken} == {(8, 0x1234)}


async def test_a_quiet_session_is_kept_alive_and_a_lost_one_found_out_before_it_is_used(
    texts: Texts, own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = Gateway(own)
    await gateway.send(Text(NUMBER, "Xin chao", 1))
    monkeypatch.setattr("services.notifications.deliveries.channels.sms._IDLE_SECONDS", 0)
    await gateway.rest()
    assert texts.questions == 1
    monkeypatch.undo()
    gateway._client._socket.shutdown(2)
    assert (await gateway.send(Text(NUMBER, "Xin chao", 2))).ending is Ending.ACCEPTED
    await gateway.close()
    assert texts.sessions == 2


async def test_a_code_is_never_sent_once_it_has_run_out(base: Store, mail: Ledger, own: Settings) -> None:
    short = await issued(base, "p1@thu.example", seconds=5)
    gone = await issued(base, "p2@thu.example", seconds=60)
    await base.read["deliveries"].update({"_id": gone}, {"$set": {"expires_at": now()}})
    await service.tidy(base, LETTERS, RESEND)
    post = urgent(own)
    while await post.send_next(base):
        pass
    for delivery in (short, gone):
        row = await row_of(base, delivery)
        assert (row["state"], row["sealed"]) == (State.EXPIRED, "")
        assert row["reason"].startswith("Hết hạn")
    assert mail.taken == []


async def test_codes_overtake_a_thousand_letters_that_hang_on_a_slow_server(
    base: Store, mail: Ledger, own: Settings
) -> None:
    for n in range(30):
        await remember(base.read, facts.a_person(f"p{n}", email=f"im-lang@{n}.example"))
        await announce(base, facts.a_fact(facts.submitted(f"e{n}", f"p{n}")))
    sender = asyncio.create_task(service.run(base, own.model_copy(update={"smtp_timeout": 60.0}), LETTERS))

    async def all_lanes_hang() -> bool:
        return len(mail.taken) >= own.smtp_connections

    await until(all_lanes_hang)
    for n in range(5):
        await issued(base, f"gap{n}@thu.example")

    async def codes_are_there() -> bool:
        return sum(1 for to, _ in mail.taken if to.startswith("gap")) == 5

    await until(codes_are_there, 20)
    assert await base.read["deliveries"].count({"channel": Channel.EMAIL, "state": State.READY}) >= 20
    sender.cancel()
    await asyncio.gather(sender, return_exceptions=True)


async def test_a_sender_killed_with_a_code_in_hand_sends_it_once_more_under_the_same_id(
    base: Store, mail: Ledger, own: Settings
) -> None:
    delivery, post = await issued(base, "p1@thu.example"), urgent(own)
    at = now()
    row = await repository.claim(base.read, "dead", at, at + timedelta(seconds=1), urgent=True)
    assert row is not None
    assert (await post.attempt(base, row)).ending is Ending.ACCEPTED
    for field in ("lease_until", "next_at"):
        await base.read["deliveries"].update({"_id": delivery}, {"$set": {field: now() - timedelta(seconds=1)}})
        await service.tidy(base, LETTERS, RESEND)
    await post.send_next(base)
    assert (await row_of(base, delivery))["state"] == State.ACCEPTED
    both = mail.of("p1@thu.example")
    assert len(both) == 2
    assert {one["Message-ID"] for one in both} == {f"<{delivery}@sangkien.example>"}


async def test_what_a_server_repeats_of_a_code_is_hidden_and_nobody_can_send_it_again(
    base: Store, mail: Ledger, own: Settings
) -> None:
    delivery = await issued(base, "tu-choi@thu.example")
    await urgent(own).send_next(base)
    row = await row_of(base, delivery)
    assert (row["state"], row["sealed"]) == (State.REJECTED, "")
    assert "tu-choi" not in str(row)
    await base.read["deliveries"].update({"_id": delivery}, {"$set": {"state": State.EXHAUSTED}})
    with pytest.raises(domain.NotExhausted):
        await service.retry(base, delivery, "Gửi lại", ORGANISER, now())


async def test_no_log_line_at_any_level_names_code_or_address(
    base: Store, mail: Ledger, texts: Texts, own: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await issued(base, "p1@thu.example")
    await issued(base, NUMBER)
    await issued(base, "+84912345604", purpose="reset")
    mails, messages = urgent(own), urgent(own, Channel.SMS)
    await mails.send_next(base)
    while await messages.send_next(base):
        pass
    await messages.connection.close()
    assert (len(mail.taken), len(texts.taken)) == (1, 2)
    for secret in ("048213", b"048213".hex(), "p1@thu", "912345600", b"912345600".hex(), "Tuyết"):
        ours = "\n".join(str(one.msg) + one.getMessage() for one in caplog.records if one.name != "mail.log")
        assert secret not in ours


async def test_the_counts_add_up_with_codes_among_them(base: Store, mail: Ledger, own: Settings) -> None:
    await remember(base.read, facts.a_person("p1"))
    await announce(base, facts.a_fact(facts.submitted("e1", "p1")))
    await issued(base, "p1@thu.example")
    await issued(base, NUMBER)
    counted = await service.summary(base, service.Sought())
    assert counted.counts["code"] == {State.READY: 2}
    assert counted.total == counted.expected == 4
    assert (await service.summary(base, service.Sought(contest_id=facts.CONTEST))).total == 2
