"""How hostile files are made: zips, PDFs and pictures that no honest program writes. The files themselves are beside it.

Each has the verdict that it must meet: the name of a refusal, or `TAKEN` where the original may stay and nothing of
`MARK` may be in the copy for the jury.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import NamedTuple

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

MARK = "MA-DOC-GIAU-TRONG-TEP"
TAKEN = "taken"
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MEGABYTE = 1024 * 1024


class Hostile(NamedTuple):
    """A file as it is sent, and what is to become of it."""

    why: str
    name: str
    content: Callable[[], bytes]
    """Made when it is wanted: some are large."""
    verdict: str


def zipped(*parts: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as packed:
        for name, body in parts:
            packed.writestr(zipfile.ZipInfo(name), body, method)
    return made.getvalue()


def docx(*more: tuple[str, bytes], types: bytes = b"<Types/>", body: bytes = b"<document/>") -> bytes:
    return zipped(("[Content_Types].xml", types), ("word/document.xml", body), *more)


def related(kind: str, *, external: bool) -> bytes:
    mode = ' TargetMode="External"' if external else ""
    return f'<Relationships><Relationship Id="r1" Type="{_RELS}/{kind}" Target="http://ke-xau.example/x"{mode}/></Relationships>'.encode()


def pdf(change: object = None, *, root: dict[str, object] | None = None) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    for name, value in (root or {}).items():
        writer.root_object[NameObject(name)] = value
    if callable(change):
        change(writer, page)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def stream_of(data: bytes, **entries: object) -> DecodedStreamObject:
    made = DecodedStreamObject()
    made.set_data(data)
    made.update({NameObject(f"/{name}"): value for name, value in entries.items()})
    return made


def raw_pdf(*objects: bytes, trailer: bytes = b"<</Root 1 0 R/Size 9>>", xref: bytes | None = None) -> bytes:
    """Written by hand, for what no library would write."""
    made, places = b"%PDF-1.5\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(made)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(
        b"%010d 00000 n \n" % one for one in places
    )
    return made + (xref or table) + b"trailer\n" + trailer + b"\nstartxref\n%d\n%%%%EOF\n" % start


def script(kind: str, **entries: str) -> DictionaryObject:
    made = DictionaryObject({NameObject("/S"): NameObject(kind)})
    made.update({NameObject(f"/{name}"): TextStringObject(value) for name, value in entries.items()})
    return made


def deflated(size: int) -> bytes:
    return zlib.compress(b"\0" * size, 9)


def chunk(kind: bytes, body: bytes, *, crc: int | None = None) -> bytes:
    check = zlib.crc32(kind + body) if crc is None else crc
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)


def png(
    width: int = 2, height: int = 2, *, crc: int | None = None, pixels: bytes | None = None, more: bytes = b""
) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = pixels if pixels is not None else zlib.compress((b"\0" + b"\x10\x20\x30" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head, crc=crc) + more + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def picture(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, (90, 10, 10)).save(made, kind)
    return made.getvalue()


def jpeg_that_claims(width: int, height: int) -> bytes:
    whole = bytearray(picture("JPEG"))
    frame = whole.index(b"\xff\xc0")
    whole[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(whole)
