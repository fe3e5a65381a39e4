"""What a file shows itself to be, and that nothing of its author is left in the copy for the jury."""

import io
import zipfile
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Text
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from services.submissions.files import domain as kept
from services.submissions.inspection import domain
from services.submissions.inspection.domain import (
    DOCX,
    JPEG,
    PDF,
    PNG,
    Disguised,
    FileEmpty,
    FileTooLarge,
    KindRefused,
    Unreadable,
)
from services.submissions.jury_copies import domain as copies

AUTHOR = "Tran Thi Canh Giu"
ALL = [PDF, JPEG, PNG]
LIMIT = 1024 * 1024


def a_pdf(*, password: str = "") -> bytes:
    """A page with an author in the information, in XMP, a note, a script, an attached file and an embedded photo."""
    writer = PdfWriter()
    page = writer.add_blank_page(300, 300)
    writer.add_metadata({"/Author": AUTHOR})
    writer.add_attachment("a.txt", AUTHOR.encode())
    script = {
        NameObject("/S"): NameObject("/JavaScript"),
        NameObject("/JS"): TextStringObject(f"app.alert('{AUTHOR}')"),
    }
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(DictionaryObject(script))
    writer.add_annotation(0, Text(rect=(0, 0, 20, 20), text=AUTHOR, title_bar=AUTHOR))
    xmp = DecodedStreamObject()
    xmp.set_data(AUTHOR.encode())
    place = writer._add_object(xmp)
    writer.root_object[NameObject("/Metadata")] = place
    page[NameObject("/PieceInfo")] = DictionaryObject({NameObject("/X"): TextStringObject(AUTHOR)})
    photo = DecodedStreamObject()
    photo.set_data(an_image())
    photo.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Filter"): NameObject("/DCTDecode"),
            NameObject("/Width"): NumberObject(40),
            NameObject("/Height"): NumberObject(30),
            NameObject("/ColorSpace"): NameObject("/DeviceRGB"),
            NameObject("/BitsPerComponent"): NumberObject(8),
            NameObject("/Metadata"): place,
        }
    )
    images = DictionaryObject({NameObject("/Im0"): writer._add_object(photo)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): images})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def an_image(kind: str = "JPEG", size: tuple[int, int] = (40, 30)) -> bytes:
    """Pixels with an author in EXIF and in a comment."""
    picture = Image.new("RGB", size, (200, 30, 30))
    exif = Image.Exif()
    exif[0x013B] = AUTHOR
    made = io.BytesIO()
    picture.save(made, kind, exif=exif, **({"comment": AUTHOR.encode()} if kind == "JPEG" else {}))
    return made.getvalue()


