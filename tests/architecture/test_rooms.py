"""Rooms are entered through their doors, drivers stay behind one file, agents are run, topics are heard."""

from pathlib import Path

import grimp
import pytest

from shared import topics
from tests.architecture import rules_of_the_tree as rules

ROOT = Path(__file__).parents[2]
SERVICES = ("submissions", "judging", "notifications")


def _sources() -> dict[str, str]:
    paths = [path for folder in ("services", "shared") for path in (ROOT / folder).rglob("*.py")]
    return {str(path.relative_to(ROOT)): path.read_text() for path in paths}


def test_rooms_are_entered_only_through_service_and_domain():
    graph = grimp.build_graph("services", "shared", cache_dir=None)
    assert rules.wrong_doors(graph) == []


def _graph(*imports: tuple[str, str]) -> grimp.ImportGraph:
    graph = grimp.ImportGraph()
    for module in ("services", "services.submissions", "services.submissions.web", "services.submissions.worker"):
        graph.add_module(module)
    for room in ("entries", "contests"):
        graph.add_module(f"services.submissions.{room}")
        for part in ("domain", "repository", "service", "routes", "agents"):
            graph.add_module(f"services.submissions.{room}.{part}")
    for importer, target in imports:
        graph.add_import(importer=f"services.submissions.{importer}", imported=f"services.submissions.{target}")
    return graph


@pytest.mark.parametrize(
    ("importer", "target"),
    [
        ("entries.routes", "contests.repository"),
        ("entries.service", "contests.routes"),
        ("entries.service", "contests"),
        ("entries.agents", "contests.agents"),
        ("web", "contests.repository"),
        ("worker", "entries.agents"),
    ],
)
def test_a_room_entered_through_the_window_is_found(importer, target):
    graph = _graph((importer, target))
    assert rules.wrong_doors(graph) == [f"services.submissions.{importer} enters services.submissions.{target}"]


def test_doors_own_files_and_mounted_routes_are_allowed():
    graph = _graph(
        ("entries.routes", "contests.service"),
        ("entries.domain", "contests.domain"),
        ("entries.routes", "entries.repository"),
        ("web", "entries.routes"),
    )
    assert rules.wrong_doors(graph) == []


def test_each_driver_is_imported_by_one_file():
    assert rules.drivers_abroad(_sources()) == []


@pytest.mark.parametrize(
    ("path", "planted"),
    [
        ("services/judging/sheets/repository.py", "from pymongo import ASCENDING"),
        ("services/judging/sheets/agents.py", "import faust"),
        ("shared/outbox.py", "from aiokafka.errors import KafkaError"),
        ("shared/consume.py", "def late():\n    import motor.motor_asyncio"),
        ("shared/kafka.py", "from bson import ObjectId"),
        ("shared/web.py", "import jinja2"),
    ],
)
def test_a_driver_imported_elsewhere_is_found(path, planted):
    assert len(rules.drivers_abroad({path: planted})) == 1


def test_the_one_file_may_import_its_driver():
    assert (
        rules.drivers_abroad({"shared/mongo.py": "import motor, pymongo, bson", "shared/kafka.py": "import faust"})
        == []
    )


@pytest.mark.parametrize("service", SERVICES)
def test_every_agents_file_is_run_by_its_worker(service):
    assert rules.unlisted_agents(ROOT / "services" / service) == []


def test_an_agents_file_that_nobody_runs_is_found_and_so_is_a_room_named_in_vain(tmp_path):
    service = tmp_path / "judging"
    for room in ("copies", "finals"):
        (service / room).mkdir(parents=True)
        (service / room / "agents.py").write_text("")
    (service / "worker.py").write_text('worker = Worker(Settings(), rooms=("copies", "sheets"))\n')
    assert rules.unlisted_agents(service) == [
        "judging: finals has agents, worker.py does not name it",
        "judging: worker.py names sheets, which has no agents",
    ]
    (service / "worker.py").write_text('worker = Worker(Settings(), rooms=("copies", "finals"))\n')
    assert rules.unlisted_agents(service) == []


def test_every_topic_is_heard_or_says_why_not():
    named = {name: one for name, one in vars(topics).items() if isinstance(one, topics.Topic)}
    assert set(named.values()) == set(topics.TOPICS.values())
    names = {topic: name for name, topic in named.items()}
    logs = {name: names[one.source] for name, one in vars(topics).items() if isinstance(one, topics.Changelog)}
    agents = [path.read_text() for path in (ROOT / "services").glob("*/*/agents.py")]
    assert rules.unheard({name: topic.reason for name, topic in named.items()}, agents, logs) == []


def test_a_topic_that_nobody_hears_is_found():
    agents = ["@worker.agent(topics.ENTRIES)\nasync def on_entry(tx, fact): ...", "worker.figure(SLOT_TOTALS)(total)"]
    logs = {"SLOT_TOTALS": "SLOTS"}
    assert rules.unheard({"ENTRIES": "", "SLOTS": "", "DELIVERIES": "for later"}, agents, logs) == []
    assert rules.unheard({"SHEETS": ""}, agents, logs) == ["SHEETS: nobody consumes it and no reason is given"]
    assert rules.unheard({"ENTRIES": "nobody"}, agents, logs) == ["ENTRIES: is consumed, yet a reason says it is not"]
