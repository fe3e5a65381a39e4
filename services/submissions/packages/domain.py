"""A DOCX taken apart: every part inflated for real within limits, none that runs, fetches or hides something else."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

MAX_PARTS, MAX_BYTES = 2000, 100 * 1024 * 1024
"""Of one package, with what is packed in a spreadsheet inside."""
_REQUIRED = {"[Content_Types].xml", "word/document.xml"}
_ENCRYPTED = 0x1
_END, _END_SIZE = b"PK\5\6", 22
_PIECE = 64 * 1024
_KIND, _WORDS = 0o170000, (".xml", ".rels", ".svg")
_RUNS = ("vbaproject.bin", "vbadata.xml", "vbaprojectsignature.bin")
_FORBIDDEN_KINDS = ("/oleObject", "/control", "/vbaProject", "/attachedTemplate", "/subDocument", "/aFChunk")
"""Relationships to something that runs or is fetched. A link that a person may press is none of them."""
_HIDDEN = (b"MZ", b"\x7fELF", b"\xd0\xcf\x11\xe0", b"PK\3\4", b"Rar!", b"7z\xbc\xaf", b"%PDF-")
"""How programs, OLE files and archives begin; charts bring their figures as a spreadsheet, which is a package too."""
_ACTIVE_PICTURE = re.compile(rb"<script|\son\w+\s*=|href\s*=\s*[\"'](?!#|data:image/)", re.IGNORECASE)
_RUNNING_FIELD = re.compile(r"DDE(AUTO)?\s", re.IGNORECASE)
_FETCHING_FIELD = re.compile(r"(INCLUDE\w*|IMPORT|LINK|DATABASE)(\s+[\w.]+)?\s*\"?\s*(\w+:/|\\\\)", re.IGNORECASE)
"""A link that a person may press is a HYPERLINK, whose address is in quotes after a blank like these: it is taken out before."""
_LINK, _SYMLINK = re.compile(r"HYPERLINK", re.IGNORECASE), 0o120000
_WEIRD_NAME = re.compile(r"(^[/\\])|(^|[/\\])\.\.([/\\]|$)|\\|[\x00-\x1f]|^[A-Za-z]:")


_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)
"""What `zipfile` raises for a damaged package; for an unknown compression or a locked part a RuntimeError."""


class Hostile(ValueError):
    """The package is not what a text program writes."""


def is_word(content: bytes) -> bool:
    """Whether its directory is one of a Word file, by the names alone."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return set(packed.namelist()) >= _REQUIRED
    except (*_UNREADABLE, ValueError):
        return False


def is_also_archive(content: bytes) -> bool:
    """Whether another program would open the same bytes as a zip."""
    return zipfile.is_zipfile(io.BytesIO(content))


def check(content: bytes) -> None:
    """Raises Hostile, with the reason for the log."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _check_directory(packed, content)
            left = MAX_BYTES
            for part in packed.infolist():
                body = _inflated(packed, part, left)
                left -= len(body)
                left -= _check_part(part.filename, body, left)
    except _UNREADABLE as error:
        raise Hostile(repr(error)) from error


def _check_directory(packed: zipfile.ZipFile, content: bytes) -> None:
    names = packed.namelist()
    lower = [name.lower() for name in names]
    if len(names) > MAX_PARTS or len(set(lower)) < len(lower):
        raise Hostile("too many parts, or two of one name")
    if not set(names) >= _REQUIRED or any(_WEIRD_NAME.search(name) for name in names):
        raise Hostile("names that no text program writes")
    if any(name.rpartition("/")[2] in _RUNS for name in lower):
        raise Hostile("macros")
    if any(part.flag_bits & _ENCRYPTED or part.external_attr >> 16 & _KIND == _SYMLINK for part in packed.infolist()):
        raise Hostile("encrypted parts, or links to files")
    if content.rfind(_END) + _END_SIZE + len(packed.comment) != len(content) or len(packed.comment) > _PIECE // 64:
        raise Hostile("something behind the end")


def _inflated(packed: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> bytes:
    """The part as it is, not as it is declared. A part that is longer than declared fails its checksum."""
    made = io.BytesIO()
    with packed.open(part) as stream:
        while piece := stream.read(_PIECE):
            made.write(piece)
            if made.tell() > most:
                raise Hostile("inflates too far")
    return made.getvalue()


def _check_part(name: str, body: bytes, most: int) -> int:
    """One part; how many bytes are packed in it once more."""
    if name.lower().endswith(_WORDS):
        _check_words(name, body)
        return 0
    if name.lower().endswith(".xlsx") and name.startswith("word/embeddings/"):
        return _packed_again(body, most)
    if body.startswith(_HIDDEN):
        raise Hostile("a program, an archive or an OLE file inside")
    return 0


def _check_words(name: str, body: bytes) -> None:
    """A part that is XML."""
    plain = body.replace(b"\0", b"")  # also in UTF-16
    picture = name.lower().endswith(".svg")
    if b"<!ENTITY" in plain or (b"<!DOCTYPE" in plain and not picture):
        raise Hostile("entities")
    if picture and _ACTIVE_PICTURE.search(plain):
        raise Hostile("a picture that runs or fetches something")
    if name == "[Content_Types].xml" and b"macroEnabled" in plain:
        raise Hostile("macros")
    if name.lower().endswith(".rels"):
        _check_relationships(body)
    elif b"instr" in plain:
        _check_fields(body)


def _check_fields(body: bytes) -> None:
    """Fields run or fetch by their words alone; a word may be cut into several pieces."""
    words = "".join(
        text
        for one in _parsed(body).iter()
        for text in (one.text if one.tag.endswith("}instrText") else "", *_instructions(one.attrib))
        if text
    )
    if _RUNNING_FIELD.search(words) or _FETCHING_FIELD.search(_LINK.sub("", words)):
        raise Hostile("a field that runs or fetches something")


def _instructions(attributes: Mapping[str, str]) -> Iterator[str]:
    return (value for name, value in attributes.items() if name.endswith("}instr"))


def _packed_again(body: bytes, most: int) -> int:
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        names = packed.namelist()
        if len(names) > MAX_PARTS or any(name.lower().endswith(_RUNS) or _WEIRD_NAME.search(name) for name in names):
            raise Hostile("a spreadsheet with too much in it")
        total = 0
        for part in packed.infolist():
            inner = _inflated(packed, part, most - total)
            total += len(inner)
            if part.filename.lower().endswith(_WORDS):
                _check_words(part.filename, inner)
            elif inner.startswith(_HIDDEN):
                raise Hostile("packed again")
        return total


def _check_relationships(body: bytes) -> None:
    for one in (dict(one.attrib) for one in _parsed(body)):
        kind = one.get("Type", "")
        if kind.endswith(_FORBIDDEN_KINDS):
            raise Hostile(f"a part that runs or is fetched: {kind}")
        if one.get("TargetMode", "").lower() == "external" and not kind.endswith("/hyperlink"):
            raise Hostile(f"something is fetched from elsewhere: {kind}")


def _parsed(body: bytes) -> Element:
    try:
        found: Element = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Hostile("XML that cannot be read") from error
    return found
