"""Rules that one file is checked against: sizes, names, docstrings, calls an agent may not make, templates.

Each function takes text and answers findings, so that a planted violation needs no tree. Rules of the whole are elsewhere.
"""

import ast
import re

MAX_FILE, MAX_FUNCTION, MAX_TEMPLATE = 300, 40, 150
BANNED_NAMES = {"utils", "helpers", "common", "base", "manager", "constants"}
ROOM_FILES = {"__init__", "domain", "repository", "service", "routes", "agents"}


def too_long(text: str, limit: int) -> list[str]:
    """A file of more than `limit` lines."""
    lines = len(text.splitlines())
    return [f"{lines} lines, at most {limit}"] if lines > limit else []


def long_functions(text: str) -> list[str]:
    """Functions of more than 40 lines, from their `def` to their end."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MAX_FUNCTION:
                found.append(f"{node.name}: {lines} lines, at most {MAX_FUNCTION}")
    return found


def docstring(text: str) -> list[str]:
    """A module that does not say what lives in it."""
    return [] if ast.get_docstring(ast.parse(text)) else ["no module docstring"]


def name_of_file(stem: str) -> list[str]:
    """A file named after nothing."""
    return [f"{stem}.py is a banned name: say what it holds"] if stem.strip("_") in BANNED_NAMES else []


def name_in_room(stem: str) -> list[str]:
    """A room has five fixed file names; what outgrows them is another room."""
    return [] if stem in ROOM_FILES else [f"{stem}.py is none of a room's files {sorted(ROOM_FILES)}"]


_FORBIDDEN_OPTIONS = {"concurrency", "on_leader", "isolated_partitions"}
_FORBIDDEN_CALLS = {"noack", "take"}


def unsafe_agent_calls(text: str) -> list[str]:
    """What loses facts with Faust 0.15 (stack notes 1.2): more than one at a time, no acknowledgement, batches, leaders."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        found += [f"line {node.lineno}: {name}=" for name in _options(node) if name in _FORBIDDEN_OPTIONS]
        guarantee = next((key.value for key in node.keywords if key.arg == "processing_guarantee"), None)
        if guarantee is not None and ast.unparse(guarantee) != "'at_least_once'":
            found.append(f"line {node.lineno}: processing_guarantee={ast.unparse(guarantee)}")
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in _FORBIDDEN_CALLS
            and not _of_collection(node.func)
        ):
            found.append(f"line {node.lineno}: .{node.func.attr}()")
    return found


def _options(call: ast.Call) -> list[str]:
    return [keyword.arg for keyword in call.keywords if keyword.arg]


def _of_collection(function: ast.Attribute) -> bool:
    """`tx["lots"].take(…)` is a collection's, not a stream's."""
    return isinstance(function.value, ast.Subscript)


_INLINE = {
    "style attribute": re.compile(r"<[^<>]*\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "inline script": re.compile(r"<script\b(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE),
    "event attribute": re.compile(r"<[^<>]*\s(?:on[a-z]+|hx-on[\w:-]*)\s*=", re.IGNORECASE),
    "script address": re.compile(r"javascript:", re.IGNORECASE),
}
_UNESCAPED = {
    "safe filter": re.compile(r"\|\s*safe\b"),
    "autoescape off": re.compile(r"{%-?\s*autoescape\s+false", re.IGNORECASE),
    # The vendor's macros print an argument called html as it is: only what a macro or a set block made may go there.
    "unescaped html argument": re.compile(r"[\"']html[\"']\s*:\s*(?!\w+\(|[\"'])(?P<name>\w+)"),
}
_COMMENT = re.compile(r"{#.*?#}", re.DOTALL)
_JINJA = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)


def unsafe_markup(text: str, *, mail: bool = False) -> list[str]:
    """What the content security policy refuses, and what switches escaping off; a mail brings its own styles along."""
    text = _COMMENT.sub(_blank, text)
    markup = _JINJA.sub(_blank, text)
    found = [
        (hit, name) for name, rule in _UNESCAPED.items() for hit in rule.finditer(text) if not _made_here(hit, text)
    ]
    inline = {name: rule for name, rule in _INLINE.items() if not (mail and name.startswith("style"))}
    found += [(hit, name) for name, rule in inline.items() for hit in rule.finditer(markup)]
    return [f"line {text.count(chr(10), 0, hit.start()) + 1}: {name}" for hit, name in found]


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _made_here(hit: re.Match[str], text: str) -> bool:
    """Whether the name in an html argument was filled by a set block of the same template, which escapes."""
    name = hit.groupdict().get("name")
    return name is not None and re.search(rf"{{%-?\s*set\s+{name}\s*-?%}}", text) is not None


_ADDRESSES = re.compile(
    r"\"resolved\":\s*\"http|https?://[^\s\"]*/(?:simple|maven2|packages)\b|artifactory|/nexus/|"
    r"--(?:extra-)?index-url|--registry[ =]|^\s*registry\s*=",
    re.IGNORECASE,
)
_MACHINE_PATHS = re.compile(r"(?<![\w.$}-])/(?:work|root|home/\w+|Users/\w+|tmp/\w+|mnt/(?!shared/config)\w+)(?:/|\b)")


def of_one_machine(text: str) -> list[str]:
    """Registry addresses, and absolute paths that exist on one machine only."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        for rule in (_ADDRESSES, _MACHINE_PATHS):
            found += [f"line {number}: {hit[0]}" for hit in rule.finditer(line)]
    return found


_PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[\w,-]+\])?==\S+")
_ASKED = re.compile(r"^([A-Za-z0-9][\w.-]*)")


def unlocked(lock: str, *asked: str) -> list[str]:
    """Requirements of the lock file without version or hash, and what was asked for and is not in it."""
    found, names = [], set()
    for block in re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^\s*#.*\n?", "", lock).strip()):
        pinned = _PINNED.match(block)
        if pinned is None or "--hash=sha256:" not in block:
            found.append(f"{block.splitlines()[0]}: no version or no hash")
        if pinned:
            names.add(_canonical(pinned[1]))
    wanted = [hit[1] for text in asked for line in text.splitlines() if (hit := _ASKED.match(line))]
    return found + [f"{name}: not in the lock file" for name in wanted if _canonical(name) not in names]


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
