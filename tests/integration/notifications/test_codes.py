"""One-time codes through real servers: by mail and by text message, once, soon, never stale, and forgotten afterwards."""

import asyncio
import json
import logging
from datetime import timedelta

import pytest

from services.notifications.deliveries import domain, repository, service
from services.notifications.deliveries.channels.attempts import Ending
from services.notifications.deliveries.domain import Channel, State
from services.notifications.settings import Settings
from shared.clock import now
from shared.identity import Person, Role
from shared.mongo import Store
from tests.integration.notifications.conftest import LETTERS, announce, remember, until
from tests.integration.notifications.issuing import NUMBER, issued, planned, row_of, texts_taken, urgent
from tests.integration.notifications.mail_server import Ledger
from tests.integration.notifications.text_gateway import Texts
from tests.unit.notifications import facts

RESEND = timedelta(seconds=600)
ORGANISER = Person("to-chuc", "Ban Tổ chức", frozenset({(Role.ORGANISER.value, "*")}))
COLLECTIONS = ("people", "deliveries", "announcements", "notices", "outbox", "inbox", "dead_letters", "parked")


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
    await until(lambda: texts_taken(texts, 1))
    (part,) = texts.taken
    assert (part["to"], part["from"], part["coding"], part["header"]) == ("84912345600", "SANGKIEN", 0, "")
    assert part["text"].startswith("Sang Kien: 048213 la ma dang nhap, dung den ")
    assert part["validity"] is not None
    row = await row_of(base, delivery)
    assert (row["state"], row["sealed"], row["reason"]) == (State.ACCEPTED, "", "0 m1 (1 phần)")
    assert not {"048213", "912345600"} & set(json.dumps(row, default=str).split('"'))
    assert await base.read["outbox"].find({}) == []


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


async def test_codes_overtake_letters_that_hang_on_a_slow_server(base: Store, mail: Ledger, own: Settings) -> None:
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
    delivery = await issued(base, "doc-lai@thu.example")
    await urgent(own).send_next(base)
    row = await row_of(base, delivery)
    assert (row["state"], row["sealed"]) == (State.REJECTED, "")
    assert row["reason"] == "554 5.7.1 *** may not read ***"
    assert "doc-lai" not in str(row)
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
    await texts.caught_up()
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
