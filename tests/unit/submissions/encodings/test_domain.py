"""Old and mistaken encodings: known, put right, and never seen in ordinary text."""

import unicodedata
from collections.abc import Callable

import pytest

from services.submissions.encodings import domain
from services.submissions.encodings.domain import Kind
from tests.unit.submissions.encodings.writing import misread, tcvn3, vni

FINE = "Cuộc thi tìm kiếm sáng kiến về cải cách hành chính, ưu tiên được chấm trước."


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("Cuéc thi t×m kiÕm s¸ng kiÕn vÒ c¶i c¸ch hµnh chÝnh, \xadu tiªn ®\xadîc chÊm tr\xadíc.", Kind.TCVN3),
        ("Cuoäc thi tìm kieám saùng kieán veà caûi caùch haønh chính, öu tieân ñöôïc chaám tröôùc.", Kind.VNI),
        (misread(FINE, "cp1252"), Kind.MISREAD),
        (misread(FINE, "latin-1"), Kind.MISREAD),
        (misread(FINE, "cp1258"), Kind.MISREAD),
        (misread(misread(FINE, "cp1252"), "cp1252"), Kind.MISREAD),
        (misread(unicodedata.normalize("NFD", FINE), "cp1252"), Kind.MISREAD),
    ],
)
def test_each_is_known_by_its_kind_and_converted_to_the_last_letter(typed: str, kind: Kind) -> None:
    offer = domain.offer(domain.tidy(typed))
    assert offer is not None
    assert (offer.suspicion.kind, offer.text) == (kind, FINE)
    assert offer.suspicion.after > 0.9
    assert offer.suspicion.before < 0.5


@pytest.mark.parametrize(
    "text",
    [
        FINE,
        unicodedata.normalize("NFD", FINE),
        "",
        "Diện tích 25 m², nhiệt độ 38 °C, sai số ±2 %, giá 5.000 đ · «trích dẫn» © 2019 – ½ suất × 3 ca µm",
        "Chuyên gia Müller, François và Ångström góp ý cho đề án; phần mềm của São Paulo được dùng thử.",
        "L'élève français où l'été naïf va à Noël, ça coûte très cher; l'œuvre fût achevée à l'hôtel.",
        "El niño comió piña en la montaña; mañana irá a la señora Muñoz, según él mismo.",
        "Über die Straße läuft ein großer Bär, während die Mädchen schöne Lieder hören.",
        "من المكتب 😀 中文 Ελλάδα привет",
        "Cóa xoá hoà toà soát oán oàm quà thuở uý khoẻ hoả hoạ",
    ],
)
def test_ordinary_text_of_any_language_is_left_alone(text: str) -> None:
    assert domain.detect(domain.tidy(text)) is None


def test_only_the_pasted_paragraph_is_converted_and_its_number_told() -> None:
    offer = domain.offer(domain.tidy(f"{FINE}\n\n{tcvn3(FINE)}\n{FINE}"))
    assert offer is not None
    assert offer.text == f"{FINE}\n\n{FINE}\n{FINE}"
    assert offer.suspicion.lines == [2]


def test_a_short_heading_goes_with_the_paragraph_below_it() -> None:
    offer = domain.offer(domain.tidy(tcvn3("Giải pháp\n" + FINE)))
    assert offer is not None
    assert offer.text == "Giải pháp\n" + FINE


def test_a_line_of_capitals_comes_out_in_capitals() -> None:
    offer = domain.offer("CéNG HOµ X· HéI CHñ NGHÜA VIÖT NAM")
    assert offer is not None
    assert offer.text == "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"


def test_the_sign_that_nobody_sees_stays_where_it_is_a_letter_and_goes_elsewhere() -> None:
    assert "\xad" in domain.tidy(tcvn3(FINE))
    assert domain.tidy("sáng\xad kiến") == "sáng kiến"
    assert domain.tidy_line(f" {tcvn3(FINE)} \n x ").count("\xad") == tcvn3(FINE).count("\xad")


@pytest.mark.parametrize("write", [tcvn3, vni, misread])
def test_tidying_twice_changes_nothing_more(write: Callable[[str], str]) -> None:
    once = domain.tidy(write(FINE))
    assert domain.tidy(once) == once
