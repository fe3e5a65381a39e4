"""Builds `static/dist/` from the npm packages and our own files: content-hashed names and `manifest.json`.

`python -m shared.ui.assets` after `npm ci`. Nothing here is imported by a page; pages ask `manifest.asset_url`.
"""

import hashlib
import io
import json
import re
import sys
from pathlib import Path

from fontTools import subset

from shared.ui.manifest import DIST, MANIFEST, STATIC, AssetsMissing
from shared.ui.vendor_css import adapted

NODE_MODULES = Path(__file__).parents[2] / "node_modules"

FAMILY = "Be Vietnam Pro"
WEIGHTS = (400, 600, 700)
# The letters of Vietnamese that live in Latin-1, with ASCII and the punctuation our pages use. Everything else
# that Vietnamese needs (Ă Đ Ĩ Ũ Ơ Ư and the letters with two marks) is in the second file.
_LATIN = (
    "U+20-7E,U+A0,U+A7,U+AB,U+B0,U+B7,U+BB,U+C0-C3,U+C8-CA,U+CC-CD,U+D2-D5,U+D7,U+D9-DA,U+DD,U+E0-E3,U+E8-EA,"
    "U+EC-ED,U+F2-F5,U+F9-FA,U+FD,U+2013-2014,U+2018-201A,U+201C-201D,U+2022,U+2026,U+2212"
)
_VIETNAMESE = (
    "U+102-103,U+110-111,U+128-129,U+168-169,U+1A0-1A1,U+1AF-1B0,U+300-301,U+303,U+309,U+323,U+1EA0-1EF9,U+20AB"
)
SUBSETS = {"latin": _LATIN, "vietnamese": _VIETNAMESE}
STYLES = ("tokens.css", "frame.css", "parts.css", "lists.css", "marking.css", "print.css", "decree.css")
VENDOR_SCRIPTS = {
    "govuk-frontend.js": "govuk-frontend/dist/govuk/govuk-frontend.min.js",
    "htmx.js": "htmx.org/dist/htmx.min.js",
}


def font_subset(source: Path, unicodes: str) -> bytes:
    """The woff2 of `source` cut down to `unicodes`, without hints, with kerning and tabular figures.

    Raises fontTools' MissingUnicodesSubsettingError when `source` lacks one of them: a page would fall back unseen.
    """
    options = subset.Options(
        flavor="woff2",
        hinting=False,
        layout_features=["kern", "mark", "mkmk", "ccmp", "tnum"],
        notdef_outline=True,
        ignore_missing_unicodes=False,
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=subset.parse_unicodes(unicodes.replace("U+", "")))
    content = io.BytesIO()
    with subset.load_font(source, options) as font:
        cutter.subset(font)
        subset.save_font(font, content, options)
    return content.getvalue()


class _Dist:
    """Writes files under hashed names and remembers which name became which."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def add(self, name: str, content: bytes) -> str:
        stem, _, ending = name.rpartition(".")
        hashed = f"{stem}.{hashlib.sha256(content).hexdigest()[:10]}.{ending}"
        (DIST / hashed).write_bytes(content)
        self.names[name] = hashed
        return hashed

    def linked(self, text: str) -> bytes:
        """`text` with every `./name` of a file already written replaced by its hashed name."""
        return re.sub(
            r"\./([a-z0-9-]+\.(?:js|woff2))", lambda found: "./" + self.names.get(found[1], found[1]), text
        ).encode()


def _font_faces(dist: _Dist, node_modules: Path) -> str:
    faces = []
    for weight in WEIGHTS:
        for name, unicodes in SUBSETS.items():
            source = node_modules / f"@fontsource/be-vietnam-pro/files/be-vietnam-pro-{name}-{weight}-normal.woff2"
            file = dist.add(f"be-vietnam-pro-{name}-{weight}.woff2", font_subset(source, unicodes))
            faces.append(
                f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};font-display:swap;'
                f'src:url(./{file}) format("woff2");unicode-range:{unicodes}}}'
            )
    return "".join(faces)


def build(node_modules: Path = NODE_MODULES) -> dict[str, str]:
    """Write `static/dist/` anew and return name -> hashed name; AssetsMissing when `npm ci` has not run."""
    if not (node_modules / "govuk-frontend").is_dir():
        raise AssetsMissing(f"{node_modules.name}/govuk-frontend is missing: run `npm ci` first")
    DIST.mkdir(parents=True, exist_ok=True)
    dist = _Dist()
    faces = _font_faces(dist, node_modules)
    govuk = adapted((node_modules / "govuk-frontend/dist/govuk/govuk-frontend.min.css").read_text(), FAMILY)
    own = "".join((STATIC / "css" / name).read_text() for name in STYLES)
    dist.add("site.css", (faces + govuk + own).encode())
    dist.add("stage.css", (faces + (STATIC / "css/stage.css").read_text()).encode())
    for name, package_path in VENDOR_SCRIPTS.items():
        dist.add(name, (node_modules / package_path).read_bytes())
    last = ("autosave.js", "start.js")  # they name others, so they come after them
    own_scripts = sorted(path for path in STATIC.glob("*.js") if path.name not in last)
    for path in [*own_scripts, *(STATIC / name for name in last)]:
        dist.add(path.name, dist.linked(path.read_text()))
    for path in sorted(STATIC.glob("*.svg")):
        dist.add(path.name, path.read_bytes())
    _switch(dist.names)
    return dist.names


def _switch(names: dict[str, str]) -> None:
    """Put the new manifest in place at once. The files of the one before stay: running processes still name them."""
    before = set(json.loads(MANIFEST.read_text()).values()) if MANIFEST.exists() else set()
    new = MANIFEST.with_suffix(".new")
    new.write_text(json.dumps(names, indent=1, sort_keys=True) + "\n")
    new.replace(MANIFEST)
    for path in DIST.iterdir():
        if path.name not in {MANIFEST.name, *names.values(), *before}:
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    try:
        built = build()
    except AssetsMissing as missing:
        sys.exit(str(missing))
    size = sum((DIST / name).stat().st_size for name in built.values())
    print(f"assets: {len(built)} files, {size // 1024} kB in static/dist")
