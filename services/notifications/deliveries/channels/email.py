"""The mail channel: a MIME message from a delivery, one SMTP connection, and what its answers mean for the delivery."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr

import aiosmtplib
from aiosmtplib.errors import SMTPException, SMTPResponseException, SMTPServerDisconnected

from services.notifications.deliveries.channels.attempts import Ending, Outcome
from services.notifications.deliveries.domain import Delivery, has_control_signs, is_address
from services.notifications.settings import Settings
from shared.clock import local

_MESSAGES_OF_A_CONNECTION = 100
_CLOSING, _PERMANENT = 421, 500
_SHOWN = 200


class UnsafeHeader(ValueError):
    """A name or address that could end its header line, or that is no address."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to be handed over."""

    sender: str
    recipient: str
    content: bytes


def _named(name: str, address: str) -> Address:
    if has_control_signs(name) or not is_address(address):
        raise UnsafeHeader("Tên có ký tự điều khiển hoặc địa chỉ không hợp lệ.")
    return Address(display_name=name, addr_spec=address)


def letter(row: Delivery, *, name: str, address: str, mail_from: str, at: datetime) -> Letter:
    """The mail of `row`, the same bytes whenever it is made again. Raises UnsafeHeader.

    Bodies are base64: a Vietnamese paragraph is one raw line longer than RFC 5321 allows.
    """
    sender = _named(*parseaddr(mail_from))
    recipient = _named(name, address)
    if has_control_signs(row.subject):
        raise UnsafeHeader("Tiêu đề có ký tự điều khiển.")
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = row.subject
    mail["Date"] = format_datetime(local(at))
    mail["Message-ID"] = f"<{row.id}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = "vi"
    mail.set_content(row.text, cte="base64")
    mail.add_alternative(row.html, subtype="html", cte="base64")
    mail.set_boundary(f"=_{row.id}")
    return Letter(sender.addr_spec, recipient.addr_spec, mail.as_bytes())


class Connection:
    """One connection to the mail server, opened when needed and used again; one message at a time."""

    def __init__(self, server: Settings) -> None:
        """`server`: what the settings say of the mail server."""
        self._server = server
        self._client: aiosmtplib.SMTP | None = None
        self._carried = 0

    async def close(self) -> None:
        """Say goodbye, whatever the other side makes of it."""
        client, self._client = self._client, None
        if client is None or not client.is_connected:
            return
        try:
            await client.quit(timeout=2)
        except (SMTPException, OSError, TimeoutError):
            client.close()

    async def rest(self) -> None:
        """Between messages a connection needs no care: a lost one is opened again."""

    async def send(self, mail: Letter) -> Outcome:
        """Hand `mail` over. Nothing is raised for what the server does or fails to do."""
        used = self._client is not None
        try:
            client = await self._open()
        except (SMTPException, OSError, TimeoutError) as error:
            self._drop()
            return Outcome(Ending.DOWN, _said(error))
        try:
            await client.mail(mail.sender)
            await client.rcpt(mail.recipient)
        except SMTPResponseException as error:
            return await self._refused(client, error)
        except (SMTPException, OSError, TimeoutError) as error:
            self._drop()
            # A kept connection may have been closed while nothing was sent: that says nothing of the server.
            if used and isinstance(error, SMTPServerDisconnected):
                return await self.send(mail)
            return Outcome(Ending.DEFERRED, _said(error))
        return await self._hand_over(client, mail)

    async def _hand_over(self, client: aiosmtplib.SMTP, mail: Letter) -> Outcome:
        try:
            answer = await client.data(mail.content)
        except SMTPResponseException as error:
            return await self._refused(client, error)
        except (SMTPException, OSError, TimeoutError) as error:
            self._drop()
            return Outcome(Ending.UNCERTAIN, _said(error))
        except BaseException:  # cancelled in mid-dialogue: the connection cannot be used again
            self._drop()
            raise
        self._carried += 1
        if self._carried >= _MESSAGES_OF_A_CONNECTION:
            await self.close()
        return Outcome(Ending.ACCEPTED, f"250 {answer.message}"[:_SHOWN])

    async def _open(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        server = self._server
        self._client = aiosmtplib.SMTP(
            hostname=server.smtp_host,
            port=server.smtp_port,
            timeout=server.smtp_timeout,
            use_tls=server.smtp_security == "tls",
            start_tls=server.smtp_security == "starttls",
            username=server.smtp_username or None,
            password=server.smtp_password.get_secret_value() if server.smtp_username else None,
        )
        self._carried = 0
        await self._client.connect()
        return self._client

    async def _refused(self, client: aiosmtplib.SMTP, error: SMTPResponseException) -> Outcome:
        if error.code == _CLOSING:
            self._drop()
            return Outcome(Ending.DOWN, _said(error))
        try:
            await client.rset()
        except (SMTPException, OSError, TimeoutError):
            self._drop()
        return Outcome(Ending.REJECTED if error.code >= _PERMANENT else Ending.DEFERRED, _said(error))

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None


def _said(error: BaseException) -> str:
    if isinstance(error, SMTPResponseException):
        return f"{error.code} {error.message}"[:_SHOWN]
    return f"{type(error).__name__}: {error}"[:_SHOWN]
