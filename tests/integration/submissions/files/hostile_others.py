"""Pictures that are made to do harm, files of two kinds at once, and names that lie."""

import base64
import io
import struct

from PIL import Image

from tests.integration.submissions.files.hostile import (
    MARK,
    MEGABYTE,
    TAKEN,
    Hostile,
    chunk,
    deflated,
    docx,
    jpeg_that_claims,
    pdf,
    picture,
    png,
    zipped,
)


def _cut_behind_its_small_picture() -> bytes:
    small, large = picture("JPEG", (8, 8)), picture("JPEG", (600, 600))
    head = b"\xff\xe1" + struct.pack(">H", len(small) + 2) + small
    return large[:2] + head + large[2 : len(large) // 2]


def _scans() -> bytes:
    """A picture that builds up, with its last refinement three thousand times: minutes for its reader."""
    made = io.BytesIO()
    Image.new("RGB", (2000, 2000)).save(made, "JPEG", progressive=True)
    whole = made.getvalue()
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * 3000 + whole[-2:]


def _archive() -> bytes:
    return zipped((f"{MARK}.exe", b"MZ"))


PICTURES = (
    Hostile(
        "a PNG of 60,000 by 60,000 in 2 kB",
        "anh.png",
        lambda: png(60_000, 60_000, pixels=deflated(MEGABYTE)),
        "Unreadable",
    ),
    Hostile("a PNG as wide as a number goes", "anh.png", lambda: png(2**31 - 1, 1, pixels=b""), "Unreadable"),
    Hostile("a PNG of no width", "anh.png", lambda: png(0, 5, pixels=b""), "Unreadable"),
    Hostile(
        "a PNG whose text inflates to 200 MB",
        "anh.png",
        lambda: png(more=chunk(b"zTXt", b"a\0\0" + deflated(200 * MEGABYTE))),
        "Unreadable",
    ),
    Hostile("a PNG with a wrong checksum", "anh.png", lambda: png(crc=7), "Unreadable"),
    Hostile("a PNG cut in the middle", "anh.png", lambda: picture("PNG", (500, 500))[:300], "Unreadable"),
    Hostile("a JPEG of 65,000 by 65,000", "anh.jpg", lambda: jpeg_that_claims(65_000, 65_000), "Unreadable"),
    Hostile("a JPEG of three bytes", "anh.jpg", lambda: b"\xff\xd8\xff", "Unreadable"),
    Hostile("a JPEG cut in the middle", "anh.jpg", lambda: picture("JPEG", (300, 300))[:700], "Unreadable"),
    Hostile("a JPEG cut behind its small picture", "anh.jpg", _cut_behind_its_small_picture, "Unreadable"),
    Hostile("a JPEG of three thousand scans", "anh.jpg", _scans, "Unreadable"),
    Hostile(
        "a PNG whose colours inflate to 200 MB",
        "anh.png",
        lambda: png(more=chunk(b"iCCP", b"a\0\0" + deflated(200 * MEGABYTE))),
        "Unreadable",
    ),
    Hostile("a TIFF called a JPEG", "anh.jpg", lambda: picture("TIFF"), "Disguised"),
    Hostile("a HEIC called a JPEG", "anh.jpg", lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 90, "Disguised"),
    Hostile("an icon", "anh.png", lambda: b"\0\0\1\0\1\0\x10\x10" + b"\0" * 60, "Disguised"),
    Hostile("an SVG with a script", "anh.svg", f"<svg><script>{MARK}</script></svg>".encode, "KindRefused"),
    Hostile("an SVG with the ending of a PNG", "anh.png", lambda: b"<svg onload='alert(1)'/>", "Disguised"),
)

POLYGLOTS = (
    Hostile("a PDF that is a zip as well", "bai.pdf", lambda: pdf() + _archive(), "Disguised"),
    Hostile("a JPEG that is a zip as well", "anh.jpg", lambda: picture("JPEG") + _archive(), "Disguised"),
    Hostile(
        "a JPEG that is a RAR as well", "anh.jpg", lambda: picture("JPEG") + b"Rar!\x1a\x07\1\0" + MARK.encode(), TAKEN
    ),
    Hostile("a DOCX that is a PDF as well", "bai.docx", lambda: docx() + pdf(), "Unreadable"),
    Hostile(
        "a JPEG with a page behind it", "anh.jpg", lambda: picture("JPEG") + f"<script>{MARK}</script>".encode(), TAKEN
    ),
    Hostile(
        "a PNG with a script in a comment",
        "anh.png",
        lambda: png(more=chunk(b"tEXt", f"x\0<script>{MARK}".encode())),
        TAKEN,
    ),
    Hostile("a GIF that is a script", "anh.png", lambda: b"GIF89a/*" + b"\0" * 60 + b"*/=1;alert(1)", "Disguised"),
    Hostile("a page called a PDF", "bai.pdf", lambda: b"<!doctype html><script>alert(1)</script>", "Disguised"),
    Hostile("a program called a PDF", "bai.pdf", lambda: b"MZ\x90\0" + b"\0" * 500, "Disguised"),
    Hostile("a picture called a PDF", "bai.pdf", lambda: picture("JPEG"), "Disguised"),
    Hostile("a PDF called a picture", "anh.jpg", pdf, "Disguised"),
    Hostile(
        "an old Word file called a DOCX",
        "bai.docx",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 3000,
        "Disguised",
    ),
    Hostile(
        "a spreadsheet called a DOCX",
        "bai.docx",
        lambda: zipped(("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")),
        "Disguised",
    ),
    Hostile("a page in base64 called a picture", "anh.png", lambda: base64.b64encode(picture("PNG")), "Disguised"),
    Hostile("nothing at all", "bai.pdf", lambda: b"", "FileEmpty"),
)

NAMES = (
    Hostile("an ending turned round", "bai\u202efdp.exe", pdf, "Disguised"),
    Hostile("a name that hides a program", "bai.pdf\u202e.exe", pdf, "Disguised"),
    Hostile("a NUL before the ending", "bai.exe\0.pdf", pdf, TAKEN),
    Hostile("two endings", "bai.pdf.exe", pdf, "Disguised"),
    Hostile("a name of 5,000 signs", "a" * 5000 + ".pdf", pdf, TAKEN),
    Hostile("a name that climbs", "../../../../etc/cron.d/bai.pdf", pdf, TAKEN),
    Hostile("a name with line ends for a header", "bai\r\nSet-Cookie: a=b\r\n.pdf", pdf, TAKEN),
    Hostile("letters that turn others round", "bai\u2066fdp.exe\u2069.pdf", pdf, TAKEN),
    Hostile("a stream of another name", "bai.pdf:an.exe", pdf, "Disguised"),
    Hostile("a wide full stop", "bai．pdf", pdf, "Disguised"),
    Hostile("letters of four bytes and a thousand accents", "😀" * 80 + "a" + "\u0301" * 1000 + ".pdf", pdf, TAKEN),
    Hostile("no ending", "bai", pdf, "Disguised"),
    Hostile("nothing but an ending", ".pdf", pdf, "Disguised"),
)
