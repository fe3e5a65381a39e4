"""A file: what kinds are taken, how a disguised one is known, and the copy without metadata that a jury may open."""

import io
import re
import resource
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import PurePath
from urllib.parse import quote

import puremagic
from PIL import Image, ImageOps
from pydantic import AwareDatetime, BaseModel
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject, StreamObject

from services.submissions.packages import domain as packages
from services.submissions.rules.domain import KIND_WORDS
from shared.errors import Refusal
from shared.events import submissions as events
from shared.text import one_line

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SUFFIXES = {PDF: (".pdf",), JPEG: (".jpg", ".jpeg"), PNG: (".png",), DOCX: (".docx",)}
NAMES: dict[str, str] = {**KIND_WORDS, DOCX: "Word (DOCX)"}
MAX_PIXELS = 64_000_000
_MAX_PAGES = 300
_NAME_LENGTH = 150
MANDATE = "mandate"
_MOST_MANDATES = 2
_TELLTALE_OF_PAGE = ("/Annots", "/AA", "/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/B", "/StructParents")
_TELLTALE = ("/Metadata", "/PieceInfo", "/LastModified", "/AA", "/JS", "/JavaScript", "/EmbeddedFiles", "/AF")
_PRIVATE_SEGMENTS = {0xE1, *range(0xE3, 0xEE), 0xEF, 0xFE}
"""JPEG segments with EXIF, XMP, IPTC and comments; the frame, colours (ICC, Adobe) and pixels stay."""


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


class TooManyFiles(Refusal):
    """The contest's limit is reached."""

    code = "too_many_files"
    status = 422


class Copy(BaseModel):
    """The file made again for the jury; its id is random and says nothing of entry or time."""

    id: str
    media_type: str
    size: int
    sha256: str

    def told(self) -> events.File:
        """As other services hear of it: without its name."""
        return events.File(file_id=self.id, media_type=self.media_type, size=self.size, sha256=self.sha256)


class Attachment(Copy):
    """A file as it came, and its copy for the jury when its kind allows one. `name` is data, never a path."""

    name: str
    added_at: AwareDatetime
    copy_for_jury: Copy | None = None
    purpose: str = ""
    """`mandate`: the paper naming an organisation's representative, which no jury gets; empty: part of the entry."""


def check_room(kept: Sequence[Attachment], limit: int, purpose: str) -> None:
    """`limit` is for what belongs to the entry; papers of other purposes are not counted. Raises TooManyFiles."""
    most = _MOST_MANDATES if purpose else limit
    if sum(one.purpose == purpose for one in kept) >= most:
        what = "giấy cử" if purpose else "tệp"
        text = f"Mỗi bài kèm được nhiều nhất {most} {what}. Hãy bỏ bớt một tệp rồi thêm lại."
        raise TooManyFiles(text, field=purpose or "file")


def kept_name(name: str) -> str:
    """The original name in NFC without folders, at most 150 signs; its ending stays."""
    bare = one_line(PurePath(name.replace("\\", "/")).name) or "tep"
    suffix = PurePath(bare).suffix[:10]
    return bare if len(bare) <= _NAME_LENGTH else bare[: _NAME_LENGTH - len(suffix)] + suffix


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

    Reading the directory of a large package takes a while: the service runs this, too, in a child.
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
    return next((kind for kind, suffixes in _SUFFIXES.items() if suffix in suffixes), None)


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


def cleaned(content: bytes, media_type: str) -> bytes | None:
    """The same pages or pixels in a new file without metadata; None for a kind with no such copy. Raises Unreadable.

    May take seconds and much memory on a hostile file: the service runs it in a child with limits.
    """
    try:
        if media_type == PDF:
            return _clean_pdf(content)
        if media_type == DOCX:
            packages.check(content)
        return _clean_image(content, media_type) if media_type in (JPEG, PNG) else None
    except (
        PyPdfError,
        OSError,
        ValueError,
        KeyError,
        TypeError,
        RecursionError,
        Image.DecompressionBombError,
    ) as error:
        raise Unreadable from error


def _clean_pdf(content: bytes) -> bytes:
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable
    if not 0 < len(reader.pages) <= _MAX_PAGES:
        raise Unreadable(f"Tệp PDF cần có từ 1 đến {_MAX_PAGES} trang.")
    writer = PdfWriter()
    for page in reader.pages:
        for name in _TELLTALE_OF_PAGE:
            page.pop(name, None)
        writer.add_page(page)
    for number in range(len(writer._objects)):  # noqa: SLF001 - the only way to every object, images in forms included
        _strip(writer._objects[number])  # noqa: SLF001
    writer.metadata = None
    writer.compress_identical_objects(
        remove_duplicates=False, remove_unreferenced=True
    )  # what was cut off is still there
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def _strip(thing: object) -> None:
    if not isinstance(thing, DictionaryObject):
        return
    for name in _TELLTALE:
        thing.pop(name, None)
    if isinstance(thing, StreamObject) and thing.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        thing._data = without_private_segments(thing._data)  # noqa: SLF001 - the raw JPEG, not its pixels


def without_private_segments(jpeg: bytes) -> bytes:
    """A JPEG without EXIF, XMP, IPTC and comments, its pixels untouched; other bytes come back as they are."""
    if not jpeg.startswith(b"\xff\xd8"):
        return jpeg
    kept, place = [jpeg[:2]], 2
    while place + 4 <= len(jpeg) and jpeg[place] == 0xFF and jpeg[place + 1] != 0xDA:  # noqa: PLR2004 - start of scan
        end = place + 2 + int.from_bytes(jpeg[place + 2 : place + 4])
        if jpeg[place + 1] not in _PRIVATE_SEGMENTS:
            kept.append(jpeg[place:end])
        place = end
    return b"".join([*kept, jpeg[place:]])


def _clean_image(content: bytes, media_type: str) -> bytes:
    with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise Unreadable(f"Ảnh lớn quá {MAX_PIXELS // 1_000_000} triệu điểm ảnh. Hãy thu nhỏ rồi gửi lại.")
        turned = ImageOps.exif_transpose(opened)
        pixels = turned.convert("RGB" if media_type == JPEG or not turned.has_transparency_data else "RGBA")
    pixels.info.clear()
    made = io.BytesIO()
    pixels.save(made, "JPEG" if media_type == JPEG else "PNG", quality=90)
    return made.getvalue()


def jury_name(number: int, media_type: str) -> str:
    """What a judge saves the file as; it tells nothing."""
    return f"tep-{number}{_SUFFIXES[media_type][0]}"


def download_headers(name: str) -> dict[str, str]:
    """Never shown by the browser as a page of ours: saved, not guessed at, and without rights (RFC 6266)."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }


def work_in_child(parent: Connection, cpu_seconds: int, memory_bytes: int) -> None:
    """One file, then the end. It is here because the child imports what it runs: with a driver it would take a second."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    content, name, allowed, max_bytes = parent.recv()
    try:
        kind = kind_of(content, name, allowed, max_bytes)
        parent.send((None, kind, cleaned(content, kind)))
    except Refusal as refusal:
        parent.send((type(refusal), refusal.message))
    except Exception:  # noqa: BLE001 - what a reader stumbles over is the file's fault
        parent.send((Unreadable, None))
