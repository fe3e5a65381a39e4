"""Every file keeps its size, its name and its manners; every rule is shown to catch a planted violation."""

import subprocess
from pathlib import Path

import pytest

from tests.architecture import rules_of_files as rules

ROOT = Path(__file__).parents[2]
CODE = ("shared", "services", "deploy", "tests")
FAUST_FILES = ("agents.py", "worker.py", "consume.py", "kafka.py")


def _files(ending: str, *folders: str) -> list[Path]:
    return sorted(
        path
        for folder in folders
        for path in (ROOT / folder).rglob(f"*{ending}")
        if not {"node_modules", "__pycache__", "dist"} & set(path.parts)
    )


PYTHON = _files(".py", *CODE)
TEMPLATES = _files(".html", "shared", "services")
ROOM_FILES = [path for path in _files(".py", "services") if len(path.relative_to(ROOT).parts) == 4]


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def _findings(paths, *checks) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {finding}"
        for path in paths
        for check in checks
        for finding in check(path.read_text())
    ]


def test_no_python_file_is_longer_than_300_lines():
    assert not _findings(PYTHON, lambda text: rules.too_long(text, rules.MAX_FILE))


def test_a_file_of_301_lines_is_found():
    assert rules.too_long("x = 1\n" * 300, rules.MAX_FILE) == []
    assert rules.too_long("x = 1\n" * 301, rules.MAX_FILE) == ["301 lines, at most 300"]


def test_no_function_is_longer_than_40_lines():
    assert not _findings(PYTHON, rules.long_functions)


@pytest.mark.parametrize("kind", ["def", "async def"])
def test_a_function_of_41_lines_is_found_wherever_it_stands(kind):
    def of(lines):
        return f"class A:\n    {kind} act(self):\n" + "        x = 1\n" * (lines - 1)

    assert rules.long_functions(of(40)) == []
    assert rules.long_functions(of(41)) == ["act: 41 lines, at most 40"]


def test_every_python_file_says_what_lives_in_it():
    assert not _findings(PYTHON, rules.docstring)


def test_a_file_that_says_nothing_is_found():
    assert rules.docstring('"""Says it."""\n') == []
    assert rules.docstring("# a comment is not enough\nx = 1\n") == ["no module docstring"]


def test_no_file_is_named_after_nothing():
    assert [found for path in PYTHON for found in rules.name_of_file(path.stem)] == []


def test_a_file_named_after_nothing_is_found():
    assert rules.name_of_file("entries") == []
    assert len([name for name in (*rules.BANNED_NAMES, "_utils") if rules.name_of_file(name)]) == 7


def test_rooms_have_only_their_five_files():
    assert [f"{path.parent.name}: {found}" for path in ROOM_FILES for found in rules.name_in_room(path.stem)] == []


def test_a_second_service_file_in_a_room_is_found():
    assert rules.name_in_room("service") == []
    assert rules.name_in_room("service2")


def test_no_agent_may_lose_a_fact():
    assert not _findings([path for path in PYTHON if path.name in FAUST_FILES], rules.unsafe_agent_calls)


@pytest.mark.parametrize(
    "planted",
    [
        "@app.agent(topic, concurrency=3)\nasync def on_entry(stream): ...",
        "@app.agent(topic, isolated_partitions=True)\nasync def on_entry(stream): ...",
        "@app.timer(5, on_leader=True)\nasync def tick(): ...",
        "async for event in stream.noack().events(): ...",
        "async for batch in stream.take(100, within=5): ...",
        "app = faust.App('x', processing_guarantee='exactly_once')",
    ],
)
def test_a_call_that_loses_facts_is_found(planted):
    text = planted if not planted.startswith("async for") else f"async def f(stream):\n    {planted}\n"
    assert len(rules.unsafe_agent_calls(text)) == 1


def test_taking_a_row_of_a_collection_and_at_least_once_are_allowed():
    text = "async def f(tx):\n    await tx['rows'].take({}, {})\nApp(processing_guarantee='at_least_once')\n"
    assert rules.unsafe_agent_calls(text) == []


