"""The two fields that most forms are made of, a line of text and a choice, in the mark-up of GOV.UK Frontend.

Templates call them as `forms.text` and `forms.select`. As functions they cost a tenth of the vendor's macros, which
still make every other field; that both say the same is tested.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

Errors = Sequence[Mapping[str, str]]
_OPTIONAL = ' <span class="sk-optional">(không bắt buộc)</span>'


def field_id(name: str) -> str:
    """The id of a field: its name without the `[]` that makes `shared/forms.py` collect a list."""
    return name.removesuffix("[]")


def errors_of(errors: Errors, name: str) -> dict[str, str] | None:
    """The error-message argument of a field, from the list of {field, text} pairs."""
    texts = [error["text"] for error in errors if error.get("field") == field_id(name)]
    return {"text": " ".join(texts), "visuallyHiddenText": "Lỗi"} if texts else None


def typed(values: Mapping[str, Any], name: str, instead: Any = "") -> Any:
    """What was typed into a field, or `instead` when the form was not yet touched; `parts.solution` is a key or a path."""
    name = field_id(name)
    value: Any = values
    for part in [name] if name in values else name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return instead if value is None else value


def text(  # noqa: PLR0913 - what a page may say of a field
    name: str,
    label: str,
    values: Mapping[str, Any] | None = None,
    errors: Errors = (),
    *,
    hint: str = "",
    required: bool = True,
    width: object = "",
    type: str = "text",  # noqa: A002 - the attribute's own name
    inputmode: str = "",
    autocomplete: str = "",
    prefix: str = "",
    suffix: str = "",
    spellcheck: bool = False,
    attributes: Mapping[str, object] | None = None,
) -> Markup:
    """One line of text."""
    begin, described, wrong = _begin(name, label, errors, hint, required=required)
    classes = (
        "govuk-input" + (f" govuk-input--width-{width}" if width else "") + (" govuk-input--error" if wrong else "")
    )
    own = {
        "class": classes, "id": field_id(name), "name": name, "type": type,
        "spellcheck": "true" if spellcheck else "false", "value": typed(values or {}, name),
        "aria-describedby": described or None, "autocomplete": autocomplete or None, "inputmode": inputmode or None,
    }  # fmt: skip
    made = f"<input{_attributes(own)}{_attributes(attributes or {})}>"
    if prefix or suffix:
        made = f'<div class="govuk-input__wrapper">{_beside("prefix", prefix)}{made}{_beside("suffix", suffix)}</div>'
    return Markup(f"{begin}{made}</div>\n")  # noqa: S704 - every part is escaped where it is made


def select(  # noqa: PLR0913 - what a page may say of a field
    name: str,
    label: str,
    options: Sequence[Any] | Mapping[str, str],
    values: Mapping[str, Any] | None = None,
    errors: Errors = (),
    *,
    hint: str = "",
    required: bool = True,
    empty: str = "– Chọn –",
    attributes: Mapping[str, object] | None = None,
) -> Markup:
    """One of `options`, [{value, text, disabled?}] or {value: text}; a first empty choice comes before unless `empty` is ""."""
    begin, described, wrong = _begin(name, label, errors, hint, required=required)
    chosen = str(typed(values or {}, name))
    own = {
        "class": "govuk-select govuk-select--error" if wrong else "govuk-select", "id": field_id(name), "name": name,
        "aria-describedby": described or None,
    }  # fmt: skip
    made = [f'<option value="">{escape(empty)}</option>'] if empty else []
    if isinstance(options, Mapping):
        options = [{"value": value, "text": words} for value, words in options.items()]
    for option in options:
        value = str(option["value"])
        state = (" selected" if value == chosen else "") + (" disabled" if option.get("disabled") else "")
        made.append(f'<option value="{escape(value)}"{state}>{escape(option["text"])}</option>')
    inner = "\n".join(made)
    return Markup(  # noqa: S704 - every part is escaped where it is made
        f"{begin}<select{_attributes(own)}{_attributes(attributes or {})}>\n{inner}\n</select></div>\n"
    )


def _begin(name: str, label: str, errors: Errors, hint: str, *, required: bool) -> tuple[str, str, bool]:
    """Group, label, hint and fault; the ids that describe the field; whether there is a fault."""
    own, wrong = escape(field_id(name)), errors_of(errors, name)
    mark = " govuk-form-group--error" if wrong else ""
    words = f"{escape(label)}{'' if required else _OPTIONAL}"
    made = [
        f'<div class="govuk-form-group{mark}"><label class="govuk-label govuk-label--s" for="{own}">{words}</label>'
    ]
    described = []
    if hint:
        described.append(f"{own}-hint")
        made.append(f'<div id="{own}-hint" class="govuk-hint">{escape(hint)}</div>')
    if wrong:
        described.append(f"{own}-error")
        made.append(
            f'<p id="{own}-error" class="govuk-error-message"><span class="govuk-visually-hidden">Lỗi:</span> '
            f"{escape(wrong['text'])}</p>"
        )
    return "".join(made), " ".join(described), bool(wrong)


def _attributes(pairs: Mapping[str, object]) -> str:
    return "".join([f' {name}="{escape(value)}"' for name, value in pairs.items() if value is not None])


def _beside(kind: str, words: str) -> str:
    return f'<div class="govuk-input__{kind}" aria-hidden="true">{escape(words)}</div>' if words else ""
