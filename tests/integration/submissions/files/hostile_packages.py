"""Zips and Word files that are made to do harm."""

import struct

from tests.integration.submissions.files.hostile import MEGABYTE, Hostile, docx, related, zipped

_LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
_AWAY = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
_LINE = 46
"""Bytes before the name in a line of a zip's directory."""


def _bomb() -> bytes:
    return zipped(("0", b"\0" * (40 * MEGABYTE)))


def _altered(whole: bytes, place: int, value: bytes) -> bytes:
    """With other bytes in the directory's line of the text, `place` bytes into it."""
    start = whole.rfind(b"word/document.xml") - _LINE + place
    return whole[:start] + value + whole[start + len(value) :]


def _linking() -> bytes:
    place = 38  # of the attributes that the system gave the file
    return _altered(docx(), place, struct.pack("<I", 0o120777 << 16))


def _field(*cuts: str) -> bytes:
    pieces = "".join(f"<w:r><w:instrText>{one}</w:instrText></w:r>" for one in cuts)
    return docx(body=f'<w:document xmlns:w="http://x/w"><w:p>{pieces}</w:p></w:document>'.encode())


def _spreadsheet(*more: tuple[str, bytes], types: bytes = b"<Types/>") -> bytes:
    inside = zipped(("[Content_Types].xml", types), ("xl/workbook.xml", b"<x/>"), *more)
    return docx(("word/embeddings/Microsoft_Excel_Sheet1.xlsx", inside))


def _drawn(inside: str, before: str = "") -> bytes:
    return docx(("word/media/image1.svg", f'{before}<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'.encode()))


def _lying() -> bytes:
    return _altered(docx(body=b"\0" * (3 * MEGABYTE)), 24, struct.pack("<I", 10))


def _encrypted() -> bytes:
    return _altered(docx(), 8, b"\1")


def _wrong_crc() -> bytes:
    return _altered(docx(body=b"<x/>"), 16, b"\xee\xee\xee\xee")


