"""The steps of the wizard, and typed forms in the shape of Rules and back. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.submissions.rules.domain import Rules, slug_of
from shared.ui.filters import hanoi_input, read_hanoi_input

_MEGABYTE = 1024 * 1024
LISTS = {"entrant_groups": "E", "content_groups": "C", "goals": "G", "parts": "P", "prizes": "A", "quotas": "Q"}
"""Lists of rows, each with the letter that new ids begin with."""
LEVELS = {
    "city": "Thành phố",
    "department": "Sở, ban, ngành",
    "district": "Quận, huyện, thị xã (đến 30/6/2025)",
    "ward": "Phường",
    "commune": "Xã",
    "organisation": "Tổ chức, doanh nghiệp",
}
READY_PARTS: tuple[dict[str, Any], ...] = (
    {
        "title": "Hiện trạng",
        "max_words": 600,
        "hint": "Việc đang làm thế nào, vướng ở đâu, ai bị ảnh hưởng, số liệu nếu có.",
    },
    {"title": "Giải pháp", "max_words": 1200, "hint": "Làm gì, theo những bước nào, cần người, thiết bị, quy định gì."},
    {"title": "Tính mới", "max_words": 400, "hint": "Khác gì cách đang làm; nơi khác đã làm chưa."},
    {
        "title": "Hiệu quả",
        "max_words": 500,
        "hint": "Lợi ích cho người dân và cơ quan; con số ghi ở mục Hiệu quả bằng số.",
    },
    {"title": "Khả năng áp dụng", "max_words": 400, "hint": "Áp dụng được ở đâu, điều kiện gì, nhân rộng thế nào."},
    {"title": "Minh họa", "max_words": 300, "hint": "Mô tả sơ đồ, ảnh, biểu mẫu gửi kèm.", "required": False},
)
"""The sections that reports on initiatives usually have (Thông tư 18/2013/TT-BKHCN, the form of the report)."""
ROUNDS = {"preliminary": "Sơ khảo", "final": "Chung khảo"}


@dataclass(frozen=True, slots=True)
class Step:
    """A page of the wizard and the rules it asks for."""

    id: str
    title: str
    fields: tuple[str, ...]


STEPS = (
    Step("chung", "Tên, căn cứ và mục tiêu", ("name", "short_name", "year", "slug", "summary", "plan", "goals")),
    Step("doi-tuong", "Ai được dự thi", ("entrant_groups", "excluded", "quotas")),
    Step("bai", "Nội dung và bài dự thi", ("content_groups", "parts", "form_rules", "asks_id_number")),
    Step("lich", "Vòng thi và lịch", ("rounds", "timetable")),
    Step(
        "giai", "Chung khảo, giải thưởng và kiến nghị",
        ("finalists", "presentation_minutes", "question_minutes", "prizes", "complaint_days", "retention_months"),
    ),
    Step("tai-lieu", "Tài liệu công bố", ("documents",)),
)  # fmt: skip
BY_ID = {step.id: step for step in STEPS}


def after(step: Step) -> Step | None:
    """The step that follows."""
    place = STEPS.index(step) + 1
    return STEPS[place] if place < len(STEPS) else None


def step_of(field: str) -> Step:
    """Where a field of the rules is written."""
    name = field.partition(".")[0]
    return next((step for step in STEPS if name in step.fields), STEPS[0])


def done(rules: Rules, problems: Iterable[Mapping[str, str]]) -> dict[str, bool]:
    """Step id to whether nothing is missing there; lists that may be empty count as written."""
    missing = {step_of(problem["field"]).id for problem in problems}
    return {step.id: step.id not in missing and bool(rules) for step in STEPS}


def shaped(step: Step, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What a step's form says, in the shape of Rules; what cannot be understood stays as it was typed."""
    shape = {name: _shaped(name, typed.get(name)) for name in step.fields if name != "documents"}
    if "slug" in shape:
        shape["slug"] = shape["slug"] or slug_of(f"{typed.get('short_name', '')} {typed.get('year', '')}")
    return shape


