"""The text message channel against a real SMPP gateway: every class of answer, a kill, long texts, quiet sessions."""

import asyncio
from datetime import timedelta

import pytest
from pydantic import SecretStr

from services.notifications.deliveries import service
from services.notifications.deliveries.channels.attempts import Ending
from services.notifications.deliveries.channels.sms import Gateway, Text
from services.notifications.deliveries.domain import Channel, State
from services.notifications.settings import Settings
from shared.clock import now
from shared.mongo import Store
from tests.integration.notifications.conftest import LETTERS, until
from tests.integration.notifications.issuing import NUMBER, issued, row_of, texts_taken, urgent
from tests.integration.notifications.text_gateway import Texts, text_gateway


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
    assert len((await texts.caught_up()).taken) == expected[1]
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
    await texts.caught_up()
    assert (texts.sessions, len(texts.taken)) == (1, 1)


async def test_a_gateway_that_was_killed_and_comes_back_gets_what_waited(base: Store, own: Settings) -> None:
    ledger = Texts()
    async with text_gateway(ledger) as process:
        settings = own.model_copy(update={"smpp_url": SecretStr(ledger.url), "smpp_connections": 1})
        sender = asyncio.create_task(service.run(base, settings, LETTERS))
        await issued(base, NUMBER)
        await until(lambda: texts_taken(ledger, 1))
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
    await texts.caught_up()
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
    assert (await texts.caught_up()).questions == 1
    monkeypatch.undo()
    gateway._client._socket.shutdown(2)
    assert (await gateway.send(Text(NUMBER, "Xin chao", 2))).ending is Ending.ACCEPTED
    await gateway.close()
    assert (await texts.caught_up()).sessions == 2
