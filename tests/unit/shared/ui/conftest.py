"""A template engine whose assets have plain names: what a page says does not depend on the built files."""

import json

import pytest

from shared.ui import manifest
from shared.ui.manifest import STATIC
from shared.ui.render import environment


@pytest.fixture
def plain_assets(tmp_path, monkeypatch):
    names = {path.name: path.name for path in STATIC.iterdir() if path.is_file()}
    target = tmp_path / "manifest.json"
    target.write_text(json.dumps(names | {"site.css": "site.css", "stage.css": "stage.css"}))
    monkeypatch.setattr(manifest, "MANIFEST", target)
    manifest.names.cache_clear()
    yield
    manifest.names.cache_clear()


@pytest.fixture
def engine(plain_assets):
    return environment([])


@pytest.fixture
def rendered(engine):
    """Render a snippet with `forms`, `lists`, `summary` and the rest at hand."""
    imports = "".join(
        f'{{% import "{name}.html" as {name} %}}'
        for name in ("forms", "lists", "summary", "tags", "charts", "timeline", "countdown", "board", "messages")
    )

    def render_snippet(snippet, **context):
        return engine.from_string(imports + snippet).render(csrf_token="the-token", **context)

    return render_snippet
