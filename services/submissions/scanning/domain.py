"""What is known of a file, what a daemon's answer means, when to ask again. Pure; the wire is `service`."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from pydantic import AwareDatetime, BaseModel

from shared.errors import Refusal

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=30)
_OK, _FOUND = "stream: OK", " FOUND"
_TOO_LARGE = "INSTREAM size limit exceeded"


class State(StrEnum):
    """Of one file. A file is unchecked where nothing scans, while the daemon is away, and when it will not take it."""

    PENDING = "scan_pending"
    CLEAN = "scan_clean"
    INFECTED = "scan_infected"
    UNCHECKED = "scan_unchecked"


class Infected(Refusal):
    """The daemon found malicious code in it: nobody may open it, and it is not handed in."""

    code = "file_infected"
    status = 409
    message = "Phần mềm quét phát hiện mã độc trong tệp này nên tệp đã bị khóa, không ai mở được. Hãy bỏ tệp rồi gửi tệp khác."
    heading = "Tệp đã bị khóa"
    advice = "Người gửi quét vi-rút máy đã dùng, bỏ tệp này khỏi bài rồi gửi bản khác. Người khác không phải làm gì."


class NotScannedYet(Refusal):
    """The jury opens a file only after the daemon had its say."""

    code = "file_not_scanned_yet"
    status = 409
    message = "Tệp này đang chờ quét vi-rút. Hãy mở lại sau ít phút."
    heading = "Tệp đang chờ quét vi-rút"
    advice = "Đợi ít phút rồi tải lại trang này."


class ScannerAway(Exception):
    """No answer, or one that says nothing of the file: it will be asked again."""


class TooLargeToScan(Exception):
    """The daemon takes no file of this size; asking again would not help."""


class Address(NamedTuple):
    """Where the daemon listens: a path, or a host with a port."""

    path: str = ""
    host: str = ""
    port: int = 0


class Scan(BaseModel):
    """Of one file. `blobs`: its id and that of the copy made from it; `signature`: what was found."""

    id: str
    blobs: list[str]
    state: State = State.PENDING
    signature: str = ""
    why: str = ""
    """Why it is unchecked, in words for people."""
    tries: int = 0
    turn: int = 0
    """How often somebody took it; the number of the one who did last says whose turn it is."""
    next_at: AwareDatetime | None = None
    """When to ask next; None when the answer stands."""
    checked_at: AwareDatetime | None = None
    told: bool = False
    """Whether its owner was told that it is infected."""

    def settled(self, signature: str, at: datetime) -> "Scan":
        """The daemon's answer; an empty signature is a clean file."""
        found = State.INFECTED if signature else State.CLEAN
        return self.model_copy(
            update={"state": found, "signature": signature, "why": "", "checked_at": at, "next_at": None}
        )

    def put_off(self, at: datetime) -> "Scan":
        """The daemon is away: asked again later and later, never given up."""
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(self.tries, 10))
        why = "máy quét vi-rút chưa trả lời; hệ thống sẽ tự quét lại"
        told = {"state": State.UNCHECKED, "why": why, "tries": self.tries + 1, "next_at": at + pause}
        return self.model_copy(update=told)

    def given_up(self, why: str) -> "Scan":
        """Nothing will look into it."""
        return self.model_copy(update={"state": State.UNCHECKED, "why": why, "next_at": None})


def address_of(url: str) -> Address | None:
    """Of a setting: tcp://host:port, unix:/path; `none` or nothing is no daemon. Raises ValueError for anything else."""
    if url in ("", "none"):
        return None
    place = urlsplit(url)
    if place.scheme == "unix" and place.path:
        return Address(path=place.path)
    if place.scheme == "tcp" and place.hostname and place.port:
        return Address(host=place.hostname, port=place.port)
    raise ValueError("the address of clamd reads tcp://host:port or unix:/path")


def framed(piece: bytes) -> bytes:
    """A piece as INSTREAM wants it: its length in four bytes, then itself; an empty piece ends the stream."""
    return len(piece).to_bytes(4) + piece


def signature_in(answer: bytes) -> str:
    """What was found; nothing in a clean file. Raises TooLargeToScan, ScannerAway."""
    told = answer.decode("utf-8", "replace").strip("\0\r\n ")
    if told == _OK:
        return ""
    if told.startswith("stream: ") and told.endswith(_FOUND):
        return told.removeprefix("stream: ").removesuffix(_FOUND)[:200]
    if told.startswith(_TOO_LARGE):
        raise TooLargeToScan
    raise ScannerAway(told[:200])
