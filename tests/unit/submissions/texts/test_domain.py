"""The Vietnamese gate at its thresholds, and what counts as complete."""

import pytest

from services.submissions.marks.domain import Verdict, read, read_title
from services.submissions.texts import domain
from services.submissions.texts.domain import Words
from shared.text import folded

FINE = (
    "Người dân đến bộ phận một cửa thường phải quay lại vì thiếu giấy tờ, trong khi cán bộ không có cách nào báo trước. "
    "Chúng tôi đề nghị mỗi phường gửi tin nhắn kiểm tra hồ sơ trước ngày hẹn, kèm danh mục giấy tờ cần mang theo."
)
TONELESS = str.maketrans("áàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ",
                         "aaaaaâââââăăăăăeeeeeêêêêêiiiiioooooôôôôôơơơơơuuuuuưưưưưyyyyy")  # fmt: skip


def test_ordinary_vietnamese_passes() -> None:
    reading = read(FINE)
    assert reading.verdict is Verdict.FINE
    assert not reading.doubtful


def test_text_without_any_mark_is_called_stripped() -> None:
    reading = read(folded(FINE))
    assert (reading.verdict, reading.marked) == (Verdict.STRIPPED, 0.0)


def test_text_with_every_second_word_stripped_is_called_partial() -> None:
    mixed = " ".join(folded(word) if place % 2 else word for place, word in enumerate(FINE.split()))
    assert read(mixed).verdict is Verdict.PARTIAL


def test_text_with_base_letters_but_without_tones_is_called_toneless() -> None:
    assert read(FINE.lower().translate(TONELESS)).verdict is Verdict.TONELESS


def test_english_is_told_from_stripped_vietnamese() -> None:
    english = (
        "The office is open to the public and the forms that are needed for the permit can be found in the hall. " * 3
    )
    assert read(english).verdict is Verdict.FOREIGN


def test_under_twenty_words_there_is_no_verdict() -> None:
    assert read("khong dau " * 9).verdict is Verdict.SHORT
    assert read("khong dau " * 10).verdict is Verdict.STRIPPED


@pytest.mark.parametrize(
    ("title", "doubtful"),
    [("Mot cua lien thong cap xa", True), ("Một cua lien thong cap xa", False), ("Kiosk VNeID", False)],
)
def test_a_title_is_doubtful_only_when_five_words_carry_no_mark_at_all(title: str, *, doubtful: bool) -> None:
    assert read_title(title).doubtful is doubtful


def test_acronyms_numbers_and_addresses_do_not_count_against_the_author() -> None:
    assert read(f"{FINE} UBND TTHC VPCP https://dichvucong.gov.vn lien-he@hanoi.gov.vn 2019").verdict is Verdict.FINE


def test_a_pasted_paragraph_is_pointed_at_by_its_number() -> None:
    pasted = folded(FINE)
    assert domain.find(Words(parts={"solution": f"{FINE}\n\n{pasted}\n{FINE}"})).doubtful_paragraphs == {
        "solution": [2]
    }
