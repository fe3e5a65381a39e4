"""An upload under way: how far it came, which piece it takes next, what its headers say. Pure (tus.io/protocols/resumable-upload)."""

import base64
import binascii
import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import AwareDatetime, BaseModel

from services.submissions.files.domain import MANDATE
from services.submissions.inspection.domain import FileTooLarge
from shared.errors import NotFound, Refusal

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination,checksum"
ALGORITHMS = "sha1,sha256"
KEPT_FOR = timedelta(hours=24)
"""After the last piece; then it is forgotten."""
MOST_AT_ONCE = 5
"""Uploads under way of one person: each may hold a file of full size."""
MOST_BYTES = 20 * 1024 * 1024
"""Of any file that any contest may allow (`rules`)."""
_LENGTH_DIGITS = 12
_KEYS = ("filename", "purpose")


class OtherVersion(Refusal):
    """The client speaks another version of the protocol."""

    code = "tus_version"
    status = 412
    message = f"Máy chủ chỉ nhận giao thức tus {VERSION}."


class HeaderMissing(Refusal):
    """A header of the protocol is missing or makes no sense."""

    code = "tus_header"
    status = 400
    message = "Yêu cầu tải tệp không đúng giao thức."


class WrongType(Refusal):
    """A piece of another content type."""

    code = "tus_content_type"
    status = 415
    message = "Phần của tệp phải được gửi dưới dạng application/offset+octet-stream."


class OffsetMoved(Refusal):
    """The piece does not begin where the upload ends: ask where that is, and go on there."""

    code = "tus_offset"
    status = 409
    message = "Phần này không nối tiếp phần đã nhận. Hãy hỏi lại vị trí rồi gửi tiếp."


class ChecksumWrong(Refusal):
    """The piece changed on its way; nothing of it was kept."""

    code = "tus_checksum"
    status = 460
    message = "Phần này bị thay đổi trên đường truyền. Hãy gửi lại."


class Over(Refusal):
    """It is gone: expired, called off, or refused as a file."""

    code = "tus_gone"
    status = 410
    message = "Lần tải này đã kết thúc hoặc quá hạn. Hãy chọn lại tệp."


class TooManyUploads(Refusal):
    """So many of one person's are under way."""

    code = "too_many_uploads"
    status = 429
    message = f"Bạn đang có {MOST_AT_ONCE} tệp tải dở. Hãy tải xong hoặc bỏ bớt rồi thử lại."


class Piece(BaseModel):
    """Bytes that came, under an id of the store of bytes."""

    id: str
    size: int


class Upload(BaseModel):
    """Of one person, for one entry. `file_id` is set once the file is an attachment."""

    id: str
    owner_id: str
    entry_id: str
    name: str
    purpose: str = ""
    """As of an attachment."""
    length: int
    offset: int = 0
    pieces: list[Piece] = []
    file_id: str = ""
    version: int = 0
    """Of the entry once the file is with it."""
    created_at: AwareDatetime
    expires_at: AwareDatetime

    @property
    def whole(self) -> bool:
        """Whether every byte is here."""
        return self.offset == self.length

    def check(self, entry_id: str, person_id: str, at: datetime) -> None:
        """Whoever else asks finds nothing. Raises NotFound, Over."""
        if (self.entry_id, self.owner_id) != (entry_id, person_id):
            raise NotFound
        if at >= self.expires_at:
            raise Over

    def check_piece(self, offset: int) -> None:
        """Raises OffsetMoved."""
        if offset != self.offset:
            raise OffsetMoved

    def check_fits(self, more: int) -> None:
        """Raises FileTooLarge for more bytes than were announced."""
        if self.offset + more > self.length:
            raise FileTooLarge("Nhận được nhiều hơn độ dài đã khai của tệp.")

    def headers(self) -> dict[str, str]:
        """How far it came."""
        expires = self.expires_at.strftime("%a, %d %b %Y %H:%M:%S GMT")
        return {"Upload-Offset": str(self.offset), "Upload-Length": str(self.length), "Upload-Expires": expires}


class Checksum(NamedTuple):
    """What a piece must come to."""

    algorithm: str
    digest: bytes

    def check(self, content: bytes) -> None:
        """Raises ChecksumWrong."""
        if hashlib.new(self.algorithm, content, usedforsecurity=False).digest() != self.digest:
            raise ChecksumWrong


def number_in(header: str | None) -> int:
    """A length or an offset. Raises HeaderMissing."""
    if header is None or not header.isascii() or not header.isdecimal() or len(header) > _LENGTH_DIGITS:
        raise HeaderMissing
    return int(header)


class About(NamedTuple):
    """What is sent: the name of the file, and what it is for."""

    name: str
    purpose: str = ""


def about_in(metadata: str | None) -> About:
    """What Upload-Metadata says: pairs of a key and its value in base64. Raises HeaderMissing, also for another purpose."""
    pairs = [pair.strip().split(" ") for pair in (metadata or "").split(",")]
    try:
        told = {
            pair[0]: base64.b64decode(pair[1], validate=True).decode()
            for pair in pairs
            if pair[1:] and pair[0] in _KEYS
        }
    except (binascii.Error, UnicodeDecodeError) as error:
        raise HeaderMissing from error
    about = About(told.get("filename", ""), told.get("purpose", ""))
    if not about.name or about.purpose not in ("", MANDATE):
        raise HeaderMissing
    return about


def checksum_in(header: str | None) -> Checksum | None:
    """What Upload-Checksum says. Raises HeaderMissing, also for an algorithm that we do not know."""
    if header is None:
        return None
    algorithm, _, digest = header.partition(" ")
    try:
        made = base64.b64decode(digest, validate=True)
    except binascii.Error as error:
        raise HeaderMissing from error
    if algorithm not in ALGORITHMS.split(","):
        raise HeaderMissing
    return Checksum(algorithm, made)
