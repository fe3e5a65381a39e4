"""The text message channel: one SMPP 3.4 session, and what its answers mean for the delivery.

The library blocks, so that every dialogue runs in a thread; a session belongs to one lane and one thread at a time.
"""

import asyncio
import logging
import select
import socket
import ssl
import struct
import time
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import unquote, urlsplit

from smpplib import consts, exceptions, smpp
from smpplib.client import Client

from services.notifications.deliveries.channels.attempts import Ending, Outcome
from services.notifications.deliveries.domain import segments
from services.notifications.settings import Settings

_PORTS = {"smpp": 2775, "ssmpp": 3550}
_LATER = {
    consts.SMPP_ESME_RTHROTTLED,
    consts.SMPP_ESME_RMSGQFUL,
    consts.SMPP_ESME_RSYSERR,
    consts.SMPP_ESME_RX_T_APPN,
}
_IDLE_SECONDS = 20.0
"""After so long without a word the gateway is asked whether it is there; most hang up after half a minute or more."""
_BROKEN = (exceptions.ConnectionError, exceptions.PDUError, exceptions.UnknownCommandError, OSError, struct.error)
_CODINGS = {"gsm7": consts.SMPP_ENCODING_DEFAULT, "ucs2": consts.SMPP_ENCODING_ISO10646}
_UNREADABLE = "Cổng tin nhắn trả lời sai giao thức."
# At its finest level the library writes whole messages down, numbers and codes included.
logging.getLogger("sangkien.smpp").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Text:
    """A text message ready to be handed over. `number` is E.164."""

    number: str
    body: str
    reference: int
    """16 bits, the same at every attempt: parts that come twice are put together once."""
    minutes: int = 0
    """How long the phone company may keep trying; 0: as long as it likes."""


class _Session(Client):  # type: ignore[misc] # the library has no types
    """The library's client with a certificate checked against the host's name."""

    def _create_socket(self) -> Any:
        raw = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        raw.settimeout(self.timeout)
        return self._ssl_context.wrap_socket(raw, server_hostname=self.host) if self._ssl_context else raw


