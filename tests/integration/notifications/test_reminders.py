"""Reminders: an e-mail and a notice for a draft, nothing once it was handed in, postponed or over."""

from collections import Counter
from datetime import timedelta

from services.notifications.deliveries.channels.sender import Post
from services.notifications.deliveries.domain import Channel, State
from services.notifications.settings import Settings
from shared.clock import now
from shared.mongo import Document, Store
from tests.integration.notifications.conftest import LETTERS, announce, remember
from tests.integration.notifications.mail_server import Ledger
from tests.unit.notifications import facts

TOMORROW = now() + timedelta(days=1)


async def _a_reminded_draft(store: Store) -> None:
    timetable = facts.a_contest().timetable.model_copy(update={"closes_at": TOMORROW, "edit_until": TOMORROW})
    await remember(store.read, facts.a_contest(timetable=timetable))
    await remember(store.read, facts.a_person("p1"))
    await remember(store.read, facts.begun("e1", "p1"))
    await announce(store, facts.a_fact(facts.reminded("e1", "p1", closes_at=TOMORROW)))


async def _sent(store: Store, settings: Settings) -> dict[str, Document]:
    post = Post.of(settings, LETTERS)
    while await post.send_next(store):
        pass
    return {row["channel"]: row for row in await store.read["deliveries"].find({"message": "reminder"})}


async def test_the_owner_of_a_draft_gets_a_letter_and_a_notice_that_lead_to_the_preview(
    base: Store, mail: Ledger, settings: Settings
) -> None:
    await _a_reminded_draft(base)
    rows = await _sent(base, settings)
    assert {channel: row["state"] for channel, row in rows.items()} == {
        Channel.EMAIL: State.ACCEPTED,
        Channel.IN_APP: State.POSTED,
    }
    text = rows[Channel.EMAIL]["text"]
    assert facts.TITLE in text
    assert "CHƯA ĐƯỢC NỘP" in text
    assert "https://sangkien.example/bai-du-thi/e1/xem-truoc" in text
    notice = await base.read["notices"].find_one({"person_id": "p1"})
    assert notice is not None
    assert notice["link"] == "/bai-du-thi/e1/xem-truoc"


async def test_a_letter_that_waits_is_not_sent_once_the_entry_was_handed_in(
    base: Store, mail: Ledger, settings: Settings
) -> None:
    await _a_reminded_draft(base)
    await remember(base.read, facts.submitted("e1", "p1"))
    rows = await _sent(base, settings)
    assert rows[Channel.EMAIL]["state"] == State.SUPPRESSED
    assert rows[Channel.EMAIL]["reason"] == "Bài đã được nộp."
    assert not mail.taken


async def test_a_reminder_that_comes_after_the_hand_in_or_for_an_old_deadline_reaches_nobody(
    base: Store, mail: Ledger, settings: Settings
) -> None:
    await remember(base.read, facts.submitted("e1", "p1"))
    await announce(base, facts.a_fact(facts.reminded("e1", "p1", closes_at=TOMORROW)))
    await announce(base, facts.a_fact(facts.reminded("e2", "p1", closes_at=facts.AT + timedelta(days=29))))
    rows = await base.read["deliveries"].find({"message": "reminder"})
    assert Counter(row["state"] for row in rows) == {State.SUPPRESSED: 4}
    assert await base.read["notices"].count({}) == 0
    told = await base.read["outbox"].find({"type": "notifications.delivery.failed.v1"})
    assert len(told) == 4


async def test_a_letter_that_waited_past_the_deadline_is_not_sent(
    base: Store, mail: Ledger, settings: Settings
) -> None:
    await remember(base.read, facts.a_person("p1"))
    await announce(base, facts.a_fact(facts.reminded("e1", "p1")))  # closed months ago, by the clock of the sender
    rows = await _sent(base, settings)
    assert rows[Channel.EMAIL]["reason"] == "Đã hết hạn nộp bài."
    assert not mail.taken
