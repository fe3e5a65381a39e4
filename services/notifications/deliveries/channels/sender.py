"""One attempt at a mail or text message: claimed before the network, handed over, written down. What is due is decided by time and state."""

import asyncio
import os
import random
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from services.notifications.copies import service as copies
from services.notifications.copies.domain import Contact
from services.notifications.deliveries import repository
from services.notifications.deliveries.channels import attempts, email, moot, sealed, sms
from services.notifications.deliveries.channels.attempts import Ending, Next, Outcome
from services.notifications.deliveries.channels.facts import is_told, tell
from services.notifications.deliveries.channels.lanes import NOTHING_TO_DO
from services.notifications.deliveries.channels.letters import Letters
from services.notifications.deliveries.domain import UNDER_WAY, Channel, Delivery, Move, State, is_address, is_number
from services.notifications.settings import Settings
from shared import logs
from shared.clock import now
from shared.ids import new_id
from shared.mongo import Document, DriverError, Store, Tx
from shared.redaction import hide, hide_contacts
from shared.sealed import Unreadable

_RECORD_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_SHORT_PAUSE = 5.0
"""Of a lane that carries what somebody waits for."""
_TOO_LATE = "Hết hạn trước khi gửi được."
_URGENT_LANES = 2
_USELESS = timedelta(seconds=20)
"""A code that is good for less than this is not worth a message."""
log = logs.get(__name__)


Carrier = email.Connection | sms.Gateway


@dataclass(slots=True)
class Post:
    """One sender: its own connection, the name it claims under, what it takes, the patience of the settings."""

    connection: Carrier
    settings: Settings
    letters: Letters
    owner: str
    urgent: bool | None = False
    """As `repository.claim` takes it."""
    failures: int = 0

    @classmethod
    def of(cls, settings: Settings, letters: Letters, *, channel: Channel = Channel.EMAIL) -> Self:
        """A sender for what is not urgent; of text messages it takes everything."""
        owner = f"{socket.gethostname()}-{os.getpid()}-{new_id()}"
        if channel is Channel.SMS:
            return cls(sms.Gateway(settings), settings, letters, owner, urgent=None)
        return cls(email.Connection(settings), settings, letters, owner)

    @classmethod
    def all_of(cls, settings: Settings, letters: Letters) -> list[Self]:
        """The senders of one worker."""
        posts = [cls.of(settings, letters) for _ in range(settings.smtp_connections)]
        for _ in range(_URGENT_LANES):
            posts.append(cls.of(settings, letters))
            posts[-1].urgent = True
        bound = settings.smpp_connections if settings.text_messages else 0
        return posts + [cls.of(settings, letters, channel=Channel.SMS) for _ in range(bound)]

    @property
    def channel(self) -> Channel:
        """What it carries."""
        return Channel.SMS if isinstance(self.connection, sms.Gateway) else Channel.EMAIL

    @property
    def resend(self) -> timedelta:
        """How long an uncertain mail waits."""
        return timedelta(seconds=self.settings.resend_seconds)

    async def step(self, store: Store) -> float:
        """Send what is due next; how long to rest. While the server is away few rows are spent on finding out."""
        outcome = await self.send_next(store)
        if outcome is None:
            await self.connection.rest()
            return NOTHING_TO_DO
        if outcome.ending is Ending.DOWN:
            self.failures += 1
            return min(_LONGEST_PAUSE if self.urgent is False else _SHORT_PAUSE, 2.0**self.failures)
        if self.failures and outcome.ending is Ending.ACCEPTED:
            self.failures = 0
            await repository.hasten(store.read, now(), Ending.DOWN, self.channel)
        return 0.0

    async def send_next(self, store: Store) -> Outcome | None:
        """Claim, send, record one delivery. None when nothing is due."""
        at, lease = now(), timedelta(seconds=self.settings.lease_seconds)
        row = await repository.claim(store.read, self.owner, at, at + lease, channel=self.channel, urgent=self.urgent)
        if row is None:
            return None
        outcome = await self.attempt(store, row)
        # While the database is away the answer is kept and written later: a lost answer would mean a second mail.
        while not await self._recorded(store, row, outcome):  # noqa: ASYNC110 - nothing rings when a database is back
            await asyncio.sleep(_RECORD_PAUSE)
        return outcome

    async def _recorded(self, store: Store, row: Delivery, outcome: Outcome) -> bool:
        try:
            await record(store, row, outcome, now(), self.resend)
        except DriverError as error:
            log.warning("deliveries.record.waits", delivery=row.id, error=type(error).__name__)
            return False
        return True

    async def attempt(self, store: Store, row: Delivery) -> Outcome:
        """Hand `row` over; the same bytes at every attempt, but for the address."""
        if row.expires_at is not None and now() + _USELESS >= row.expires_at:
            return Outcome(Ending.EXPIRED, _TOO_LATE)
        if row.sealed:
            return await self._attempt_sealed(row)
        if pointless := await moot.why(store.read, row, now()):
            return Outcome(Ending.SUPPRESSED, pointless)
        contact = await copies.find_contact(store.read, row.person_id)
        hindered = _hindered(contact)
        if hindered is not None or contact is None:
            return hindered or Outcome(Ending.INVALID)
        return await self._mail(row, contact.name, contact.email)

    async def _attempt_sealed(self, row: Delivery) -> Outcome:
        try:
            held = sealed.opened(row, self.letters, self.settings.secret_key.get_secret_value())
        except Unreadable:
            log.error("deliveries.seal.unreadable", delivery=row.id)  # noqa: TRY400 - a trace would name the sealed text
            return Outcome(Ending.INVALID, "Không mở được nội dung niêm phong.")
        if self.channel is Channel.SMS:
            outcome = await self._text(row, held)
        elif is_address(held.address):
            words = {"subject": held.content.subject, "text": held.content.text, "html": held.content.html}
            outcome = await self._mail(row.model_copy(update=words), held.name, held.address)
        else:
            outcome = Outcome(Ending.INVALID, "Địa chỉ thư không dùng được.")
        # What a server says may repeat the address or the message.
        return Outcome(outcome.ending, hide(outcome.detail, [held.address, held.secret], "***"))

    async def _mail(self, row: Delivery, name: str, address: str) -> Outcome:
        if isinstance(self.connection, sms.Gateway):
            return Outcome(Ending.INVALID, "Kênh này không chở thư.")
        try:
            mail = email.letter(row, name=name, address=address, mail_from=self.settings.mail_from, at=row.planned_at)
        except email.UnsafeHeader as error:
            return Outcome(Ending.INVALID, str(error))
        return await self.connection.send(mail)

    async def _text(self, row: Delivery, held: sealed.Opened) -> Outcome:
        if isinstance(self.connection, email.Connection) or not is_number(held.address):
            return Outcome(Ending.INVALID, "Số điện thoại không dùng được.")
        left = (row.expires_at - now()) // timedelta(minutes=1) if row.expires_at else 0
        text = sms.Text(held.address, held.content.text, int(row.id[:4], 16), max(1, left))
        return await self.connection.send(text)