def _shaped(name: str, typed: Any) -> Any:
    if name in LISTS:
        return [_row(name, row) for row in _rows(typed, LISTS[name])]
    understand = _UNDERSTOOD.get(name)
    if understand is not None:
        return understand(typed or {})
    return "" if typed is None else typed


def _rows(typed: Any, prefix: str) -> list[dict[str, Any]]:
    """The rows that say something, each with an id: the one it has, or the next free one."""
    words = ("title", "description", "hint")
    given = typed.values() if isinstance(typed, Mapping) else typed or []
    rows = [dict(row) for row in given if any(str(row.get(word) or "").strip() for word in words)]
    taken, number = {row.get("id") for row in rows}, 0
    for row in rows:
        while not row.get("id"):
            number += 1
            if f"{prefix}{number}" not in taken:
                row["id"] = f"{prefix}{number}"
    return rows


def _row(name: str, row: dict[str, Any]) -> dict[str, Any]:
    """Ticks that were not set do not travel: they are put back as what they mean."""
    if name == "entrant_groups":
        row = {"kinds": [], "unit_levels": [], **row}
        if not row.get("max_authors"):
            row.pop("max_authors", None)
    for word, (tick, negated) in _TICKS.get(name, {}).items():
        ticked = row.pop(tick, "") == "true"
        row[word] = not ticked if negated else ticked
    return row


def _round(round_id: str, row: Mapping[str, Any]) -> dict[str, Any]:
    forms = row.get("forms", "")
    lines = forms.splitlines() if isinstance(forms, str) else forms
    return {**row, "id": round_id, "forms": [line.strip() for line in lines if line.strip()]}


def _form_rules(typed: Mapping[str, Any]) -> dict[str, Any]:
    files = {"media_types": [], **typed, "effects_required": typed.get("effects_required") == "true"}
    size = str(files.pop("max_megabytes", ""))
    if size:
        files["max_bytes"] = int(size) * _MEGABYTE if size.isdecimal() else size
    return files


def _instant(typed: Any) -> Any:
    try:
        return read_hanoi_input(typed)
    except ValueError:
        return typed


_UNDERSTOOD: dict[str, Callable[[Any], Any]] = {
    "timetable": lambda typed: {field: _instant(value) for field, value in typed.items() if value},
    "plan": lambda typed: typed if typed and any(typed.values()) else None,
    "form_rules": _form_rules,
    "excluded": lambda typed: {"roles": [], **typed},
    "rounds": lambda typed: [_round(name, row) for name, row in typed.items() if row.get("title", "").strip()],
    "asks_id_number": lambda typed: typed == "true",
    "complaint_days": lambda typed: typed or None,
    "retention_months": lambda typed: typed or None,
}
_TICKS = {
    "entrant_groups": {"needs_mandate": ("needs_mandate", False)},
    "parts": {"required": ("optional", True)},
    "quotas": {"compulsory": ("encouraged", True), "count_subunits": ("count_subunits", False)},
}
"""List to rule to the tick that says it, and whether the tick says the opposite: an empty row means the usual."""


def shown(shape: Any) -> Any:
    """Values as the fields show them: rows by their number, instants on the Hanoi clock, sizes in megabytes."""
    if isinstance(shape, Mapping):
        return _shown_fields(shape)
    if isinstance(shape, list) and shape and isinstance(shape[0], Mapping):
        return shown(dict(enumerate(shape)))
    if isinstance(shape, bool):
        return "true" if shape else ""
    return hanoi_input(shape) if isinstance(shape, datetime) else shape


def _shown_fields(shape: Mapping[str, Any]) -> dict[str, Any]:
    found = {str(name): shown(value) for name, value in shape.items()}
    if isinstance(shape.get("rounds"), list):
        found["rounds"] = {one["id"]: {**one, "forms": "\n".join(one["forms"])} for one in shape["rounds"]}
    size = found.get("max_bytes")
    if size:
        found["max_megabytes"] = size // _MEGABYTE if isinstance(size, int) else size
    for word, (tick, negated) in [*_TICKS["parts"].items(), *_TICKS["quotas"].items()]:
        if negated and word in shape:
            found[tick] = "" if shape[word] else "true"
    return found