def a_docx(*names: str) -> bytes:
    """A zip with the parts that a Word file has."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name in ("[Content_Types].xml", "word/document.xml", *names):
            packed.writestr(name, "<x/>")
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [("bài.pdf", a_pdf(), PDF), ("ảnh.JPG", an_image(), JPEG), ("ảnh.png", an_image("PNG"), PNG)],
)
def test_a_file_is_known_by_its_content(name: str, content: bytes, kind: str) -> None:
    assert domain.kind_of(content, name, ALL, LIMIT) == kind


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bai.pdf", an_image()),
        ("anh.jpg", a_pdf()),
        ("bai.pdf", b"MZ\x90\x00" + b"\x00" * 300),
        ("anh.png", b"<html><script>alert(1)</script></html>"),
        ("anh.svg", an_image("PNG")),
    ],
)
def test_a_file_of_a_disguised_type_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(Disguised):
        domain.kind_of(content, name, ALL, LIMIT)


def test_a_kind_outside_of_the_contest_an_empty_file_and_a_large_one_are_refused() -> None:
    with pytest.raises(KindRefused, match="PDF"):
        domain.kind_of(b"plain words", "bai.txt", ALL, LIMIT)
    with pytest.raises(KindRefused):
        domain.kind_of(a_docx(), "bai.docx", ALL, LIMIT)
    with pytest.raises(FileEmpty):
        domain.kind_of(b"", "bai.pdf", ALL, LIMIT)
    with pytest.raises(FileTooLarge):
        domain.kind_of(a_pdf(), "bai.pdf", ALL, 100)


def test_a_word_file_is_taken_where_allowed_but_not_one_with_macros_nor_any_other_zip() -> None:
    allowed = [*ALL, DOCX]
    assert domain.kind_of(a_docx(), "bai.docx", allowed, LIMIT) == DOCX
    domain.check(a_docx(), DOCX)
    with pytest.raises(Unreadable):
        domain.check(a_docx("word/vbaProject.bin"), DOCX)
    with pytest.raises(Disguised):
        domain.kind_of(b"PK\x03\x04" + b"\x00" * 200, "bai.docx", allowed, LIMIT)


def test_a_word_file_with_a_table_of_contents_links_a_drawing_and_a_chart_is_taken() -> None:
    told = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    fields = (' TOC \\o "1-3" ', ' HYPERLINK "https://vi.example/a.docx" ', " PAGE ", ' INCLUDEPICTURE "C:\\anh.png" ')
    runs = "".join(f"<w:r><w:instrText>{one}</w:instrText></w:r>" for one in fields)
    chart = io.BytesIO()
    with zipfile.ZipFile(chart, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/_rels/workbook.xml.rels", f'<R><Relationship Type="{told}/worksheet" Target="a.xml"/></R>')
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", f'<w:document xmlns:w="http://x/w">{runs}</w:document>')
        packed.writestr("word/_rels/document.xml.rels",
                        f'<R><Relationship Type="{told}/hyperlink" Target="https://a" TargetMode="External"/></R>')  # fmt: skip
        packed.writestr(
            "word/media/image1.svg", '<!DOCTYPE svg><svg><use href="#a"/><image href="data:image/png;,"/></svg>'
        )
        packed.writestr("word/embeddings/Microsoft_Excel_Sheet1.xlsx", chart.getvalue())
    domain.check(made.getvalue(), DOCX)


def test_nothing_of_the_author_is_left_in_the_copy_of_a_pdf() -> None:
    assert a_pdf().count(AUTHOR.encode()) >= 5
    made = copies.cleaned(a_pdf(), PDF)
    assert made is not None
    assert AUTHOR.encode() not in made
    reader = PdfReader(io.BytesIO(made))
    assert (len(reader.pages), reader.metadata, reader.xmp_metadata) == (1, None, None)
    assert "/Annots" not in reader.pages[0]
    assert "/Names" not in reader.root_object
    page: Any = reader.pages[0]
    image = page["/Resources"]["/XObject"]["/Im0"]
    assert Image.open(io.BytesIO(image._data)).size == (40, 30)
    assert "/Metadata" not in image


@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", JPEG), ("PNG", PNG)])
def test_nothing_of_the_author_is_left_in_the_copy_of_a_picture(kind: str, media_type: str) -> None:
    assert AUTHOR.encode() in an_image(kind)
    made = copies.cleaned(an_image(kind), media_type)
    assert made is not None
    assert AUTHOR.encode() not in made
    opened = Image.open(io.BytesIO(made))
    assert (opened.size, opened.format, dict(opened.getexif())) == ((40, 30), kind, {})


def test_a_damaged_or_locked_file_cannot_be_read_and_says_so() -> None:
    for content, media_type in [(b"%PDF-1.7 nothing", PDF), (a_pdf(password="x"), PDF), (b"\xff\xd8\xff\xe0", JPEG)]:
        with pytest.raises(Unreadable, match="mật khẩu"):
            copies.cleaned(content, media_type)


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    made = io.BytesIO()
    Image.new("1", (9000, 9000)).save(made, "PNG")
    with pytest.raises(Unreadable, match="triệu điểm ảnh"):
        copies.cleaned(made.getvalue(), PNG)


def test_a_name_is_kept_as_data_without_folders_composed_and_not_too_long() -> None:
    assert kept.kept_name("C:\\Users\\hoa\\Ba\u0300i.pdf") == "Bài.pdf"
    assert kept.kept_name("../../etc/passwd") == "passwd"
    assert kept.kept_name("") == "tep"
    long = kept.kept_name("ă" * 400 + ".pdf")
    assert (len(long), long[-4:]) == (150, ".pdf")


def test_a_download_cannot_break_out_of_its_header() -> None:
    headers = kept.download_headers('Bài "một"\r\nX: y.pdf')
    assert headers["Content-Disposition"].startswith('attachment; filename="B_i__m_t___X__y.pdf"')
    assert "\r" not in headers["Content-Disposition"]
    assert headers["Content-Security-Policy"].startswith("sandbox")
