"""The guides in docs/huong-dan against the code: words in bold are on a screen, addresses have a route, commands exist, links resolve."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from deploy.cli import app

ROOT = Path(__file__).parents[3]
GUIDES = sorted((ROOT / "docs/huong-dan").glob("*.md"))
# A label begins and ends where a string, an element or a Jinja expression does; the messages of commands are bilingual.
BEGINS = r"""(?:["'>}\]`\n]|: )\s*"""
ENDS = r"""[.:]?\s*(?:["'<{`\n\[]| / )"""
OPEN_ENDS = r"(?!\w)"
LONGEST = 120


def _files(*patterns: str) -> Iterator[Path]:
    for pattern in patterns:
        yield from ROOT.glob(pattern)


@cache
def words_of_the_site() -> str:
    """Templates without their comments, our scripts, and the sentences in the code of services and kit."""
    found = [
        re.sub(r"{#.*?#}", "", path.read_text(), flags=re.DOTALL)
        for path in _files("services/*/templates/**/*.html", "shared/ui/templates/*.html")
    ]
    found += [path.read_text() for path in _files("services/**/*.py", "shared/**/*.py", "shared/ui/static/*.js")]
    return "\n".join(found)


@cache
def words_of_the_commands() -> str:
    """What the programs of deploy print; a line break within a string counts as one."""
    return "\n".join(path.read_text().replace(r"\n", "\n") for path in _files("deploy/*.py", "deploy/local/*.py"))


def is_label(text: str, words: str) -> bool:
    """Whether it stands in `words` as a whole label; with an ellipsis at its end, as the beginning of one."""
    start, cut, _ = text.partition(" …")
    return re.search(BEGINS + re.escape(start) + (OPEN_ENDS if cut else ENDS), words) is not None


def in_bold(guide: Path) -> list[str]:
    """Every label that a guide names."""
    return [text.rstrip(":") for text in re.findall(r"\*\*(.+?)\*\*", guide.read_text())]


def in_code(guide: Path) -> list[str]:
    """Every span of code, of which several lines are none."""
    return re.findall(r"`([^`\n]+)`", guide.read_text())


def _constants(tree: ast.Module) -> dict[str, str]:
    """Module-level names of strings and the prefixes of routers."""
    known: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name, value = node.targets[0].id, node.value
            if isinstance(value, ast.Call):
                prefix = next((word.value for word in value.keywords if word.arg == "prefix"), None)
                known[name] = _text(prefix, known) if prefix else ""
            elif isinstance(value, ast.Constant | ast.BinOp):
                known[name] = _text(value, known)
    return known


def _text(node: ast.expr, known: dict[str, str]) -> str:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.Name(id=name):
            return known.get(name, "")
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left, known) + _text(right, known)
    return ""


@cache
def routes() -> frozenset[str]:
    """Every path that some service answers, as its decorator writes it."""
    found = set()
    for path in _files("services/*/*/routes.py", "services/*/web.py"):
        tree = ast.parse(path.read_text())
        known = _constants(tree)
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
        for call in calls:
            match call.func:
                case ast.Attribute(value=ast.Name(id=router), attr="get" | "post" | "put"):
                    found.add(known.get(router, "") + _text(call.args[0], known))
    return frozenset(path for path in found if path.startswith("/"))


def has_route(path: str, known: Iterable[str]) -> bool:
    """Whether some route is written like this, a part in braces or an ellipsis standing for any parameter."""

    def shape(one: str) -> list[str]:
        return ["…" if part.startswith("{") else part for part in one.partition("?")[0].split("/")]

    return shape(path) in [shape(one) for one in known]


def is_command(line: str) -> bool:
    """Whether `make …` or `python -m deploy …` can be typed like this: target, command and options exist."""
    program, _, rest = line.partition(" ")
    words = [word for word in rest.split() if "=" not in word]
    if program == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        return set(words) <= set(targets)
    command: Any = typer.main.get_command(app)
    for word in words[2:]:  # after "-m deploy"
        inner: dict[str, Any] = getattr(command, "commands", {})
        if inner:
            if word not in inner:
                return False
            command = inner[word]
        elif word.startswith("--") and word not in _options(command):
            return False
    return not hasattr(command, "commands")


def _options(command: Any) -> set[str]:
    return {name for one in command.params for name in (*one.opts, *one.secondary_opts)}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_every_word_in_bold_is_on_a_screen(guide: Path):
    words = words_of_the_site() + (words_of_the_commands() if guide.stem == "van-hanh" else "")
    assert in_bold(guide)
    assert [text for text in in_bold(guide) if not is_label(text, words)] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_every_address_has_a_route(guide: Path):
    paths = [text for text in in_code(guide) if text.startswith("/")]
    assert [path for path in paths if not has_route(path, routes())] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_every_command_can_be_typed(guide: Path):
    lines = [text for text in in_code(guide) if text.startswith(("make", "python -m deploy"))]
    assert [line for line in lines if not is_command(line)] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_links_between_guides_resolve(guide: Path):
    links = re.findall(r"\]\(([^)]+)\)", guide.read_text())
    assert [link for link in links if not (guide.parent / link).is_file()] == []


def test_the_index_names_every_guide_and_none_is_long():
    index = next(guide for guide in GUIDES if guide.stem == "README")
    assert {guide.name for guide in GUIDES} - {"README.md"} == set(re.findall(r"\]\((\S+\.md)\)", index.read_text()))
    assert [guide.name for guide in GUIDES if len(guide.read_text().splitlines()) > LONGEST] == []


@pytest.mark.parametrize(
    "wrong", ["Nộp bài ngay", "Nộp thử", "Hợp lệ và tiếp nhận", "Mở phần thi thứ …", "Ky duyet ket qua"]
)
def test_a_wrong_word_is_found(wrong: str):
    assert not is_label(wrong, words_of_the_site())


@pytest.mark.parametrize(
    "wrong", ["/cuoc-thi/quan-li", "/bai-du-thi/…/nop-bai", "/tiep-nhan/so.pdf", "/chung-khao/…/…/…"]
)
def test_a_wrong_address_is_found(wrong: str):
    assert not has_route(wrong, routes())


@pytest.mark.parametrize(
    "wrong", ["make upp", "python -m deploy backup", "python -m deploy dlq", "python -m deploy up --ports 1"]
)
def test_a_wrong_command_is_found(wrong: str):
    assert not is_command(wrong)
