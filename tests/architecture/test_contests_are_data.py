"""No contest is known to the code: what one of them does differently is written in its data."""

import ast
from pathlib import Path

import pytest

from deploy.demo import load

ROOT = Path(__file__).parents[2]
CONTESTS = load.contests().values()
NAMES = {word for one in CONTESTS for word in (one.id, one.slug, one.name, one.short_name)}
PLANS = {one.plan.number for one in CONTESTS if one.plan}
YEARS = {one.year for one in CONTESTS}
_OF_A_CONTEST = {"year", "slug", "short_name"}


def _docstrings(tree: ast.Module) -> set[int]:
    """Sources of rules are named in docstrings and comments; those of statements count too."""
    return {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def known_contests(text: str) -> list[str]:
    """Constants that name a contest, and comparisons that ask for one."""
    tree, found = ast.parse(text), []
    spoken = _docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in spoken and _names_one(node.value):
            found.append(f"line {node.lineno}: {node.value!r}")
        if isinstance(node, ast.Compare) and _asks_for_one(node):
            found.append(f"line {node.lineno}: {ast.unparse(node)}")
    return found


def _names_one(value: object) -> bool:
    if isinstance(value, str):
        return any(word in value for word in NAMES | PLANS)
    return isinstance(value, int) and not isinstance(value, bool) and value in YEARS


def _asks_for_one(node: ast.Compare) -> bool:
    sides = [node.left, *node.comparators]
    asked = any(isinstance(side, ast.Attribute) and side.attr in _OF_A_CONTEST for side in sides)
    return asked and any(isinstance(side, ast.Constant) for side in sides)


def test_no_code_of_a_service_knows_a_contest() -> None:
    found = {
        str(path.relative_to(ROOT)): hits
        for path in sorted((ROOT / "services").rglob("*.py"))
        if (hits := known_contests(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_no_page_of_a_service_knows_a_contest() -> None:
    pages = sorted((ROOT / "services").rglob("templates/**/*.*"))
    assert len(pages) > 20
    found = [str(path) for path in pages if any(word in path.read_text(encoding="utf-8") for word in NAMES | PLANS)]
    assert found == []


@pytest.mark.parametrize(
    "planted",
    [
        "if contest.year == 2018:\n    pass",
        "if contest.slug != 'x':\n    pass",
        f"LAST = {max(YEARS)}",
        f"found = '{min(PLANS)}'",
        f"slug = '{min(one.slug for one in CONTESTS)}-cu'",
    ],
)
def test_a_planted_contest_is_found(planted: str) -> None:
    assert known_contests(planted)


def test_the_source_of_a_rule_may_be_named_where_it_is_explained() -> None:
    plan = min(PLANS)
    assert known_contests(f'"""What {plan} asks for."""\nx = 1  # {plan}, III.2\n"""By {plan}."""\n') == []
