"""Two texts compared by words."""

from hypothesis import given
from hypothesis import strategies as st

from services.submissions.histories import domain
from services.submissions.histories.domain import Change
from services.submissions.texts.domain import Words


def _said(old: str, new: str) -> str:
    marks = {Change.SAME: "{}", Change.GONE: "[-{}-]", Change.NEW: "[+{}+]"}
    return "".join(marks[piece.change].format(piece.text) for piece in domain.compare(old, new))


def test_a_word_in_the_middle_is_the_only_change() -> None:
    assert _said("đặt bảng trước cửa phường", "đặt hai bảng trước cửa phường") == "đặt [+hai +]bảng trước cửa phường"
    assert _said("nộp hồ sơ giấy tại quầy", "nộp hồ sơ tại quầy") == "nộp hồ sơ [-giấy -]tại quầy"


def test_changes_with_only_a_word_between_them_are_read_as_one() -> None:
    assert _said("a b c d e x f", "a b 1 d 2 x f") == "a b [-c d e-][+1 d 2+] x f"


def test_a_new_paragraph_leaves_the_others_alone() -> None:
    assert _said("một\nba", "một\nhai\nba") == "một\n[+hai\n+]ba"


@given(st.text("ab \n", max_size=60), st.text("ab \n", max_size=60))
def test_both_texts_can_be_read_off_the_comparison(old: str, new: str) -> None:
    pieces = domain.compare(old, new)
    assert "".join(piece.text for piece in pieces if piece.change is not Change.NEW) == old
    assert "".join(piece.text for piece in pieces if piece.change is not Change.GONE) == new


def test_long_texts_are_compared_line_by_line() -> None:
    lines = [f"{number} " * 300 for number in range(200)]
    pieces = domain.compare("\n".join(lines), "\n".join([*lines[:100], "mới", *lines[100:]]))
    assert [piece.text for piece in pieces if piece.change is not Change.SAME] == ["mới\n"]


def test_only_fields_that_differ_are_told_and_a_choice_changes_as_a_whole() -> None:
    old = Words(title="Bảng", parts={"a": "x", "b": "y"}, entrant_group="E1")
    new = Words(title="Bảng", parts={"a": "x z"}, entrant_group="E2")
    found = {one.field: [(piece.change, piece.text) for piece in one.pieces] for one in domain.differences(old, new)}
    assert found == {
        "entrant_group": [(Change.GONE, "E1"), (Change.NEW, "E2")],
        "parts.a": [(Change.SAME, "x"), (Change.NEW, " z")],
        "parts.b": [(Change.GONE, "y")],
    }