def _hindered(contact: Contact | None) -> Outcome | None:
    if contact is None or not is_address(contact.email):
        return Outcome(Ending.INVALID, "Không có địa chỉ thư dùng được.")
    return None if contact.active else Outcome(Ending.SUPPRESSED, "Tài khoản đã đóng.")


async def record(store: Store, row: Delivery, outcome: Outcome, at: datetime, resend: timedelta) -> None:
    """Write down how the attempt of `row` ended, with the fact that follows; an answer after the lease still counts."""

    async def work(tx: Tx) -> None:
        kept = await repository.get(tx, row.id)
        if kept.attempt != row.attempt or kept.state not in (State.CLAIMED, State.UNCERTAIN):
            return
        following = attempts.after(kept, outcome, at, resend=resend, jitter=random.random())  # noqa: S311 - jitter
        if following.state is not kept.state:
            await _follow(tx, kept, following, at, waits_for=outcome.ending)

    await store.transaction(work)
    log.info("deliveries.attempted", delivery=row.id, channel=row.channel, attempt=row.attempt, ending=outcome.ending)


async def lose(store: Store, row: Delivery, at: datetime, resend: timedelta) -> None:
    """The lease of a claimed row ran out: whether it was sent is uncertain."""

    async def work(tx: Tx) -> None:
        following = attempts.uncertain(row, "Tiến trình gửi dừng giữa chừng.", at, resend=resend)
        await _follow(tx, row, following, at, waits_for=Ending.UNCERTAIN)

    await store.transaction(work)


async def expire(store: Store, row: Delivery, at: datetime) -> None:
    """A row that waits has become useless."""

    async def work(tx: Tx) -> None:
        reason = "Không rõ đã gửi được chưa, nay đã hết hạn." if row.state is State.UNCERTAIN else _TOO_LATE
        following = Next(State.EXPIRED, reason, tries=row.tries)
        await _follow(tx, row, following, at, waits_for=Ending.EXPIRED)

    await store.transaction(work)


async def _follow(tx: Tx, row: Delivery, following: Next, at: datetime, *, waits_for: Ending) -> None:
    told = is_told(row, following.state)
    reason = hide_contacts(following.reason)  # mail servers repeat the address they refuse
    change: Document = {
        "reason": reason,
        "next_at": following.next_at,
        "tries": following.tries,
        "waits_for": waits_for,
        "first_try": row.first_try or row.changed_at,
        "lease_until": None,
        "published": row.published + told,
    }
    if following.state not in UNDER_WAY:
        change["sealed"] = ""
    if await repository.move(tx, row, Move(state=following.state, at=at, note=reason), change) and told:
        await tell(tx, row, following.state, reason, at)