class Gateway:
    """One session with the gateway, bound when needed and kept; one message at a time."""

    def __init__(self, settings: Settings) -> None:
        """`settings.smpp_url` names host and account."""
        self._url = urlsplit(settings.smpp_url.get_secret_value())
        self._sender = settings.sms_sender
        self._timeout = settings.smpp_timeout
        self._client: Any = None
        self._quiet_since = 0.0
        self._turn = Lock()

    async def send(self, text: Text) -> Outcome:
        """Hand `text` over. Nothing is raised for what the gateway does or fails to do."""
        return await asyncio.to_thread(self._in_turn, self._send, text)

    async def rest(self) -> None:
        """Between messages: answer what the gateway asks, ask whether it is still there."""
        if self._client is not None:
            await asyncio.to_thread(self._in_turn, self._rest)

    async def close(self) -> None:
        """Say goodbye, whatever the other side makes of it."""
        if self._client is not None:
            await asyncio.to_thread(self._in_turn, self._close)

    def _in_turn(self, work: Any, *given: Any) -> Any:
        with self._turn:
            return work(*given)

    def _send(self, text: Text) -> Outcome:
        if self._client is not None:
            self._rest()  # a session that was closed meanwhile is found out before anything is sent
        try:
            client = self._client or self._bind()
        except _BROKEN as error:
            self._drop()
            return Outcome(Ending.DOWN, _said(error))
        cut = segments(text.body)
        many, outcome = len(cut.parts) > 1, Outcome(Ending.INVALID)
        for number, part in enumerate(cut.parts, 1):
            payload = _header(text, number, len(cut.parts)) + part if many else part
            outcome = self._submit(client, text, _CODINGS[cut.coding], payload, many=many)
            if outcome.ending is not Ending.ACCEPTED:
                return outcome
        return Outcome(Ending.ACCEPTED, f"{outcome.detail} ({len(cut.parts)} phần)")

    def _submit(self, client: Any, text: Text, coding: int, payload: bytes, *, many: bool) -> Outcome:
        try:
            asked = client.send_message(
                source_addr_ton=consts.SMPP_TON_ALNUM, source_addr_npi=0, source_addr=self._sender,
                dest_addr_ton=consts.SMPP_TON_INTL, dest_addr_npi=consts.SMPP_NPI_ISDN,
                destination_addr=text.number.removeprefix("+"), data_coding=coding, short_message=payload,
                esm_class=consts.SMPP_GSMFEAT_UDHI if many else 0, registered_delivery=0,
                user_message_reference=text.reference, validity_period=_validity(text.minutes),
            )  # fmt: skip
        except _BROKEN as error:  # not all of it went out, so nobody can have taken it
            self._drop()
            return Outcome(Ending.DEFERRED, _said(error))
        try:
            answer = self._answer(asked.sequence)
        except _BROKEN as error:
            self._drop()
            return Outcome(Ending.UNCERTAIN, _said(error))
        return self._judged(answer)

    def _judged(self, answer: Any) -> Outcome:
        status = int(answer.status)
        if status == consts.SMPP_ESME_ROK and answer.command == "submit_sm_resp":
            return Outcome(Ending.ACCEPTED, f"0 {_word(answer.message_id)}")
        told = f"{status} {consts.DESCRIPTIONS.get(status, answer.command)}"
        if status in _LATER:
            return Outcome(Ending.DEFERRED, told)
        if status == consts.SMPP_ESME_RINVBNDSTS:
            self._drop()
            return Outcome(Ending.DOWN, told)
        return Outcome(Ending.REJECTED, told)

    def _answer(self, sequence: int) -> Any:
        """The answer to our question `sequence`, within the time-out; what the gateway asks meanwhile is answered."""
        deadline = time.monotonic() + self._timeout
        while time.monotonic() < deadline:
            told = self._client.read_pdu()
            self._quiet_since = time.monotonic()
            if told is None:
                raise exceptions.PDUError(_UNREADABLE)
            if told.sequence == sequence and (told.command.endswith("_resp") or told.command == "generic_nack"):
                return told
            self._reply(told)
        raise TimeoutError

    def _reply(self, told: Any) -> None:
        if told.command not in ("enquire_link", "deliver_sm", "unbind"):
            return
        reply = smpp.make_pdu(f"{told.command}_resp", client=self._client)
        reply.sequence = told.sequence
        self._client.send_pdu(reply)
        if told.command == "unbind":
            raise exceptions.ConnectionError(told.command)

    def _rest(self) -> None:
        client = self._client
        try:
            while client is not None and select.select([client._socket], [], [], 0)[0]:  # noqa: SLF001 - no other way to look
                self._reply(client.read_pdu())
                self._quiet_since = time.monotonic()
            if client is not None and time.monotonic() - self._quiet_since > _IDLE_SECONDS:
                question = smpp.make_pdu("enquire_link", client=client)
                client.send_pdu(question)
                self._answer(question.sequence)
        except (*_BROKEN, AttributeError):
            self._drop()

    def _bind(self) -> Any:
        url = self._url
        context = ssl.create_default_context() if url.scheme == "ssmpp" else None
        self._client = _Session(
            url.hostname, url.port or _PORTS[url.scheme], timeout=self._timeout, logger_name="sangkien.smpp",
            ssl_context=context, allow_unknown_opt_params=True,
        )  # fmt: skip
        self._client.connect()
        self._client.bind_transceiver(system_id=unquote(url.username or ""), password=unquote(url.password or ""))
        self._quiet_since = time.monotonic()
        return self._client

    def _close(self) -> None:
        with suppress(*_BROKEN, AttributeError):
            self._client._socket.settimeout(2)  # noqa: SLF001 - the library has no other way
            self._client.unbind()
        self._drop()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.state = consts.SMPP_CLIENT_STATE_OPEN  # or it warns of what we know
            with suppress(*_BROKEN):
                client.disconnect()


def _header(text: Text, number: int, parts: int) -> bytes:
    """What lets a phone put a long message together."""
    return bytes((5, 0, 3, text.reference & 0xFF, parts, number))


def _validity(minutes: int) -> str | None:
    """Relative time of SMPP 3.4, 7.1.1: YYMMDDhhmmss000R."""
    days, hours = minutes // 1440, minutes % 1440 // 60
    return f"0000{days:02d}{hours:02d}{minutes % 60:02d}00000R" if minutes else None


def _word(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value or "")


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:200]
