"""Codes and what a script keeps of an accepted entry."""

from datetime import UTC, datetime

import pytest

from services.judging.copies.domain import CodesExhausted, Script, ScriptState, Sealed, free_code
from shared.events.submissions import EntryAccepted

AT = datetime(2026, 10, 1, tzinfo=UTC)


def accepted(title: str = "Một cửa lưu động") -> EntryAccepted:
    return EntryAccepted(
        entry_id="entry", contest_id="contest", owner_id="owner", author_ids=["author"], unit_ids=["unit"],
        entrant_group="E1", content_group="C1", track="individual", title=title, parts={"solution": "Xe lưu động"},
        accepted_at=AT,
    )  # fmt: skip


def test_the_first_free_code_is_taken() -> None:
    assert free_code(["A", "B", "C"], {"A"}) == "B"


def test_without_a_free_code_it_says_so() -> None:
    with pytest.raises(CodesExhausted):
        free_code(["A"], {"A"})


def test_a_script_holds_nothing_of_its_authors() -> None:
    kept = str(Script.of(accepted(), "7K3M-92QX").model_dump())
    assert not any(word in kept for word in ("owner", "author", "unit", "E1", "individual"))


def test_an_entry_accepted_again_keeps_its_code_and_is_back() -> None:
    script = Script.of(accepted(), "7K3M-92QX").model_copy(update={"state": ScriptState.WITHDRAWN})
    again = script.replaced(accepted("Một cửa lưu động, bản sửa"))
    assert (again.code, again.title, again.state) == ("7K3M-92QX", "Một cửa lưu động, bản sửa", ScriptState.ACTIVE)


def test_owner_and_authors_are_sealed_together() -> None:
    assert Sealed.model_validate(accepted().model_dump()).people == {"owner", "author"}
