"""The small parts that a list is made of by the hundred: head cells, cells, tags, addresses with a changed query.

Templates call them as `lists.head`, `lists.cell`, `status`, `tag`; as functions they cost a fifth of a macro.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

from markupsafe import Markup, escape

from shared.ui.states import look_of

_SORT = "sap-xep"
_quoted = lru_cache(maxsize=2048)(quote_plus)
_DIRECTIONS = {"ascending": "tăng", "descending": "giảm"}


def with_query(params: Mapping[str, Any], **changes: Any) -> str:
    """`?a=1&b=2` of `params` with `changes`; None and "" take a name out, lists repeat it."""
    pairs = [
        f"{_quoted(name)}={_quoted(str(one))}"
        for name, value in {**params, **changes}.items()
        if value not in (None, "")
        for one in (value if isinstance(value, list | tuple) else (value,))
    ]
    return "?" + "&".join(pairs)


def cell(
    label: str,
    value: object = "",
    *,
    numeric: bool = False,
    main: bool = False,
    caller: Callable[[], Markup] | None = None,
) -> Markup:
    """A cell; on narrow screens its row is a card, where it carries its label."""
    kind = " sk-table__cell--numeric" if numeric else ""
    if main:
        kind += " sk-table__cell--main"
    inner = escape(value if caller is None else caller())
    return Markup(f'<td class="sk-table__cell{kind}" data-label="{escape(label)}">{inner}</td>\n')  # noqa: S704 - escaped


def numbers(labels: Iterable[str], values: Iterable[int]) -> Markup:
    """The numeric cells of a row, one for each label; a nought is marked, for screens too narrow for all."""
    cells = [
        f'<td class="sk-table__cell sk-table__cell--numeric{"" if value else " sk-table__cell--nil"}" '
        f'data-label="{escape(label)}">{value}</td>'
        for label, value in zip(labels, values, strict=True)
    ]
    return Markup("".join(cells))  # noqa: S704 - escaped


def head(text: str, params: Mapping[str, Any] | None = None, key: str = "", numeric: bool = False) -> Markup:  # noqa: FBT001, FBT002 - as templates call it
    """A head cell. With `key` it sorts: `?sap-xep=key` and, pressed again, `?sap-xep=-key`."""
    kind = " sk-table__head--numeric" if numeric else ""
    if not key:
        return Markup(f'<th scope="col" class="sk-table__head{kind}">{escape(text)}</th>')  # noqa: S704 - escaped
    params = params or {}
    sorted_by = params.get(_SORT, "")
    direction = "ascending" if sorted_by == key else "descending" if sorted_by == f"-{key}" else ""
    link = with_query(params, **{_SORT: f"-{key}" if direction == "ascending" else key, "trang": None})
    told = f' <span class="govuk-visually-hidden"> (đang xếp {_DIRECTIONS[direction]} dần)</span>' if direction else ""
    aria, mark = (f' aria-sort="{direction}"', f" sk-sort--{direction}") if direction else ("", "")
    return Markup(  # noqa: S704 - escaped
        f'<th scope="col" class="sk-table__head{kind}"{aria}><a class="sk-sort{mark}" href="{escape(link)}">'
        f"{escape(text)}{told}</a></th>"
    )


def status(state: str, text: str = "") -> Markup:
    """The tag of any state (`shared/ui/states.py`), in its own words or in others."""
    look = look_of(state)
    return tag(text or look.text, look.tone)


def tag(text: str, tone: str = "quiet") -> Markup:
    """A free tag. Colour never carries the meaning alone."""
    return Markup(f'<strong class="sk-tag sk-tag--{escape(tone)}">{escape(text)}</strong>')  # noqa: S704 - escaped
