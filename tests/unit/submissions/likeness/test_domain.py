"""How alike two texts are: copies with and without marks, rewritten and moved parts, and texts that only share a field."""

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.submissions.likeness import domain
from services.submissions.likeness.domain import Item, Kind
from shared.text import folded

TEXT = (
    "Hiện nay người dân phải đến bộ phận một cửa hai lần để nộp và nhận kết quả. Mỗi lần mất trung bình bốn mươi phút "
    "chờ đợi, chưa kể thời gian đi lại. Giải pháp là gửi kết quả qua bưu chính công ích, đồng thời nhắn tin khi hồ sơ "
    "đã được ký, để người dân chỉ phải đến một lần. Phường đã thử ba tháng với hai trăm hồ sơ hộ tịch, không hồ sơ nào "
    "thất lạc, và tám mươi lăm phần trăm người được hỏi nói sẽ chọn cách này lần sau."
)
OTHER = (
    "Trường học đặt một quầy hướng dẫn dịch vụ công trực tuyến ngay tại cổng trong tuần tuyển sinh. Học sinh lớp mười hai "
    "được tập huấn để giúp phụ huynh tạo tài khoản, chụp giấy tờ và nộp hồ sơ tuyển sinh đầu cấp bằng điện thoại."
)


def an_item(text: str) -> Item:
    return Item(id="other", kind=Kind.WORK, title="Bài kia", text=text, year=2019)


def shared_bands(one: str, other: str) -> int:
    return len(set(domain.bands(domain.signature(one))) & set(domain.bands(domain.signature(other))))


@pytest.mark.parametrize("copied", [TEXT, folded(TEXT), TEXT.upper(), TEXT.replace("hòa", "hoà")])
def test_a_copy_is_found_whatever_its_marks_and_capitals(copied):
    found = domain.match(TEXT, an_item(copied))
    assert (found.covered, found.ratio) == (1.0, 1.0)
    assert shared_bands(TEXT, copied) == domain.BANDS


def test_the_signature_is_that_of_datasketch_2():
    """Numbers of `MinHash(num_perm=126, scheme="affine32")` of datasketch 2.0.0 over the same shingles."""
    assert hashlib.sha256(domain.signature(TEXT)).hexdigest().startswith("e63137ecdb2945ace3892310c5f2189b")
    assert hashlib.sha256(domain.signature(OTHER)).hexdigest().startswith("b1e7e5ff0c5d7d381b271055df0f1317")


def test_a_short_text_copied_into_a_long_one_overlaps_whichever_is_asked_about():
    assert domain.overlap(TEXT[:200], TEXT + OTHER) > 0.9
    assert domain.overlap(TEXT + OTHER, TEXT[:200]) > 0.9
    assert domain.overlap("phải đến bộ phận một cửa", TEXT) == 0.0, "six syllables are nobody's"


def test_a_copy_with_every_tenth_word_changed_is_still_mostly_covered():
    words = TEXT.split()
    changed = " ".join("khác" if place % 10 == 9 else word for place, word in enumerate(words))
    assert domain.match(changed, an_item(TEXT)).covered > domain.MARKED_FROM
    assert shared_bands(TEXT, changed) > 0


def test_parts_that_changed_places_are_covered_though_the_order_is_not():
    sentences = TEXT.split(". ")
    moved = ". ".join(reversed(sentences))
    found = domain.match(moved, an_item(TEXT))
    assert found.covered > 0.85
    assert found.ratio < 0.7


def test_two_ideas_of_one_field_are_not_alike():
    assert domain.match(OTHER, an_item(TEXT)).covered < 0.05


def test_a_text_without_words_resembles_nothing():
    assert domain.signature("… – 12") != b""  # a number is a word
    assert domain.signature("… –") == b""
    assert domain.bands(b"") == []
    assert domain.match("…", an_item(TEXT)).covered == 0.0


def test_the_pieces_mark_what_both_have_and_are_the_text_again():
    ours = "Mở đầu riêng của tôi. " + TEXT[:200] + " Và một kết luận riêng."
    cut = domain.pieces(ours, TEXT)
    assert "".join(piece.text for piece in cut) == ours
    shared = " ".join(piece.text for piece in cut if piece.shared)
    assert "bộ phận một cửa hai lần" in shared
    assert "riêng của tôi" not in shared
    assert "kết luận riêng" not in shared


def test_nothing_is_marked_where_less_than_five_syllables_agree():
    assert not any(piece.shared for piece in domain.pieces("phải đến bộ phận khác hẳn", TEXT))


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_two_texts_can_be_compared_and_the_pieces_lose_nothing(one, other):
    found = domain.match(one, an_item(other))
    assert 0.0 <= found.covered <= 1.0
    assert 0.0 <= found.ratio <= 1.0
    assert "".join(piece.text for piece in domain.pieces(one, other)) == one


_VOCABULARY = [f"{a}{b}" for a in "bcdghklmnprstvx" for b in ("a", "an", "ang", "o", "on", "ong", "u", "e", "en", "i")]


def made_up(source: random.Random, count: int) -> list[str]:
    return [source.choice(_VOCABULARY) for _ in range(count)]


def shared_runs(one: list[str], other: list[str]) -> int:
    return len(set(domain.runs(one)) & set(domain.runs(other)))


@pytest.mark.parametrize(("whole", "taken"), [(300, 105), (300, 150), (3000, 60)])
def test_a_passage_taken_over_brings_its_runs_into_whatever_text(whole: int, taken: int):
    """A third and a half of a text as long, and a paragraph of sixty syllables in a text of three thousand."""
    source = random.Random(35)
    missed = 0
    for _ in range(200):
        theirs = made_up(source, 300)
        ours = [
            *made_up(source, (whole - taken) // 2),
            *theirs[100 : 100 + taken],
            *made_up(source, (whole - taken) // 2),
        ]
        missed += shared_runs(ours, theirs) == 0
    assert missed <= 2


def test_a_text_with_every_third_word_changed_still_has_a_run_in_common_nearly_always():
    source = random.Random(36)
    missed = 0
    for _ in range(200):
        theirs = made_up(source, 400)
        ours = [word if source.random() < 0.35 ** (1 / 3) else source.choice(_VOCABULARY) for word in theirs]
        missed += shared_runs(ours, theirs) == 0 and shared_bands(" ".join(ours), " ".join(theirs)) == 0
    assert missed <= 20


def test_what_is_kept_beside_a_text_is_compared_as_the_text_would_be():
    kept = an_item(TEXT).model_copy(update={"flat": domain.fingerprint(TEXT).flat})
    assert domain.match(OTHER + TEXT, kept) == domain.match(OTHER + TEXT, an_item(TEXT)).model_copy(
        update={"item": kept}
    )


def test_copies_with_a_tenth_changed_meet_in_a_band_nearly_always():
    """The promise of the bands, on made-up texts of 300 words from a vocabulary of 800."""
    source = random.Random(34)
    missed = 0
    for _ in range(200):
        words = made_up(source, 300)
        changed = [source.choice(_VOCABULARY) if source.random() < 0.1 else word for word in words]
        missed += shared_bands(" ".join(words), " ".join(changed)) == 0
    assert missed <= 2


def test_fingerprints_made_another_way_have_another_number() -> None:
    """Who changes what a fingerprint is made of raises MADE_AS and this; else old ones are never made anew."""
    made = repr((domain.fingerprint(TEXT), domain.fingerprint(OTHER)))
    assert (domain.MADE_AS, hashlib.sha256(made.encode()).hexdigest()[:12]) == (1, "b9e605cd7724")
