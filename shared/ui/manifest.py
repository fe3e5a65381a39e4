"""Where the built assets are and under which hashed names. `assets.py` writes it, pages and `doctor` read it."""

import json
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
DIST = STATIC / "dist"
MANIFEST = DIST / "manifest.json"


class AssetsMissing(RuntimeError):
    """The npm packages are not there, or the assets were never built."""


@cache
def names() -> dict[str, str]:
    """Name -> hashed name of every built asset; AssetsMissing when there are none."""
    try:
        found: dict[str, str] = json.loads(MANIFEST.read_text())
    except FileNotFoundError:
        raise AssetsMissing("static/dist is missing: run `npm ci`, then `python -m shared.ui.assets`") from None
    return found


def asset_url(name: str) -> str:
    """The URL of a built asset, with its content hash; KeyError for a name that was not built."""
    return f"/static/dist/{names()[name]}"
