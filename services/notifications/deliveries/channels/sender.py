"""One attempt at a mail: claimed before the network, handed over, written down. What is due is decided by time and state."""

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
from services.notifications.deliveries.channels import attempts, email
from services.notifications.deliveries.channels.attempts import Ending, Next, Outcome
from services.notifications.deliveries.channels.facts import TOLD, tell
from services.notifications.deliveries.channels.lanes import NOTHING_TO_DO
from services.notifications.deliveries.domain import Delivery, Move, State, is_address
from services.notifications.settings import Settings
from shared import logs
from shared.clock import now
from shared.ids import new_id
from shared.mongo import DriverError, Store, Tx
from shared.redaction import hide_contacts

_RECORD_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
log = logs.get(__name__)


@dataclass(slots=True)
class Post:
    """One sender: its own connection, the name it claims under, the patience of the settings."""

    connection: email.Connection
    mail_from: str
    lease: timedelta
    resend: timedelta
    owner: str
    failures: int = 0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """A sender for the service's Settings."""
        return cls(
            email.Connection(settings),
            settings.mail_from,
            timedelta(seconds=settings.lease_seconds),
            timedelta(seconds=settings.resend_seconds),
            f"{socket.gethostname()}-{os.getpid()}-{new_id()}",
        )

    async def step(self, store: Store) -> float:
        """Send the next due mail; how long to rest. While the server is away few rows are spent on finding out."""
        outcome = await self.send_next(store)
        if outcome is None:
            return NOTHING_TO_DO
        if outcome.ending is Ending.DOWN:
            self.failures += 1
            return min(_LONGEST_PAUSE, 2.0**self.failures)
        if self.failures and outcome.ending is Ending.ACCEPTED:
            self.failures = 0
            await repository.hasten(store.read, now(), Ending.DOWN)
        return 0.0

    async def send_next(self, store: Store) -> Outcome | None:
        """Claim, send, record one mail. None when nothing is due."""
        at = now()
        row = await repository.claim(store.read, self.owner, at, at + self.lease)
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
        """Hand `row` over to the address its person has now; the same bytes at every attempt, but for the address."""
        contact = await copies.find_contact(store.read, row.person_id)
        hindered = _hindered(contact)
        if hindered is not None or contact is None:
            return hindered or Outcome(Ending.INVALID)
        try:
            mail = email.letter(
                row, name=contact.name, address=contact.email, mail_from=self.mail_from, at=row.planned_at
            )
        except email.UnsafeHeader as error:
            return Outcome(Ending.INVALID, str(error))
        return await self.connection.send(mail)


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
    log.info("deliveries.mail.attempted", delivery=row.id, attempt=row.attempt, ending=outcome.ending)


async def lose(store: Store, row: Delivery, at: datetime, resend: timedelta) -> None:
    """The lease of a claimed row ran out: whether it was sent is uncertain."""

    async def work(tx: Tx) -> None:
        following = attempts.uncertain(row, "Tiến trình gửi dừng giữa chừng.", at, resend=resend)
        await _follow(tx, row, following, at, waits_for=Ending.UNCERTAIN)

    await store.transaction(work)


async def _follow(tx: Tx, row: Delivery, following: Next, at: datetime, *, waits_for: Ending) -> None:
    told = following.state in TOLD
    reason = hide_contacts(following.reason)  # mail servers repeat the address they refuse
    change = {
        "reason": reason,
        "next_at": following.next_at,
        "tries": following.tries,
        "waits_for": waits_for,
        "first_try": row.first_try or row.changed_at,
        "lease_until": None,
        "published": row.published + told,
    }
    if await repository.move(tx, row, Move(state=following.state, at=at, note=reason), change) and told:
        await tell(tx, row, following.state, reason, at)
