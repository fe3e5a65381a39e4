"""Every state that a tag can show has its Vietnamese word."""

import re
from decimal import Decimal
from enum import StrEnum
from importlib import import_module
from pathlib import Path

import pytest

from services.notifications.deliveries import routes as deliveries
from shared import recount
from shared.ui import states
from shared.ui.render import TEMPLATES

ROOT = TEMPLATES.parents[2]
DELIVERIES = "services.notifications.deliveries.domain"


def enums(path: Path) -> dict[str, type[StrEnum]]:
    """The state enumerations that a domain defines, by their dotted name."""
    module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    made = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, StrEnum)]
    named = [
        one for one in made if re.search(r"State|Phase|Stand$", one.__name__) and one.__module__ == module.__name__
    ]
    return {f"{one.__module__}.{one.__name__}": one for one in named}


ALL = {name: one for path in sorted(ROOT.glob("services/*/*/domain.py")) for name, one in enums(path).items()}


@pytest.mark.parametrize("name", [name for name in ALL if not name.startswith(DELIVERIES)])
def test_every_state_of_a_domain_has_a_word(name):
    assert [one.value for one in ALL[name] if one.value not in states._LOOKS] == []


def test_deliveries_have_words_of_their_own_because_accepted_means_something_else_there():
    assert set(deliveries.STATES) == set(ALL[f"{DELIVERIES}.State"])


def test_every_state_of_a_ranking_has_a_word():
    apart = recount.Marks(readers={"j1": Decimal(90), "j2": Decimal(10)})
    kinds = [
        recount.Marks(),
        recount.Marks(readers={"j1": Decimal(9)}),
        apart,
        recount.Marks(third={"j3": Decimal(50)}),
    ]
    rules = recount.Rules(quorum=2, third_reader=True, gap_limit=Decimal(20))
    found = [one.outcome(rules)[0] for one in kinds]
    assert found == ["unmarked", "below_quorum", "third_pending", "ranked"]
    assert [one for one in (*found, "absent", "withdrawn") if one not in states._LOOKS] == []


def test_every_state_that_a_template_names_itself_has_a_word():
    calls = [
        call
        for path in ROOT.glob("services/*/templates/**/*.html")
        for call in re.findall(r"status\(([^)]*)\)", path.read_text())
    ]
    named = {word for call in calls for word in re.findall(r'"([a-z_]+)"', call.split(",")[0])}
    assert named
    assert [one for one in named if one not in states._LOOKS] == []


def test_a_state_without_a_word_is_shown_as_it_is_written():
    assert states.look_of("unheard-of") == states.Look("unheard-of", "quiet")
