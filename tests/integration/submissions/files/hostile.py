"""Files that somebody made to break a reader, to hide something, or to pass for another kind; all generated here.

Each has the verdict that it must meet: the name of a refusal, or `TAKEN` where the original may stay and nothing of
`MARK` may be in the copy for the jury.
"""

import base64
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

MARK = "MA-DOC-GIAU-TRONG-TEP"
TAKEN = "taken"
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MEGABYTE = 1024 * 1024


class Hostile(NamedTuple):
    """A file as it is sent, and what is to become of it."""

    why: str
    name: str
    content: bytes
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


def every() -> Iterator[Hostile]:
    for made in (_packages(), _pdfs(), _pictures(), _polyglots(), _names()):
        yield from made


def _packages() -> Iterator[Hostile]:
    bomb = zipped(("0", b"\0" * (40 * _MEGABYTE)))
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    away = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    lying = bytearray(docx(body=b"\0" * (3 * _MEGABYTE)))
    place = lying.rfind(b"word/document.xml") - 46  # its line of the directory
    lying[place + 24 : place + 28] = struct.pack("<I", 10)
    encrypted = bytearray(docx())
    encrypted[encrypted.rfind(b"word/document.xml") - 46 + 8] |= 1
    wrong_crc = bytearray(docx(body=b"<x/>"))
    wrong_crc[wrong_crc.rfind(b"word/document.xml") - 46 + 16] ^= 0xFF
    twice = docx().replace(b"word/document.xml", b"word/document.xml") + b""
    yield Hostile("a flat zip bomb", "bai.docx", zipped(("0", b"\0" * (150 * _MEGABYTE))), "Disguised")
    yield Hostile("a nested zip bomb", "bai.docx", zipped(*((f"{n}.zip", bomb) for n in range(16))), "Disguised")
    yield Hostile(
        "a DOCX that inflates to 150 MB",
        "bai.docx",
        docx(("word/media/0.bin", b"\0" * (150 * _MEGABYTE))),
        "Unreadable",
    )
    yield Hostile(
        "a DOCX whose parts inflate together",
        "bai.docx",
        docx(*((f"word/media/{n}", b"\0" * (30 * _MEGABYTE)) for n in range(5))),
        "Unreadable",
    )
    yield Hostile("a DOCX whose directory lies about sizes", "bai.docx", bytes(lying), "Unreadable")
    yield Hostile("a DOCX with a zip bomb packed in it", "bai.docx", docx(("word/media/a.zip", bomb)), "Unreadable")
    yield Hostile(
        "a DOCX with a spreadsheet that is a bomb",
        "bai.docx",
        docx(("word/embeddings/a.xlsx", zipped(("0", b"\0" * (150 * _MEGABYTE))))),
        "Unreadable",
    )
    yield Hostile("a DOCX with entities that multiply", "bai.docx", docx(body=laughs), "Unreadable")
    yield Hostile("a DOCX with an entity from a file", "bai.docx", docx(("word/settings.xml", away)), "Unreadable")
    yield Hostile(
        "a DOCX with entities in UTF-16", "bai.docx", docx(body=laughs.decode().encode("utf-16")), "Unreadable"
    )
    yield Hostile("a DOCX with macros", "bai.docx", docx(("word/vbaProject.bin", b"\xd0\xcf\x11\xe0")), "Unreadable")
    yield Hostile(
        "a DOCX with macros under another roof", "bai.docx", docx(("Word/VBAPROJECT.BIN", b"x")), "Unreadable"
    )
    yield Hostile(
        "a DOCM with the ending of a DOCX",
        "bai.docx",
        docx(types=b'<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'),
        "Unreadable",
    )
    yield Hostile(
        "a DOCX with a template from elsewhere",
        "bai.docx",
        docx(("word/_rels/settings.xml.rels", related("attachedTemplate", external=True))),
        "Unreadable",
    )
    yield Hostile(
        "a DOCX with a picture from elsewhere",
        "bai.docx",
        docx(("word/_rels/document.xml.rels", related("image", external=True))),
        "Unreadable",
    )
    yield Hostile(
        "a DOCX with an OLE object",
        "bai.docx",
        docx(("word/_rels/document.xml.rels", related("oleObject", external=False))),
        "Unreadable",
    )
    yield Hostile("a DOCX with a program", "bai.docx", docx(("word/media/image1.png", b"MZ\x90\0")), "Unreadable")
    yield Hostile("a DOCX with names that climb out", "bai.docx", docx(("../../../etc/cron.d/x", b"x")), "Unreadable")
    yield Hostile("a DOCX with a name from the root", "bai.docx", docx(("/etc/passwd", b"x")), "Unreadable")
    yield Hostile("a DOCX with a name for Windows", "bai.docx", docx(("word\\..\\..\\x.bat", b"x")), "Unreadable")
    yield Hostile(
        "a DOCX with two parts of one name but for case", "bai.docx", docx(("Word/Document.xml", b"<x/>")), "Unreadable"
    )
    yield Hostile(
        "a DOCX with 5,000 parts", "bai.docx", docx(*((f"word/{n}.xml", b"<x/>") for n in range(5000))), "Unreadable"
    )
    yield Hostile("a DOCX with locked parts", "bai.docx", bytes(encrypted), "Unreadable")
    yield Hostile("a DOCX with a wrong checksum", "bai.docx", bytes(wrong_crc), "Unreadable")
    yield Hostile("a DOCX cut in the middle", "bai.docx", twice[: len(twice) // 2], "Disguised")
    yield Hostile(
        "relationships that are no XML",
        "bai.docx",
        docx(("word/_rels/document.xml.rels", b"<Relationships>")),
        "Unreadable",
    )


def _pdfs() -> Iterator[Hostile]:
    def content_bomb(writer: PdfWriter, page: DictionaryObject) -> None:
        bomb = stream_of(deflated(400 * _MEGABYTE), Filter=NameObject("/FlateDecode"))
        page[NameObject("/Contents")] = writer._add_object(bomb)

    def locked(writer: PdfWriter, _: DictionaryObject) -> None:
        writer.encrypt("mat-khau", algorithm="RC4-128")

    def attached(writer: PdfWriter, _: DictionaryObject) -> None:
        writer.add_attachment("virus.exe", f"MZ {MARK}".encode())

    def annotated(writer: PdfWriter, page: DictionaryObject) -> None:
        launch = script("/Launch", F=f"cmd.exe {MARK}")
        page[NameObject("/Annots")] = ArrayObject(
            [
                DictionaryObject(
                    {NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): writer._add_object(launch)}
                )
            ]
        )

    def many_pages(writer: PdfWriter, _: DictionaryObject) -> None:
        for _number in range(2000):
            writer.add_blank_page(10, 10)

    catalog, pages = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    packed = deflated(600 * _MEGABYTE)
    objects = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (
        len(packed),
        packed,
    )
    nested = b"[" * 200_000
    yield Hostile(
        "a PDF that runs a script when opened",
        "bai.pdf",
        pdf(root={"/OpenAction": script("/JavaScript", JS=MARK)}),
        TAKEN,
    )
    yield Hostile(
        "a PDF that starts a program when opened",
        "bai.pdf",
        pdf(root={"/OpenAction": script("/Launch", F=MARK)}),
        TAKEN,
    )
    yield Hostile("a PDF with a link that starts a program", "bai.pdf", pdf(annotated), TAKEN)
    yield Hostile("a PDF with a program attached", "bai.pdf", pdf(attached), TAKEN)
    yield Hostile(
        "a PDF with a form in XFA",
        "bai.pdf",
        pdf(root={"/AcroForm": DictionaryObject({NameObject("/XFA"): TextStringObject(MARK)})}),
        TAKEN,
    )
    yield Hostile("a PDF locked with a password", "bai.pdf", pdf(locked), "Unreadable")
    yield Hostile("a PDF of 2,001 pages", "bai.pdf", pdf(many_pages), "Unreadable")
    yield Hostile("a PDF whose page inflates to 400 MB", "bai.pdf", pdf(content_bomb), TAKEN)
    yield Hostile(
        "a PDF whose object stream inflates to 600 MB",
        "bai.pdf",
        raw_pdf(objects, trailer=b"<</Root 1 0 R/Size 3>>"),
        "Unreadable",
    )
    yield Hostile(
        "a PDF whose pages contain themselves",
        "bai.pdf",
        raw_pdf(catalog, b"<</Type/Pages/Count 1/Kids[2 0 R 2 0 R]>>"),
        "Unreadable",
    )
    yield Hostile(
        "a PDF whose tree of pages goes in a ring",
        "bai.pdf",
        raw_pdf(catalog, b"<</Type/Pages/Count 9/Kids[3 0 R]>>", b"<</Type/Pages/Count 9/Kids[2 0 R]>>"),
        "Unreadable",
    )
    yield Hostile(
        "a PDF with a table of ten million places",
        "bai.pdf",
        raw_pdf(catalog, pages, page, xref=b"xref\n0 9999999\n"),
        "Unreadable",
    )
    yield Hostile(
        "a PDF whose tables point at one another",
        "bai.pdf",
        raw_pdf(catalog, pages, page, trailer=b"<</Root 1 0 R/Size 4/Prev 9>>"),
        TAKEN,
    )
    yield Hostile("a PDF nested two hundred thousand deep", "bai.pdf", raw_pdf(catalog, pages, nested), "Unreadable")
    yield Hostile(
        "a PDF that claims a million pages",
        "bai.pdf",
        raw_pdf(catalog, b"<</Type/Pages/Count 1000000/Kids[]>>"),
        "Unreadable",
    )
    yield Hostile("a PDF of nothing but its first line", "bai.pdf", b"%PDF-1.7\n", "Unreadable")
    yield Hostile(
        "a PDF cut in the middle of a page", "bai.pdf", b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R", "Unreadable"
    )
    yield Hostile("a PDF of noise", "bai.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 4000, "Unreadable")


def _pictures() -> Iterator[Hostile]:
    text = chunk(b"zTXt", b"a\0\0" + deflated(200 * _MEGABYTE))
    yield Hostile(
        "a PNG of 60,000 by 60,000 in 2 kB", "anh.png", png(60_000, 60_000, pixels=deflated(_MEGABYTE)), "Unreadable"
    )
    yield Hostile("a PNG as wide as a number goes", "anh.png", png(2**31 - 1, 1, pixels=b""), "Unreadable")
    yield Hostile("a PNG of no width", "anh.png", png(0, 5, pixels=b""), "Unreadable")
    yield Hostile("a PNG whose text inflates to 200 MB", "anh.png", png(more=text), "Unreadable")
    yield Hostile("a PNG with a wrong checksum", "anh.png", png(crc=7), "Unreadable")
    yield Hostile("a PNG cut in the middle", "anh.png", picture("PNG", (500, 500))[:300], "Unreadable")
    yield Hostile("a JPEG of 65,000 by 65,000", "anh.jpg", jpeg_that_claims(65_000, 65_000), "Unreadable")
    yield Hostile("a JPEG of three bytes", "anh.jpg", b"\xff\xd8\xff", "Unreadable")
    yield Hostile("a JPEG cut in the middle", "anh.jpg", picture("JPEG", (300, 300))[:700], "Unreadable")
    yield Hostile("an icon", "anh.png", b"\0\0\1\0\1\0\x10\x10" + b"\0" * 60, "Disguised")
    yield Hostile("an SVG with a script", "anh.svg", f"<svg><script>{MARK}</script></svg>".encode(), "KindRefused")
    yield Hostile("an SVG with the ending of a PNG", "anh.png", b"<svg onload='alert(1)'/>", "Disguised")


def _polyglots() -> Iterator[Hostile]:
    archive = zipped((f"{MARK}.exe", b"MZ"))
    yield Hostile("a PDF that is a zip as well", "bai.pdf", pdf() + archive, "Disguised")
    yield Hostile("a JPEG that is a zip as well", "anh.jpg", picture("JPEG") + archive, "Disguised")
    yield Hostile("a DOCX that is a PDF as well", "bai.docx", docx() + pdf(), "Unreadable")
    yield Hostile(
        "a JPEG with a page behind it", "anh.jpg", picture("JPEG") + f"<script>{MARK}</script>".encode(), TAKEN
    )
    yield Hostile(
        "a PNG with a script in a comment", "anh.png", png(more=chunk(b"tEXt", f"x\0<script>{MARK}".encode())), TAKEN
    )
    yield Hostile("a GIF that is a script", "anh.png", b"GIF89a/*" + b"\0" * 60 + b"*/=1;alert(1)", "Disguised")
    yield Hostile("a page called a PDF", "bai.pdf", b"<!doctype html><script>alert(1)</script>", "Disguised")
    yield Hostile("a program called a PDF", "bai.pdf", b"MZ\x90\0" + b"\0" * 500, "Disguised")
    yield Hostile("a picture called a PDF", "bai.pdf", picture("JPEG"), "Disguised")
    yield Hostile("a PDF called a picture", "anh.jpg", pdf(), "Disguised")
    yield Hostile(
        "an old Word file called a DOCX", "bai.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 3000, "Disguised"
    )
    yield Hostile(
        "a spreadsheet called a DOCX",
        "bai.docx",
        zipped(("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")),
        "Disguised",
    )
    yield Hostile("a page in base64 called a picture", "anh.png", base64.b64encode(picture("PNG")), "Disguised")
    yield Hostile("nothing at all", "bai.pdf", b"", "FileEmpty")


def _names() -> Iterator[Hostile]:
    yield Hostile("an ending turned round", "bai\u202efdp.exe", pdf(), "Disguised")
    yield Hostile("a name that hides a program", "bai.pdf\u202e.exe", pdf(), "Disguised")
    yield Hostile("a NUL before the ending", "bai.exe\0.pdf", pdf(), TAKEN)
    yield Hostile("two endings", "bai.pdf.exe", pdf(), "Disguised")
    yield Hostile("a name of 5,000 signs", "a" * 5000 + ".pdf", pdf(), TAKEN)
    yield Hostile("a name that climbs", "../../../../etc/cron.d/bai.pdf", pdf(), TAKEN)
    yield Hostile("a name with line ends for a header", "bai\r\nSet-Cookie: a=b\r\n.pdf", pdf(), TAKEN)
    yield Hostile("no ending", "bai", pdf(), "Disguised")
    yield Hostile("nothing but an ending", ".pdf", pdf(), "Disguised")
