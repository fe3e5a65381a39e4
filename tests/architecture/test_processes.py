"""Compose file, image, Makefile and env files name only what the code has; what they should agree on, they agree on."""

import copy
import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.image import secrets_file
from deploy.local import kafka
from deploy.local.ports import Ports
from tests.architecture import rules_of_processes as rules

ROOT = Path(__file__).parents[2]
SERVICES = ("submissions", "judging", "notifications")
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
SITE = secrets_file.EXAMPLE.read_text()
CADDYFILE = (ROOT / "deploy/proxy/Caddyfile").read_text()


def _fields() -> dict[str, set[str]]:
    settings = {service: importlib.import_module(f"services.{service}.settings").Settings for service in SERVICES}
    return {service: set(each.model_fields) for service, each in settings.items()}


# Environment names


@pytest.mark.parametrize("name", ["docker-compose.yml", ".env.example", "Makefile", "deploy/image/site.env.example"])
def test_every_service_setting_that_is_named_is_a_field(name):
    assert rules.unknown_settings((ROOT / name).read_text(), _fields()) == []


def test_a_misspelt_setting_is_found():
    text = "JUDGING_KAFKA_URL: x\nJUDGING_KAFKA_URI: x\nNOTIFICATIONS_IDENTITY_PRIVATE_KEY: x\n"
    assert rules.unknown_settings(text, _fields()) == ["JUDGING_KAFKA_URI", "NOTIFICATIONS_IDENTITY_PRIVATE_KEY"]


def test_the_private_key_goes_to_one_process_only():
    bearers = [
        name
        for name, service in COMPOSE["services"].items()
        if any("PRIVATE_KEY" in each for each in service.get("environment", {}))
    ]
    assert bearers == ["submissions-web"]


def test_no_process_is_told_the_settings_of_another_service():
    for name, service in rules.processes(COMPOSE).items():
        own = f"{name.rpartition('-')[0].upper()}_"
        assert [each for each in service["environment"] if not each.startswith(own)] == [], name


def test_compose_and_the_sites_env_file_name_the_same_variables():
    assert rules.undefined_variables(COMPOSE_TEXT, SITE) == []


def test_a_variable_that_only_one_side_knows_is_found():
    assert len(rules.undefined_variables(COMPOSE_TEXT + "${NOWHERE:?}", SITE)) == 1
    assert len(rules.undefined_variables(COMPOSE_TEXT, SITE + "UNUSED=1\n")) == 1
    assert rules.undefined_variables("$${A}", "") == []


def test_a_new_site_gets_a_secret_behind_every_empty_name_and_no_two_sites_the_same():
    one, two = secrets_file.filled(SITE), secrets_file.filled(SITE)
    lines = [line for line in one.splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if line.endswith("=")] == []
    assert len(lines) == len([line for line in SITE.splitlines() if line and not line.startswith("#")])
    secret = {line.partition("=")[0] for line in SITE.splitlines() if line.endswith("=") and not line.startswith("#")}
    assert [line for line in lines if line.partition("=")[0] in secret and line in two.splitlines()] == []


# Compose and image


def _planted(service: str, **changes: object) -> rules.Compose:
    changed: dict[str, Any] = copy.deepcopy(COMPOSE)
    changed["services"][service] |= changes
    return changed


def test_every_file_that_compose_builds_from_or_mounts_exists():
    assert rules.missing_files(COMPOSE, ROOT) == []


def test_a_missing_build_file_or_mount_is_found():
    assert rules.missing_files(
        _planted("topics", build={"context": ".", "dockerfile": "deploy/image/Containerfile"}), ROOT
    )
    assert rules.missing_files(_planted("mongo", volumes=["./deploy/mongodb:/x:ro"]), ROOT)


def test_every_module_that_compose_starts_exists():
    assert rules.missing_modules(COMPOSE, ROOT) == []