_OTHER_CASE = related("image", external=True).replace(b'"External"', b'"external"')
INSIDE_PACKAGES = (
    Hostile("a DOCX with a drawing that has a script", "bai.docx", lambda: _drawn("<script>1</script>"), "Unreadable"),
    Hostile(
        "a DOCX with a drawing that acts on a touch", "bai.docx", lambda: _drawn('<g onclick="x()"/>'), "Unreadable"
    ),
    Hostile(
        "a DOCX with a drawing that fetches a picture",
        "bai.docx",
        lambda: _drawn('<image href="http://ke-xau.example/x.png"/>'),
        "Unreadable",
    ),
    Hostile(
        "a DOCX with a drawing that reads a file",
        "bai.docx",
        lambda: _drawn("&a;", '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
        "Unreadable",
    ),
    Hostile(
        "a DOCX whose picture is from elsewhere in small letters",
        "bai.docx",
        lambda: docx(("word/_rels/document.xml.rels", _OTHER_CASE)),
        "Unreadable",
    ),
    Hostile("a DOCX with a field that runs a program", "bai.docx", lambda: _field(" DDEAUTO c:\\x.exe "), "Unreadable"),
    Hostile(
        "a DOCX whose running field is cut in two", "bai.docx", lambda: _field(" d&#100;", "e c:\\x.exe "), "Unreadable"
    ),
    Hostile(
        "a DOCX with a field that fetches a picture",
        "bai.docx",
        lambda: _field(' INCLUDEPICTURE "http://ke-xau.example/x.png" \\d '),
        "Unreadable",
    ),
    Hostile(
        "a DOCX with a field in an attribute that fetches a text",
        "bai.docx",
        lambda: docx(body=b'<d xmlns:w="http://x/w"><w:fldSimple w:instr=\'INCLUDETEXT "file://x/y.docx"\'/></d>'),
        "Unreadable",
    ),
    Hostile(
        "a DOCX with a spreadsheet with macros under another name",
        "bai.docx",
        lambda: _spreadsheet(("xl/media/image1.png", b"\xd0\xcf\x11\xe0\xa1\xb1")),
        "Unreadable",
    ),
    Hostile(
        "a DOCX with a spreadsheet that says it has macros",
        "bai.docx",
        lambda: _spreadsheet(types=b"<Types>application/vnd.ms-excel.sheet.macroEnabled.main+xml</Types>"),
        "Unreadable",
    ),
    Hostile(
        "a DOCX with a spreadsheet that fetches its figures",
        "bai.docx",
        lambda: _spreadsheet(("xl/_rels/workbook.xml.rels", related("externalLinkPath", external=True))),
        "Unreadable",
    ),
    Hostile(
        "a DOCX with a spreadsheet whose names climb out",
        "bai.docx",
        lambda: _spreadsheet(("../../x.bat", b"x")),
        "Unreadable",
    ),
)

PACKAGES = (
    Hostile("a flat zip bomb", "bai.docx", lambda: zipped(("0", b"\0" * (150 * MEGABYTE))), "Disguised"),
    Hostile("a nested zip bomb", "bai.docx", lambda: zipped(*((f"{n}.zip", _bomb()) for n in range(16))), "Disguised"),
    Hostile(
        "a DOCX that inflates to 150 MB",
        "bai.docx",
        lambda: docx(("word/media/0.bin", b"\0" * (150 * MEGABYTE))),
        "Unreadable",
    ),
    Hostile(
        "a DOCX whose parts inflate together",
        "bai.docx",
        lambda: docx(*((f"word/media/{n}", b"\0" * (30 * MEGABYTE)) for n in range(5))),
        "Unreadable",
    ),
    Hostile("a DOCX whose directory lies about sizes", "bai.docx", _lying, "Unreadable"),
    Hostile(
        "a DOCX with a zip bomb packed in it", "bai.docx", lambda: docx(("word/media/a.zip", _bomb())), "Unreadable"
    ),
    Hostile(
        "a DOCX with a spreadsheet that is a bomb",
        "bai.docx",
        lambda: docx(("word/embeddings/a.xlsx", zipped(("0", b"\0" * (150 * MEGABYTE))))),
        "Unreadable",
    ),
    Hostile("a DOCX with entities that multiply", "bai.docx", lambda: docx(body=_LAUGHS), "Unreadable"),
    Hostile("a DOCX with an entity from a file", "bai.docx", lambda: docx(("word/settings.xml", _AWAY)), "Unreadable"),
    Hostile(
        "a DOCX with entities in UTF-16", "bai.docx", lambda: docx(body=_LAUGHS.decode().encode("utf-16")), "Unreadable"
    ),
    Hostile("a DOCX with macros", "bai.docx", lambda: docx(("word/vbaProject.bin", b"\xd0\xcf\x11\xe0")), "Unreadable"),
    Hostile(
        "a DOCX with macros under another roof", "bai.docx", lambda: docx(("Word/VBAPROJECT.BIN", b"x")), "Unreadable"
    ),
    Hostile(
        "a DOCM with the ending of a DOCX",
        "bai.docx",
        lambda: docx(
            types=b'<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
        ),
        "Unreadable",
    ),
    Hostile(
        "a DOCX with a template from elsewhere",
        "bai.docx",
        lambda: docx(("word/_rels/settings.xml.rels", related("attachedTemplate", external=True))),
        "Unreadable",
    ),
    Hostile(
        "a DOCX with a picture from elsewhere",
        "bai.docx",
        lambda: docx(("word/_rels/document.xml.rels", related("image", external=True))),
        "Unreadable",
    ),
    Hostile(
        "a DOCX with an OLE object",
        "bai.docx",
        lambda: docx(("word/_rels/document.xml.rels", related("oleObject", external=False))),
        "Unreadable",
    ),
    Hostile("a DOCX with a program", "bai.docx", lambda: docx(("word/media/image1.png", b"MZ\x90\0")), "Unreadable"),
    Hostile(
        "a DOCX with names that climb out", "bai.docx", lambda: docx(("../../../etc/cron.d/x", b"x")), "Unreadable"
    ),
    Hostile("a DOCX with a name from the root", "bai.docx", lambda: docx(("/etc/passwd", b"x")), "Unreadable"),
    Hostile("a DOCX with a name for Windows", "bai.docx", lambda: docx(("word\\..\\..\\x.bat", b"x")), "Unreadable"),
    Hostile(
        "a DOCX with two parts of one name but for case",
        "bai.docx",
        lambda: docx(("Word/Document.xml", b"<x/>")),
        "Unreadable",
    ),
    Hostile(
        "a DOCX with 5,000 parts",
        "bai.docx",
        lambda: docx(*((f"word/{n}.xml", b"<x/>") for n in range(5000))),
        "Unreadable",
    ),
    Hostile("a DOCX with a part that is a link to a file", "bai.docx", _linking, "Unreadable"),
    Hostile("a DOCX with locked parts", "bai.docx", _encrypted, "Unreadable"),
    Hostile("a DOCX with a wrong checksum", "bai.docx", _wrong_crc, "Unreadable"),
    Hostile("a DOCX cut in the middle", "bai.docx", lambda: docx()[:120], "Disguised"),
    Hostile(
        "relationships that are no XML",
        "bai.docx",
        lambda: docx(("word/_rels/document.xml.rels", b"<Relationships>")),
        "Unreadable",
    ),
)
