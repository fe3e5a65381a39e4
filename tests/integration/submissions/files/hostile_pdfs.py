"""PDFs that are made to do harm."""

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from tests.integration.submissions.files.hostile import (
    MARK,
    MEGABYTE,
    TAKEN,
    Hostile,
    deflated,
    pdf,
    raw_pdf,
    script,
    stream_of,
)

_CATALOG, _PAGES = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
_NESTED = b"[" * 200_000


def _content_bomb(writer: PdfWriter, page: DictionaryObject) -> None:
    bomb = stream_of(deflated(400 * MEGABYTE), Filter=NameObject("/FlateDecode"))
    page[NameObject("/Contents")] = writer._add_object(bomb)


def _locked(writer: PdfWriter, _: DictionaryObject) -> None:
    writer.encrypt("mat-khau", algorithm="RC4-128")


def _attached(writer: PdfWriter, _: DictionaryObject) -> None:
    writer.add_attachment("virus.exe", f"MZ {MARK}".encode())


def _annotated(writer: PdfWriter, page: DictionaryObject) -> None:
    launch = script("/Launch", F=f"cmd.exe {MARK}")
    page[NameObject("/Annots")] = ArrayObject(
        [DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): writer._add_object(launch)})]
    )


def _acting(writer: PdfWriter, page: DictionaryObject) -> None:
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): script("/Launch", F=f"cmd.exe {MARK}")})


def _locked_for_nobody(writer: PdfWriter, _: DictionaryObject) -> None:
    writer.add_metadata({"/Author": MARK})
    writer.encrypt("", owner_password="chu-tep", algorithm="RC4-128")


def _pages_upon_pages() -> bytes:
    """Ten billion pages in a dozen lines: each node has the next one ten times."""
    nodes = [b"<</Type/Pages/Count 1/Kids[%s]>>" % (b"%d 0 R " % (number + 1) * 10) for number in range(2, 12)]
    return raw_pdf(_CATALOG, *nodes, _PAGE, trailer=b"<</Root 1 0 R/Size 13>>")


def _many_pages(writer: PdfWriter, _: DictionaryObject) -> None:
    for _number in range(2000):
        writer.add_blank_page(10, 10)


def _objects() -> bytes:
    packed = deflated(600 * MEGABYTE)
    return b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(packed), packed)


PDFS = (
    Hostile(
        "a PDF that runs a script when opened",
        "bai.pdf",
        lambda: pdf(root={"/OpenAction": script("/JavaScript", JS=MARK)}),
        TAKEN,
    ),
    Hostile(
        "a PDF that starts a program when opened",
        "bai.pdf",
        lambda: pdf(root={"/OpenAction": script("/Launch", F=MARK)}),
        TAKEN,
    ),
    Hostile("a PDF with a link that starts a program", "bai.pdf", lambda: pdf(_annotated), TAKEN),
    Hostile("a PDF with a program _attached", "bai.pdf", lambda: pdf(_attached), TAKEN),
    Hostile(
        "a PDF with a form in XFA",
        "bai.pdf",
        lambda: pdf(root={"/AcroForm": DictionaryObject({NameObject("/XFA"): TextStringObject(MARK)})}),
        TAKEN,
    ),
    Hostile("a PDF _locked with a password", "bai.pdf", lambda: pdf(_locked), "Unreadable"),
    Hostile("a PDF of 2,001 pages", "bai.pdf", lambda: pdf(_many_pages), "Unreadable"),
    Hostile("a PDF whose page inflates to 400 MB", "bai.pdf", lambda: pdf(_content_bomb), TAKEN),
    Hostile(
        "a PDF whose object stream inflates to 600 MB",
        "bai.pdf",
        lambda: raw_pdf(_objects(), trailer=b"<</Root 1 0 R/Size 3>>"),
        "Unreadable",
    ),
    Hostile(
        "a PDF whose pages contain themselves",
        "bai.pdf",
        lambda: raw_pdf(_CATALOG, b"<</Type/Pages/Count 1/Kids[2 0 R 2 0 R]>>"),
        "Unreadable",
    ),
    Hostile(
        "a PDF whose tree of pages goes in a ring",
        "bai.pdf",
        lambda: raw_pdf(_CATALOG, b"<</Type/Pages/Count 9/Kids[3 0 R]>>", b"<</Type/Pages/Count 9/Kids[2 0 R]>>"),
        "Unreadable",
    ),
    Hostile(
        "a PDF with a table of ten million places",
        "bai.pdf",
        lambda: raw_pdf(_CATALOG, _PAGES, _PAGE, xref=b"xref\n0 9999999\n"),
        "Unreadable",
    ),
    Hostile(
        "a PDF whose tables point at one another",
        "bai.pdf",
        lambda: raw_pdf(_CATALOG, _PAGES, _PAGE, trailer=b"<</Root 1 0 R/Size 4/Prev 9>>"),
        TAKEN,
    ),
    Hostile(
        "a PDF nested two hundred thousand deep", "bai.pdf", lambda: raw_pdf(_CATALOG, _PAGES, _NESTED), "Unreadable"
    ),
    Hostile(
        "a PDF that claims a million pages",
        "bai.pdf",
        lambda: raw_pdf(_CATALOG, b"<</Type/Pages/Count 1000000/Kids[]>>"),
        "Unreadable",
    ),
    Hostile("a PDF that starts a program on its first page", "bai.pdf", lambda: pdf(_acting), TAKEN),
    Hostile("a PDF locked with no password at all", "bai.pdf", lambda: pdf(_locked_for_nobody), TAKEN),
    Hostile("a PDF of ten billion pages in 1.5 kB", "bai.pdf", _pages_upon_pages, "Unreadable"),
    Hostile(
        "a PDF with one page a hundred thousand times",
        "bai.pdf",
        lambda: raw_pdf(_CATALOG, b"<</Type/Pages/Count 1/Kids[%s]>>" % (b"3 0 R " * 100_000), _PAGE),
        "Unreadable",
    ),
    Hostile("a PDF of nothing but its first line", "bai.pdf", lambda: b"%PDF-1.7\n", "Unreadable"),
    Hostile(
        "a PDF cut in the middle of a page",
        "bai.pdf",
        lambda: b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R",
        "Unreadable",
    ),
    Hostile("a PDF of noise", "bai.pdf", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 4000, "Unreadable"),
)
