"""The chain of the score log: what it covers, and that any change in it is found."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from services.judging.scorelog import domain
from shared import recount

AT = datetime(2019, 11, 15, 1, 30, 0, 123000, tzinfo=UTC)


def a_chain(length: int = 5) -> list[domain.Line]:
    head, lines = domain.start("c1"), []
    for n in range(length):
        line = domain.following(
            head,
            round_="final",
            kind="score.given",
            data={"total": Decimal("8.50") + n, "bài": "Nguyễn"},
            by="j1",
            at=AT,
        )
        head = domain.Head("c1", line.n, line.hash)
        lines.append(line)
    return lines


def test_the_canonical_form_sorts_keys_and_keeps_the_scale_of_decimals():
    assert recount.canonical({"b": Decimal("8.50"), "a": AT, "ă": None}) == (
        '{"a":"2019-11-15T01:30:00.123Z","b":"8.50","ă":null}'.encode()
    )


def test_a_mark_as_a_binary_fraction_is_refused():
    with pytest.raises(TypeError, match="float"):
        recount.canonical({"total": 8.5})


def test_an_untouched_chain_is_whole():
    domain.verify(a_chain())
    domain.verify([])


def test_a_line_read_back_from_its_published_form_has_the_same_hash():
    for line in a_chain():
        published = line.published()
        assert recount.line_hash(published) == published["hash"] == line.hash


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize(
    "change",
    [
        {"data": {"total": "9.00"}},
        {"by": "j2"},
        {"at": datetime(2019, 11, 15, 1, 30, tzinfo=UTC)},
        {"kind": "slot.closed"},
        {"round": "preliminary"},
        {"contest_id": "c2"},
        {"prev": "1" * 64},
        {"hash": "1" * 64},
        {"n": 9},
    ],
)
def test_a_change_of_any_part_of_a_line_is_found_at_that_line(place, change):
    lines = a_chain()
    lines[place] = replace(lines[place], **change)
    with pytest.raises(domain.ChainBroken) as broken:
        domain.verify(lines)
    assert broken.value.n == place + 1


def test_a_line_rewritten_with_its_own_new_hash_breaks_the_next_one():
    lines = a_chain()
    forged = {**lines[1].published(), "data": {"total": "1.00"}}
    lines[1] = replace(lines[1], data={"total": "1.00"}, hash=recount.line_hash(forged))
    with pytest.raises(domain.ChainBroken) as broken:
        domain.verify(lines)
    assert broken.value.n == 3


def test_a_missing_a_doubled_and_a_moved_line_are_found():
    lines = a_chain()
    for bad in (lines[1:], [*lines[:2], *lines[1:]], [lines[1], lines[0], *lines[2:]]):
        with pytest.raises(domain.ChainBroken):
            domain.verify(bad)


def test_why_a_judge_stepped_back_is_in_the_chain_only_as_a_salted_digest():
    data, private = domain.closed_text("judge.recused", {"judge_id": "j1", "reason": "Tác giả là anh họ"}, "muối")
    assert private == {"reason": "Tác giả là anh họ", "salt": "muối"}
    assert set(data) == {"judge_id", "reason_sha256"}
    again, _ = domain.closed_text("judge.recused", {"judge_id": "j1", "reason": "Tác giả là anh họ"}, "muối khác")
    assert again["reason_sha256"] != data["reason_sha256"]
    assert domain.closed_text("tie.decided", {"reason": "Tiêu chí 1"}, "muối") == ({"reason": "Tiêu chí 1"}, {})
