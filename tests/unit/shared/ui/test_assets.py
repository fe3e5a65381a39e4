"""Templates and styles keep to the content security policy; vendor files become ours."""

import re

import pytest

from shared.ui import assets, vendor_css
from shared.ui.manifest import STATIC, AssetsMissing
from shared.ui.render import TEMPLATES

PAGES = sorted([*TEMPLATES.rglob("*.html"), *(TEMPLATES.parents[2] / "services").rglob("*.html")])
# Mail programs read styles from attributes only; `messages/` are mails.
ON_SCREEN = [path for path in PAGES if "messages" not in path.parts]


@pytest.mark.parametrize("path", ON_SCREEN, ids=lambda path: path.name)
def test_a_template_has_no_inline_style_script_or_handler(path):
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text)
    assert "<style" not in text
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert "| safe" not in text
    assert len(text.splitlines()) <= 150


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_a_script_evaluates_nothing(path):
    assert not re.search(r"\beval\(|new Function|document\.write|setTimeout\([\"']", path.read_text())


def test_the_start_script_names_only_scripts_that_are_built():
    built = {path.name for path in STATIC.glob("*.js")} | set(assets.VENDOR_SCRIPTS)
    named = set(re.findall(r'import\("\./([a-z0-9-]+\.js)"\)', (STATIC / "start.js").read_text()))
    assert named <= built
    assert len(named) > 5


def test_the_vendor_stylesheet_loses_the_licensed_font_the_crest_and_unused_parts():
    css = (
        '@charset "utf-8";@font-face{font-family:GDS Transport;src:url(/a.woff2)}:root{--a:#fff}'
        "@media print{.govuk-footer{color:red}.govuk-body{font-family:sans-serif}}"
        ".govuk-button,.govuk-footer__link{font-family:GDS Transport,arial,sans-serif;line-height:1.15;font-weight:700}"
        ".govuk-footer__crest{background:url(/assets/images/govuk-crest.svg)}.govuk-hint{line-height:1.3157894737}"
        "@media print{.govuk-footer{color:red}}"
    )
    ours = vendor_css.adapted(css, "Be Vietnam Pro")
    assert "GDS" not in ours
    assert "crest" not in ours
    assert '@media print{.govuk-body{font-family:"Be Vietnam Pro",system-ui,sans-serif}}' in ours
    assert (
        '.govuk-button,.govuk-footer__link{font-family:"Be Vietnam Pro",system-ui,sans-serif;line-height:1.35;' in ours
    )
    assert ".govuk-hint{line-height:1.55}" in ours
    assert ours.count("@media") == 1
    assert ours.count("{") == ours.count("}")


def test_building_without_the_packages_says_what_to_run(tmp_path):
    with pytest.raises(AssetsMissing, match="npm ci"):
        assets.build(tmp_path)


def shown(path):
    """What of a template or a stylesheet can get onto a screen: not its comments."""
    return re.sub(r"\{#.*?#\}|/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)


def test_no_template_and_no_style_shows_a_character_that_our_font_lacks():
    held = set().union(*(_code_points(ranges) for ranges in assets.SUBSETS.values())) | {ord("\n")}
    for path in [*ON_SCREEN, *(STATIC / "css").glob("*.css")]:
        assert not {one for one in shown(path) if ord(one) not in held}, path.name


def test_every_vietnamese_letter_is_in_exactly_one_part_of_the_font():
    letters = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"
    held = {name: _code_points(ranges) for name, ranges in assets.SUBSETS.items()}
    for letter in letters + letters.upper() + "“”–…₫":
        assert sum(ord(letter) in points for points in held.values()) == 1, letter


def _code_points(ranges):
    points = set()
    for part in ranges.replace("U+", "").split(","):
        low, _, high = part.partition("-")
        points |= set(range(int(low, 16), int(high or low, 16) + 1))
    return points
