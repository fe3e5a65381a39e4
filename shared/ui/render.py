"""The template engine of all pages: where templates are found, what they may call, and how one is rendered.

The only importer of jinja2. Requests, sessions and routes are `shared/web.py`.
"""

from collections.abc import Callable, MutableMapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
    pass_context,
)
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from markupsafe import Markup

from shared.ids import new_id
from shared.ui import cells, fields, filters
from shared.ui.manifest import asset_url
from shared.ui.navigation import is_current, places_for
from shared.ui.states import look_of

TEMPLATES = Path(__file__).parent / "templates"


class _Vendor(BaseLoader):
    """Loads the GOV.UK macros into an environment of their own.

    They test options that were not given (`params.classes`), which our StrictUndefined refuses; in our own templates
    a name that is not there must stay an error.
    """

    def __init__(self) -> None:
        loader = PackageLoader("govuk_frontend_jinja")
        self._environment = Environment(
            autoescape=True,
            loader=PrefixLoader({"govuk_frontend_jinja": loader}),
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )

    def load(
        self,
        environment: Environment,  # noqa: ARG002 - not the asker's engine: that is the point
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002, ARG002 - jinja2's own name
    ) -> Template:
        """The vendor template `name`, whichever environment asks."""
        return self._environment.get_template(f"govuk_frontend_jinja/{name}")


class _Page(Template):
    """A template whose macros are read once: nobody gives a template names of its own, so there is nothing to compare."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:  # noqa: ARG002
        return super()._get_default_module()


@pass_context
def _relative_time(context: Context, value: datetime) -> str:
    return filters.relative_time(value, context["now"])


@pass_context
def _csrf(context: Context) -> Markup:
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(context["csrf_token"])


def _client_key(key: str = "") -> Markup:
    """A hidden client key: the one given (a form shown again keeps its key) or a new one."""
    return Markup('<input type="hidden" name="client_key" value="{}">').format(key or new_id())


def _page_numbers(page: int, pages: int) -> list[int | None]:
    """The page numbers to show: first, last, and the neighbours of `page`; None for a gap."""
    near = sorted(number for number in {1, page - 1, page, page + 1, pages} if 1 <= number <= pages)
    shown: list[int | None] = []
    for number in near:
        if shown and shown[-1] is not None and number - shown[-1] > 1:
            shown.append(None)
        shown.append(number)
    return shown


def environment(template_dirs: Sequence[Path]) -> Environment:
    """The engine of one service: its own template folders first, then the kit's, then the GOV.UK macros."""
    loader = ChoiceLoader(
        [FileSystemLoader([*template_dirs, TEMPLATES]), PrefixLoader({"govuk_frontend_jinja": _Vendor()})]
    )
    env = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=loader,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
        auto_reload=False,  # a page is made of dozens of templates, and none changes while the process runs
        cache_size=-1,
    )
    env.template_class = _Page
    _give_names(env)
    return env


def _give_names(env: Environment) -> None:
    """What every template may call."""
    own: list[Callable[..., str]] = [
        filters.vn_date,
        filters.vn_time,
        filters.vn_datetime,
        filters.vn_moment,
        filters.vn_number,
        filters.inside,
        filters.vn_phone,
        filters.breakable,
        filters.file_size,
        filters.iso,
        filters.hanoi_input,
    ]
    env.filters.update({function.__name__: function for function in own})
    env.filters.update(relative_time=_relative_time, asset=asset_url, look=look_of)
    env.globals.update(
        asset=asset_url,
        csrf=_csrf,
        client_key=_client_key,
        new_client_key=_client_key,
        with_query=cells.with_query,
        errors_of=fields.errors_of,
        field_id=fields.field_id,
        typed=fields.typed,
        text_field=fields.text,
        select_field=fields.select,
        cell_part=cells.cell,
        numbers_part=cells.numbers,
        head_part=cells.head,
        status_part=cells.status,
        tag_part=cells.tag,
        page_numbers=_page_numbers,
        time_left=filters.time_left,
        places_for=places_for,
        is_current=is_current,
    )


def render(env: Environment, template: str, **context: Any) -> str:
    """The page `template` as HTML. `shared/web.py` adds person, csrf_token, csp_nonce, request_path, now and the rest."""
    return env.get_template(template).render(**context)
