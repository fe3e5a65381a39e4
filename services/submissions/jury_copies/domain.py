"""The copy of a file without metadata that a jury may open: how it is made, and how far its making came."""

import io
from datetime import datetime, timedelta
from enum import StrEnum

from PIL import Image, ImageOps
from pydantic import AwareDatetime, BaseModel
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, StreamObject

from services.submissions.inspection.domain import (
    JPEG,
    PDF,
    PNG,
    STUMBLES,
    Unreadable,
    check_pages,
    check_pixels,
)
from shared.errors import Refusal
from shared.events import submissions as events

KINDS = (PDF, JPEG, PNG)
"""A Word file has no copy: what it tells of its author cannot all be found."""
_MOST_TRIES = 4
_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=10)
_TELLTALE_OF_PAGE = ("/Annots", "/AA", "/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/B", "/StructParents")
_TELLTALE = ("/Metadata", "/PieceInfo", "/LastModified", "/AA", "/JS", "/JavaScript", "/EmbeddedFiles", "/AF")
_PRIVATE_SEGMENTS = {0xE1, *range(0xE3, 0xEE), 0xEF, 0xFE}
"""JPEG segments with EXIF, XMP, IPTC and comments; the frame, colours (ICC, Adobe) and pixels stay."""


class State(StrEnum):
    """Of the copy of one file; a file that is gone before its copy was made leaves GONE for the worker to tidy up."""

    PENDING = "copy_pending"
    READY = "copy_ready"
    FAILED = "copy_failed"
    GONE = "copy_gone"


class CopyFailed(Refusal):
    """A file opens but cannot be made again: it is not handed in, because no jury would get it."""

    code = "file_copy_failed"
    status = 409


class CopyPending(Refusal):
    """The copy is not made yet: it may be tried again."""

    code = "file_copy_pending"
    status = 409
    message = "Hệ thống đang làm bản cho giám khảo của tệp này. Hãy thử lại sau ít phút."


class Copy(BaseModel):
    """Stored bytes of a file; the id of a jury's copy is random and says nothing of entry or time."""

    id: str
    media_type: str
    size: int
    sha256: str

    def told(self) -> events.File:
        """As other services hear of it: without its name."""
        return events.File(file_id=self.id, media_type=self.media_type, size=self.size, sha256=self.sha256)


class Making(BaseModel):
    """Of the copy of one file, whose id it has; `copy_id` is where the bytes of the copy are, or will be."""

    id: str
    copy_id: str
    media_type: str
    state: State = State.PENDING
    size: int = 0
    sha256: str = ""
    why: str = ""
    """Why there is none, in words for people."""
    tries: int = 0
    """How often somebody took it; the number of the one who did last says whose turn it is."""
    next_at: AwareDatetime | None = None
    """When to go on; None when nothing is to be done."""
    settled_at: AwareDatetime | None = None
    told: bool = False
    """Whether its owner was told that there is none."""

    @property
    def copied(self) -> Copy | None:
        """What the jury may get, once it is made."""
        if self.state is not State.READY:
            return None
        return Copy(id=self.copy_id, media_type=self.media_type, size=self.size, sha256=self.sha256)

    def made(self, size: int, sha256: str) -> "Making":
        """There it is."""
        return self.model_copy(update={"state": State.READY, "size": size, "sha256": sha256, "next_at": None})

    def failed(self, at: datetime, why: str) -> "Making":
        """The file is at fault; trying again would not help."""
        return self.model_copy(update={"state": State.FAILED, "why": why, "next_at": None, "settled_at": at})

    def put_off(self, at: datetime, why: str) -> "Making":
        """A child that was ended, perhaps by the machine: tried again a few times, then it is the file's fault."""
        return self.failed(at, why) if self.tries >= _MOST_TRIES else self.later(at)

    def later(self, at: datetime) -> "Making":
        """What keeps bytes is away: tried again as often as it takes."""
        pause = min(_LONGEST_PAUSE, _PAUSE * 2 ** min(self.tries, 10))
        return self.model_copy(update={"next_at": at + pause})


def cleaned(content: bytes, media_type: str) -> bytes:
    """The same pages or pixels in a new file without metadata. Raises Unreadable.

    May take seconds and much memory on a hostile file: the service runs it in a child with limits.
    """
    try:
        return _clean_pdf(content) if media_type == PDF else _clean_image(content, media_type)
    except STUMBLES as error:
        raise Unreadable from error


def _clean_pdf(content: bytes) -> bytes:
    reader = PdfReader(io.BytesIO(content))
    check_pages(reader)
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
        check_pixels(opened)
        turned = ImageOps.exif_transpose(opened)
        pixels = turned.convert("RGB" if media_type == JPEG or not turned.has_transparency_data else "RGBA")
    pixels.info.clear()
    made = io.BytesIO()
    pixels.save(made, "JPEG" if media_type == JPEG else "PNG", quality=90)
    return made.getvalue()
