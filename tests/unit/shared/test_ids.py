"""Codes that people read aloud and ids that follow from what they name."""

from hypothesis import given
from hypothesis import strategies as st

from shared.ids import derived_id, new_code, new_id, new_secret, read_code


def test_a_code_is_read_back_however_it_was_typed() -> None:
    code = new_code()
    assert read_code(code) == code
    assert read_code(code.lower().replace("-", " ")) == code


@given(st.integers(0, 7), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_one_wrong_sign_is_noticed_nearly_always_and_never_taken_for_the_same_code(place: int, sign: str) -> None:
    code = new_code()
    signs = list(code.replace("-", ""))
    if signs[place] != sign:
        signs[place] = sign
        assert read_code("".join(signs)) != code


def test_a_wrong_check_sign_is_no_code() -> None:
    assert read_code("") is None
    assert read_code("7") is None
    known = new_code().replace("-", "")
    others = [known[:-1] + sign for sign in "0123456789" if sign != known[-1]]
    assert all(read_code(other) is None for other in others)


def test_ids_are_new_each_time_and_sort_by_time() -> None:
    ids = [new_id() for _ in range(100)]
    assert len(set(ids)) == 100
    assert ids == sorted(ids)


def test_a_derived_id_follows_from_its_parts_and_their_order() -> None:
    assert derived_id("a", "b") == derived_id("a", "b")
    assert derived_id("a", "b") != derived_id("b", "a")
    assert derived_id("ab", "c") != derived_id("a", "bc")


def test_a_secret_has_at_least_a_hundred_bits() -> None:
    assert len(new_secret()) * 6 >= 100
