"""Codes and what a script keeps of an accepted entry."""

from datetime import UTC, datetime
from decimal import Decimal

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


def test_a_group_is_published_by_ids_with_shares_and_shown_with_who_speaks_for_it() -> None:
    whose = {"entry_id": "e", "contest_id": "c", "owner_id": "a", "entrant_group": "E1", "track": "collective"}
    group = Sealed.model_validate(
        {**whose, "author_ids": ["a", "b"], "shares": {"a": "66.5", "b": "33.5"}, "representative_id": "b"}
    )
    assert group.opened() == {
        "track": "collective",
        "authors": [{"id": "a", "share": Decimal("66.5")}, {"id": "b", "share": Decimal("33.5")}],
        "representative_id": "b",
    }
    assert [group.beside(one) for one in group.author_ids] == [" (66,5%)", " (33,5%, đại diện)"]
    alone = Sealed.model_validate({**whose, "author_ids": ["a"]})
    assert (alone.opened()["authors"], alone.beside("a")) == ([{"id": "a"}], "")