def test_no_template_is_longer_than_150_lines():
    assert not _findings(TEMPLATES, lambda text: rules.too_long(text, rules.MAX_TEMPLATE))


def test_no_template_breaks_the_content_security_policy_or_switches_escaping_off():
    found = [
        f"{path.relative_to(ROOT)}: {finding}"
        for path in TEMPLATES
        for finding in rules.unsafe_markup(path.read_text(), mail="messages" in path.parts)
    ]
    assert not found


@pytest.mark.parametrize(
    "planted",
    [
        '<p\n class="a" style="color: red">x</p>',
        "<style>p { color: red }</style>",
        "<script>alert(1)</script>",
        '<button class="a" onclick="go()">x</button>',
        '<div hx-on:click="go()">x</div>',
        '<a href="javascript:go()">x</a>',
        "<p>{{ entry.title | safe }}</p>",
        "{% autoescape false %}{{ title }}{% endautoescape %}",
        '{{ govukInsetText({"html": entry.title}) }}',
    ],
)
def test_unsafe_markup_is_found(planted):
    assert len(rules.unsafe_markup(f"<p>a</p>\n{planted}\n")) == 1


@pytest.mark.parametrize(
    "fine",
    [
        '<script type="module" src="{{ asset("start.js") }}"></script>',
        '<script type="application/json" id="board">{{ board | tojson }}</script>',
        '<a href="x"{% if one == size %} aria-current="true"{% endif %}>x</a>',
        "{# never | safe, never <style> #}",
        '{% set text %}<b>{{ title }}</b>{% endset %}{{ govukInsetText({"html": text}) }}',
        '{{ govukInput({"label": {"html": _label(label)}}) }}',
    ],
)
def test_what_is_safe_is_left_alone(fine):
    assert rules.unsafe_markup(fine) == []


def test_a_mail_may_bring_its_styles_but_no_script():
    assert rules.unsafe_markup('<p style="color: red">x</p><style>p {}</style>', mail=True) == []
    assert rules.unsafe_markup("<script>alert(1)</script>{{ x | safe }}", mail=True)


def test_nothing_tracked_names_a_registry_or_a_path_of_one_machine():
    found = []
    for path in _tracked():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        if path != Path(rules.__file__) and path != Path(__file__):
            found += [f"{path.relative_to(ROOT)}: {finding}" for finding in rules.of_one_machine(text)]
    assert not found


_MIRROR = "https" + "://mirror.example/"
"""In pieces, as the paths below are: this file keeps the rule that it tests."""


@pytest.mark.parametrize(
    "planted",
    [
        f'"resolved": "{_MIRROR}htmx"',
        f"--index-url={_MIRROR}",
        f"curl {_MIRROR}packages/x",
        f"registry = {_MIRROR}",
        "cd /wo" + "rk/main",
        "DATA=/home/lan/data",
        "open('/tmp/results.json')",
        "see /root/.cache",
    ],
)
def test_an_address_or_a_machine_path_is_found(planted):
    assert len(rules.of_one_machine(f"x\n{planted}\n")) == 1


def test_paths_inside_a_container_and_relative_paths_are_left_alone():
    assert rules.of_one_machine("tmpfs: [/tmp]\n/var/lib/kafka/data ./wo" + "rk/x $HOME/wo" + "rk/x shared/tmp/x") == []


def test_every_dependency_is_locked_with_its_hash():
    texts = [(ROOT / name).read_text() for name in ("requirements.lock", "requirements.in", "requirements-dev.in")]
    assert rules.unlocked(*texts) == []


def test_a_dependency_without_hash_or_version_or_lock_is_found():
    good = "motor==3.7.1 \\\n    --hash=sha256:aa\n    # via x\n"
    assert rules.unlocked(good, "Motor>=3\n# note\n-r other.in\n") == []
    assert rules.unlocked(good + "pymongo==4.20.0\n")
    assert rules.unlocked(good + "pymongo>=4 \\\n    --hash=sha256:bb\n")
    assert rules.unlocked(good, "faust-streaming==0.15.3\n") == ["faust-streaming: not in the lock file"]
