"""A real SMTP server on loopback with a fault script: what it answers is chosen by the recipient's address."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Ledger:
    """Every body the server took, in order: the truth of a run. `gate` holds answers back while it is cleared."""

    port: int = 0
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    attempts: Counter[str] = field(default_factory=Counter)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    silent: bool = False
    """Take bodies and answer none of them."""
    sessions: int = 0

    def of(self, address: str) -> list[EmailMessage]:
        """What one address got."""
        return [mail for to, mail in self.taken if to == address]


class Script:
    """The faults: `tu-choi@` 550, `de-sau@` 451 at the first try, `im-lang@` no answer after the body, `doc-lai@` repeats."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _: SMTP, __: Session, envelope: Envelope, address: str, __options: list[str]
    ) -> str:
        """Answer by address."""
        self._ledger.attempts[address] += 1
        if address.startswith("tu-choi@"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("de-sau@") and self._ledger.attempts[address] == 1:
            return "451 4.7.1 try again later"
        if address.startswith("dong-cua@") and self._ledger.attempts[address] == 1:
            return "421 4.3.2 going down"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        """Write the body down, then answer, or not."""
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        to = envelope.rcpt_tos[0]
        if to.startswith("qua-dai@"):
            return "552 5.3.4 too big"
        if to.startswith("doc-lai@"):
            return f"554 5.7.1 {to} may not read {first_digits(mail)}"
        self._ledger.taken.append((to, mail))
        if self._ledger.silent or to.startswith("im-lang@"):
            await asyncio.sleep(3600)
        await self._ledger.gate.wait()
        return "250 2.0.0 queued"


def first_digits(mail: EmailMessage) -> str:
    """What a filter that reads along might complain of."""
    body = mail.get_body(("plain",))
    return next((word for word in body.get_content().split() if word.isdigit()), "") if body else ""


@asynccontextmanager
async def mail_server(ledger: Ledger) -> AsyncIterator[Ledger]:
    """Serve on the ledger's port, a free one at first, for as long as the block runs."""
    ledger.gate.set()
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        ledger.sessions += 1
        return SMTP(Script(ledger), hostname="thu.example", loop=loop, enable_SMTPUTF8=False)

    server = await loop.create_server(session, "127.0.0.1", ledger.port)
    ledger.port = server.sockets[0].getsockname()[1]
    try:
        yield ledger
    finally:
        server.close()