def test_every_web_process_is_served_so_that_the_instant_of_arrival_is_noted():
    webs = {name: each["command"] for name, each in COMPOSE["services"].items() if name.endswith("-web")}
    assert len(webs) == len(SERVICES)
    assert {tuple(command[:3]) for command in webs.values()} == {("python", "-m", "shared.serve")}


@pytest.mark.parametrize(
    "command",
    [
        ["python", "-m", "services.judging.relais"],
        ["python", "-m", "shared.serve", "services.judging.relay:app"],
        ["faust", "-A", "services.judging.settings", "worker"],
        ["python", "-m", "deploy.local"],
    ],
)
def test_a_command_that_names_no_program_is_found(command):
    before = rules.missing_modules(_planted("judging-relay", command=[]), ROOT)
    assert len(rules.missing_modules(_planted("judging-relay", command=command), ROOT)) == len(before) + 1


def test_every_process_is_asked_for_its_health_where_it_answers():
    assert len(rules.processes(COMPOSE)) == 3 * len(SERVICES)
    assert rules.health_faults(COMPOSE) == []


def test_a_missing_or_misdirected_health_check_is_found():
    assert rules.health_faults(_planted("judging-web", healthcheck={}))
    wrong = {"test": ["CMD", "python", "-m", "deploy.image.healthy", "9999"]}
    for name in ("judging-web", "judging-worker", "judging-relay"):
        assert len(rules.health_faults(_planted(name, healthcheck=wrong))) == 1


def test_names_of_containers_in_waits_and_addresses_exist():
    assert rules.dangling(COMPOSE) == []


def test_a_wait_or_an_address_that_leads_nowhere_is_found():
    assert rules.dangling(_planted("topics", depends_on={"broker": {"condition": "service_started"}}))
    assert rules.dangling(_planted("topics", depends_on={"mail": {"condition": "service_healthy"}}))
    assert rules.dangling(_planted("topics", environment={"KAFKA_URL": "broker:9092"}))
    assert rules.dangling(_planted("proxy", environment={"JUDGING_WEB": "judge-web:8000"}))
    assert rules.dangling(
        _planted("topics", environment={"X": "a=http://judging-web:8000/readyz,b=http://judge:8001/readyz"})
    )


def test_workers_get_a_minute_to_finish_what_they_have_in_hand():
    assert {COMPOSE["services"][f"{service}-worker"]["stop_grace_period"] for service in SERVICES} == {"60s"}


def test_the_health_page_of_compose_asks_all_nine_processes():
    peers = COMPOSE["services"]["submissions-web"]["environment"]["SUBMISSIONS_HEALTH_PEERS"]
    asked = {peer.partition("=")[0].replace(".", "-") for peer in peers.split(",")}
    assert asked == set(rules.processes(COMPOSE))


def test_the_front_door_is_told_only_what_it_asks_for():
    assert rules.stray_placeholders(COMPOSE["services"]["proxy"]["environment"], CADDYFILE) == []
    assert rules.stray_placeholders(["JUDGING_WEBB"], CADDYFILE) == [
        "JUDGING_WEBB: the Caddyfile has no {$JUDGING_WEBB}"
    ]


def test_everything_the_image_copies_exists():
    dockerfile = (ROOT / "deploy/image/Dockerfile").read_text()
    assert rules.missing_sources(dockerfile, ROOT) == []
    assert rules.missing_sources(f"{dockerfile}\nCOPY service/ service/\n", ROOT) == ["service/"]


def test_the_replica_set_script_makes_a_user_for_every_service():
    script = (ROOT / "deploy/mongo/initialise.js").read_text()
    assert f"const services = {list(SERVICES)};".replace("'", '"') in script


def _broker_settings(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def test_the_broker_of_compose_behaves_like_the_embedded_one():
    embedded = _broker_settings(kafka.config_text(ROOT, Ports.fixed()))
    composed = _broker_settings((ROOT / "deploy/kafka/server.properties").read_text())
    addresses = {"controller.quorum.voters", "listeners", "advertised.listeners", "log.dirs"}
    differing = {name for name in embedded.keys() & composed.keys() if embedded[name] != composed[name]}
    assert differing == addresses
