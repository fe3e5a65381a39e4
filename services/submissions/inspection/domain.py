"""What a file shows itself to be: its kind by its content, and whether it can be opened at all. Seconds at worst, in a child."""

import io
import mmap
import os
import resource
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from pathlib import PurePath

import puremagic
from PIL import Image
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from services.submissions.packages import domain as packages
from services.submissions.rules.domain import KIND_WORDS
from shared.errors import Refusal

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SUFFIXES = {PDF: (".pdf",), JPEG: (".jpg", ".jpeg"), PNG: (".png",), DOCX: (".docx",)}
NAMES: dict[str, str] = {**KIND_WORDS, DOCX: "Word (DOCX)"}
MAX_PIXELS = 64_000_000
MAX_PAGES = 300
_END_OF_JPEG, _SCAN, _MOST_SCANS = b"\xff\xd9", b"\xda", 100
"""A picture that builds up has about ten scans; one of thousands keeps its reader busy for minutes."""
_FRAMES = b"\xc0\xc1\xc2"
"""Marks of a frame: two kinds that come at once, one that builds up."""
STUMBLES = (PyPdfError, OSError, ValueError, KeyError, TypeError, RecursionError, Image.DecompressionBombError)
"""What the readers raise for a file that is not what it should be."""


class FileEmpty(Refusal):
    """Nothing came."""

    code = "file_empty"
    status = 422
    message = "Tệp không có nội dung. Hãy chọn lại tệp."


class FileTooLarge(Refusal):
    """Over the contest's limit for one file."""

    code = "file_too_large"
    status = 413


class KindRefused(Refusal):
    """The contest does not take this kind."""

    code = "file_kind_refused"
    status = 422


class Disguised(Refusal):
    """The content is of another kind than the name says."""

    code = "file_disguised"
    status = 422
    message = "Nội dung tệp không đúng với đuôi tên tệp. Hãy xuất lại tệp từ chương trình gốc rồi gửi lại."


class Unreadable(Refusal):
    """Damaged, locked by a password, or too complex to be opened safely."""

    code = "file_unreadable"
    status = 422
    message = "Không mở được tệp này (tệp hỏng, có mật khẩu hoặc quá phức tạp). Hãy lưu lại thành PDF không mật khẩu rồi gửi lại."


def check_size(size: int, max_bytes: int) -> None:
    """Before anything of it is read. Raises FileEmpty, FileTooLarge."""
    if not size:
        raise FileEmpty
    if size > max_bytes:
        raise FileTooLarge(
            f"Tệp nặng quá mức cho phép ({max_bytes // (1024 * 1024)} MB). Hãy giảm dung lượng rồi gửi lại."
        )


def kind_of(content: bytes, name: str, allowed: list[str], max_bytes: int) -> str:
    """The media type that the content itself shows. Raises FileEmpty, FileTooLarge, KindRefused, Disguised.

    Reading the directory of a large package takes a while: the service runs this in a child.
    """
    check_size(len(content), max_bytes)
    found, claims = _sniffed(content), _claimed(name)
    if found is not None and found in allowed and claims == found:
        return found
    if claims in allowed or (found in allowed and claims != found):
        raise Disguised
    raise _refused(allowed)


def check_name(name: str, allowed: list[str]) -> None:
    """Before anything is sent: whether a file of this name could be taken at all. Raises KindRefused."""
    if _claimed(name) not in allowed:
        raise _refused(allowed)


def _claimed(name: str) -> str | None:
    suffix = PurePath(name.lower()).suffix
    return next((kind for kind, suffixes in SUFFIXES.items() if suffix in suffixes), None)


def _refused(allowed: list[str]) -> KindRefused:
    return KindRefused(f"Loại tệp này không được nhận. Cuộc thi nhận: {', '.join(NAMES[kind] for kind in allowed)}.")


def _sniffed(content: bytes) -> str | None:
    """By the beginning of the content; a DOCX also by what is packed in it."""
    starts = {b"%PDF-": PDF, b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG, b"PK\x03\x04": DOCX}
    begun = next((kind for start, kind in starts.items() if content.startswith(start)), None)
    if begun is None:
        return None
    try:
        known = {match.mime_type for match in puremagic.magic_string(content)}
    except puremagic.PureError:
        return None
    if begun not in known:
        return None
    # A zip hangs on the end of a file: the same bytes would be a picture here and an archive elsewhere.
    fits = packages.is_word(content) if begun == DOCX else not packages.is_also_archive(content)
    return begun if fits else None


