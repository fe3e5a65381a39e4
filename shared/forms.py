"""Forms: a pydantic model reads them, and what was typed survives every refusal."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, Literal, TypeVar, get_origin

from fastapi import Request
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from starlette.datastructures import FormData, UploadFile

from shared.errors import Invalid, Refusal

M = TypeVar("M", bound=BaseModel)

_EMPTY = "Hãy điền mục này."
_NUMBERS = ("int_parsing", "decimal_parsing")
_SENTENCES = {
    "missing": _EMPTY,
    "string_too_short": _EMPTY,
    "string_too_long": "Nội dung quá dài (tối đa {max_length} ký tự).",
    "too_short": _EMPTY,
    "too_long": "Nội dung quá dài (tối đa {max_length} ký tự).",
    "bool_parsing": "Hãy chọn một trong các mục có sẵn.",
    "int_parsing": "Hãy nhập một số nguyên.",
    "decimal_parsing": "Hãy nhập một số, ví dụ 7,5.",
    "datetime_from_date_parsing": "Hãy nhập ngày giờ đúng dạng, ví dụ 17:00 15/10/2019.",
    "date_from_datetime_parsing": "Hãy nhập ngày đúng dạng, ví dụ 15/10/2019.",
    "greater_than_equal": "Giá trị phải từ {ge} trở lên.",
    "less_than_equal": "Giá trị không được quá {le}.",
    "enum": "Hãy chọn một trong các mục có sẵn.",
    "literal_error": "Hãy chọn một trong các mục có sẵn.",
    "extra_forbidden": "Mục này không có trong biểu mẫu.",
}


@dataclass(slots=True)
class Typed(Generic[M]):
    """What came in: `value` when it is valid, else `errors` as {field, text} pairs; `typed` in any case."""

    typed: dict[str, Any]
    value: M | None = None
    errors: list[dict[str, str]] = field(default_factory=list)
    files: dict[str, UploadFile] = field(default_factory=dict)

    def valid(self) -> M:
        """The value. Raises Invalid."""
        if self.value is None:
            raise Invalid(self.errors)
        return self.value

    def refuse(self, refusal: Refusal) -> None:
        """Show a rule's refusal in the error summary, at the field it names."""
        if isinstance(refusal, Invalid):
            # `valid` raises what is there already.
            self.errors += [one for one in refusal.errors if one not in self.errors]
        else:
            self.errors.append({"field": refusal.field or "", "text": refusal.message})


def sentences(
    faults: Iterable[Any],
    *,
    skip: int = 0,
    titles: Mapping[str, str | None] | None = None,
    chosen: Container[str] = (),
) -> list[dict[str, str]]:
    """Pydantic's findings as {field, text} pairs in Vietnamese; `skip` leading parts of each place are left out.

    `titles`: what a field is called on the page, so that a list of errors says which field each is about. `chosen`: the
    fields where people pick, not write.
    """
    found = []
    for fault in faults:
        context = fault.get("ctx", {})
        kind = "missing" if fault["type"] in _NUMBERS and fault.get("input") == "" else fault["type"]
        text, place = _SENTENCES.get(kind), ".".join(map(str, fault["loc"][skip:]))
        title = (titles or {}).get(place)
        if text is None:
            text = str(context.get("error", "Nội dung chưa hợp lệ."))
        elif title:
            verb = "chọn" if place in chosen else "điền"
            text = f"Hãy {verb} “{title}”." if text == _EMPTY else f"{title}: {text[:1].lower()}{text[1:]}"
        found.append({"field": place, "text": text.format(**context)})
    return found


def _is_chosen(known: FieldInfo) -> bool:
    """Radios and lists: the type has the choices, or the field says `json_schema_extra={"chosen": True}`."""
    kind, extra = known.annotation, known.json_schema_extra
    said = isinstance(extra, dict) and bool(extra.get("chosen"))
    return said or kind is bool or get_origin(kind) is Literal or (isinstance(kind, type) and issubclass(kind, Enum))


def _plain(form: FormData) -> dict[str, Any]:
    """Text fields of a form; a name ending in [] collects a list, `parts.solution` nests."""
    typed: dict[str, Any] = {}
    for name in dict.fromkeys(form.keys()):
        values = [value for value in form.getlist(name) if isinstance(value, str)]
        if name == "csrf_token" or not values:
            continue
        *parents, leaf = name.removesuffix("[]").split(".")
        target = typed
        for parent in parents:
            inner = target.setdefault(parent, {})
            target = inner if isinstance(inner, dict) else {}
        target[leaf] = values if name.endswith("[]") else values[-1]
    return typed


async def read(request: Request, model: type[M]) -> Typed[M]:
    """Read the request's form into `model`; nothing is raised for bad input, the page shows it again."""
    form = await request.form()
    typed = _plain(form)
    files = {name: value for name, value in form.items() if isinstance(value, UploadFile) and value.filename}
    try:
        return Typed(typed, model.model_validate(typed), files=files)
    except ValidationError as error:
        titles = {name: known.title for name, known in model.model_fields.items()}
        chosen = {name for name, known in model.model_fields.items() if _is_chosen(known)}
        return Typed(typed, errors=sentences(error.errors(), titles=titles, chosen=chosen), files=files)
