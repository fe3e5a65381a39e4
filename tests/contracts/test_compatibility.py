"""A published version never changes under its readers: fields stay, keep their type, and new ones are optional."""

import json
from typing import Any

import pytest

from shared import catalogue

COMMITTED = catalogue.ROOT / "docs" / "schemas"


def breaks(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What a reader of `old` would trip over in `new`."""
    found = []
    before, after = old.get("properties", {}), new.get("properties", {})
    for name, field in before.items():
        if name not in after:
            found.append(f"{name} was removed")
        elif _shape(field) != _shape(after[name]):
            found.append(f"{name} changed its type")
    fresh = set(new.get("required", ())) - set(before)
    # Serialised defaults are listed as required too; only a field without a default breaks old senders.
    found += [f"{name} is new and required" for name in sorted(fresh) if "default" not in after[name]]
    for name, inner in old.get("$defs", {}).items():
        found += [f"{name}.{text}" for text in breaks(inner, new.get("$defs", {}).get(name, {}))]
    return found


def _shape(field: dict[str, Any]) -> Any:
    return {name: value for name, value in field.items() if name not in ("title", "description", "default")}


@pytest.mark.parametrize("event", catalogue.events(), ids=lambda event: event.type)
def test_an_event_still_fits_its_committed_schema(event: Any) -> None:
    committed = json.loads((COMMITTED / f"{event.type}.json").read_text())
    assert breaks(committed, catalogue.schema(event)) == []


def test_a_removed_a_retyped_and_a_new_required_field_are_each_found() -> None:
    old = {"properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["a", "b"]}
    new = {"properties": {"b": {"type": "string"}, "c": {"type": "string"}}, "required": ["b", "c"]}
    assert breaks(old, new) == ["a was removed", "b changed its type", "c is new and required"]


def test_an_optional_new_field_is_no_break() -> None:
    old = {"properties": {"a": {"type": "string"}}, "required": ["a"]}
    new = {"properties": {"a": {"type": "string"}, "b": {"type": "string", "default": ""}}, "required": ["a"]}
    assert breaks(old, new) == []


def test_the_generated_documents_are_fresh() -> None:
    assert catalogue.stale() == []