def check(content: bytes, kind: str) -> None:
    """Whether a file of this kind opens: its structure, not every page and pixel of it. Raises Unreadable.

    May take seconds and much memory on a hostile file: the service runs it in a child with limits.
    """
    try:
        if kind == PDF:
            check_pages(PdfReader(io.BytesIO(content)))
        elif kind == DOCX:
            packages.check(content)
        else:
            _check_picture(content, kind)
    except STUMBLES as error:
        raise Unreadable from error


def check_pages(reader: PdfReader) -> None:
    """Raises Unreadable."""
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable
    if not 0 < len(reader.pages) <= MAX_PAGES:
        raise Unreadable(f"Tệp PDF cần có từ 1 đến {MAX_PAGES} trang.")


def check_pixels(opened: Image.Image) -> None:
    """Raises Unreadable."""
    if opened.width * opened.height > MAX_PIXELS:
        raise Unreadable(f"Ảnh lớn quá {MAX_PIXELS // 1_000_000} triệu điểm ảnh. Hãy thu nhỏ rồi gửi lại.")


def _check_picture(content: bytes, kind: str) -> None:
    with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as opened:
        check_pixels(opened)
        if kind == PNG:
            opened.verify()  # the checksum of each piece; nothing is inflated
        elif not _is_whole_jpeg(content):
            raise Unreadable


def _is_whole_jpeg(content: bytes) -> bool:
    """By its marks: what is before the first scan is a head, and may hold a small picture with an end of its own."""
    place, frame = 2, b""
    while content[place : place + 1] == b"\xff" and (mark := content[place + 1 : place + 2]) != _SCAN:
        if mark in _FRAMES:
            frame = content[place : place + 10]
        place += 1 if mark == b"\xff" else 2 + int.from_bytes(content[place + 2 : place + 4])
    if content[place + 1 : place + 2] != _SCAN or content.rfind(_END_OF_JPEG) < place:
        return False
    # A photograph has all its colours in one scan, and needs no counting.
    in_one = frame[1:2] in _FRAMES[:2] and content[place + 4 : place + 5] == frame[9:]
    return in_one or content.count(b"\xff" + _SCAN, place) <= _MOST_SCANS


def inspect_in_child(parent: Connection, cpu_seconds: int, memory_bytes: int) -> None:
    """One file after the other, each within its own limits, until one is at fault: what it left behind ends with us.

    It is here because a child imports what it runs: with a driver that would take a second.
    """
    limit(memory_bytes)
    while True:
        try:
            name, allowed, max_bytes = parent.recv()
            handle = recv_handle(parent)
        except EOFError:
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime)
        resource.setrlimit(resource.RLIMIT_CPU, (spent + cpu_seconds, resource.RLIM_INFINITY))
        answer = _answer(handle, name, allowed, max_bytes)
        parent.send(answer)
        if answer[0] is not None:
            return


def limit(memory_bytes: int) -> None:
    """This process never has more memory than that, and writes no file."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _answer(handle: int, name: str, allowed: list[str], max_bytes: int) -> tuple[type[Refusal] | None, str | None]:
    try:
        with mmap.mmap(handle, 0, prot=mmap.PROT_READ) as mapped:
            content = mapped[:]
        kind = kind_of(content, name, allowed, max_bytes)
        check(content, kind)
    except Refusal as refusal:
        return type(refusal), refusal.message
    except Exception:  # noqa: BLE001 - what a reader stumbles over is the file's fault
        return Unreadable, None
    finally:
        os.close(handle)
    return None, kind


def make_in_child(parent: Connection, cpu_seconds: int, memory_bytes: int) -> None:
    """What a function makes of one file, then the end."""
    limit(memory_bytes)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    make, content, kind = parent.recv()
    try:
        parent.send((None, make(content, kind)))
    except Refusal as refusal:
        parent.send((type(refusal), refusal.message))
    except Exception:  # noqa: BLE001 - what a reader stumbles over is the file's fault
        parent.send((Unreadable, None))
