"""What the stack's programs are told: supervisor, MongoDB, Kafka, the front door, the services' environment."""

import configparser
import json
import re
import stat
from pathlib import Path

import pytest
import yaml

from deploy.local import caddy, environment, kafka, mongo, places
from deploy.local.keys import Keys, write_private
from deploy.local.ports import SERVICES, Ports
from deploy.local.program import Program
from deploy.local.supervision import Supervisor, config_text, launch_file
from services.notifications.settings import Settings

PORTS = Ports.fixed(8080)
OWNER = {
    "submissions": ["/", "/cuoc-thi", "/bai-du-thi", "/tiep-nhan", "/tai-khoan", "/dang-nhap", "/api/health"],
    "judging": ["/cham-thi", "/chung-khao", "/ket-qua", "/khieu-nai"],
    "notifications": ["/thong-bao", "/hop-thu", "/ke-hoach", "/su-kien", "/bao-cao", "/hoi-dap", "/tin-bai"],
}


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys.of(tmp_path)


def _supervised(program: Program, folder: Path) -> configparser.SectionProxy:
    read = configparser.ConfigParser(inline_comment_prefixes=(";",))
    read.read_string(config_text([program], folder, folder / "control.sock"))
    return read[f"program:{program.name}"]


def test_a_dead_process_is_started_again_for_ever_and_has_its_grace(tmp_path: Path):
    section = _supervised(Program("judging.worker", ["x"], rank=50, stop_seconds=60, settle_seconds=10), tmp_path)
    assert section["autorestart"] == "true"
    assert int(section["startretries"]) > 10_000
    assert section.getint("startsecs") == 10, "one that dies sooner has to wait before the next try"
    assert section["stopsignal"] == "TERM"
    assert section.getint("stopwaitsecs") == 60
    assert section["autostart"] == "false", "the order of the start is decided by readiness"
    assert section["stdout_logfile"] == str(tmp_path / "logs" / "judging.worker.log")


def test_a_process_that_must_not_come_back_does_not(tmp_path: Path):
    section = _supervised(Program("kafka", ["x"], rank=10, restart=False), tmp_path)
    assert section["autorestart"] == "false"
    assert section.getint("startretries") == 0


def test_no_secret_stands_in_the_supervisors_configuration(tmp_path: Path):
    program = Program("judging.web", ["web", "--with", "argument"], 50, {"JUDGING_SECRET_KEY": 'hush, "100%"\nline'})
    Supervisor(tmp_path).prepare([program])
    assert "hush" not in config_text([program], tmp_path, tmp_path / "control.sock")
    file = launch_file(tmp_path, "judging.web")
    assert json.loads(file.read_text())["environment"]["JUDGING_SECRET_KEY"] == 'hush, "100%"\nline'
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_control_socket_of_a_deep_folder_goes_where_its_path_is_short_enough(tmp_path: Path):
    deep = tmp_path / ("d" * 120)
    socket = places.socket_path(deep, Path("/short"))
    assert len(str(socket)) < 108
    assert socket == places.socket_path(deep, Path("/short"))
    assert socket != places.socket_path(deep / "other", Path("/short"))


def test_mongod_asks_for_passwords_and_listens_on_this_machine_only():
    read = yaml.safe_load(mongo.config_text(Path("/data"), 27018, Path("/key")))
    assert read["security"] == {"authorization": "enabled", "keyFile": "/key"}
    assert read["net"]["bindIp"] == "127.0.0.1"
    assert read["replication"]["replSetName"] == mongo.REPLICA_SET
    assert read["storage"]["wiredTiger"]["engineConfig"]["cacheSizeGB"] == 0.25


def test_the_broker_listens_on_this_machine_only_and_makes_no_topic_by_itself():
    lines = kafka.config_text(Path("/data"), PORTS).splitlines()
    read = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    for address in read["listeners"].split(","):
        assert address.split("://")[1].startswith("127.0.0.1:")
    assert read["auto.create.topics.enable"] == "false"
    assert read["broker.session.timeout.ms"] == "2000"


def test_an_external_mongo_url_keeps_who_signs_in_where():
    plain = mongo.external_service_url("judging", "mongodb://h:1/?replicaSet=rs0")
    assert plain == "mongodb://h:1/judging?replicaSet=rs0"
    signed = mongo.external_service_url("judging", "mongodb://u:p@h:1/?replicaSet=rs0")
    assert signed == "mongodb://u:p@h:1/judging?replicaSet=rs0&authSource=admin"
    elsewhere = mongo.external_service_url("judging", "mongodb://u:p@h:1/accounts")
    assert elsewhere == "mongodb://u:p@h:1/judging?authSource=accounts"


def test_a_process_is_told_its_own_service_only_and_one_service_can_sign(keys: Keys):
    at = environment.Addresses({service: f"mongodb://{service}" for service in SERVICES}, "127.0.0.1:1")
    for name in environment.readiness(PORTS):
        told = environment.of(name, at, PORTS, keys)
        prefix = name.split(".")[0].upper()
        assert all(key.startswith(f"{prefix}_") for key in told if key not in {"SANGKIEN_ENV", "PYTHONUNBUFFERED"})
        assert (f"{prefix}_IDENTITY_PRIVATE_KEY" in told) == (prefix == "SUBMISSIONS")
        assert (f"{prefix}_HEALTH_PORT" in told) == (not name.endswith(".web"))


def test_the_health_page_knows_all_nine_processes():
    peers = dict(pair.split("=", 1) for pair in environment.health_peers(PORTS).split(","))
    assert len(peers) == 9
    assert peers["judging.worker"] == f"http://127.0.0.1:{PORTS.health['judging.worker']}/readyz"


def test_the_settings_of_each_service_read_what_its_processes_are_told(keys: Keys, monkeypatch: pytest.MonkeyPatch):
    at = environment.Addresses({service: f"mongodb://{service}" for service in SERVICES}, "127.0.0.1:1")
    for name, value in environment.of("notifications.worker", at, PORTS, keys).items():
        monkeypatch.setenv(name, value)
    read = Settings()
    assert read.mongo_url.get_secret_value() == "mongodb://notifications"
    assert read.kafka_url == "127.0.0.1:1"
    assert read.public_url == caddy.url(PORTS)
    assert read.health_port == PORTS.health["notifications.worker"]
    assert read.identity_public_key == keys.identity_public
    assert read.smpp_url.get_secret_value().endswith(f"@127.0.0.1:{PORTS.smpp}")
    assert read.text_messages


def test_secrets_are_made_once_and_only_the_owner_reads_them(tmp_path: Path):
    first = Keys.of(tmp_path)
    assert Keys.of(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    assert len({first.mongo_admin, first.secret, *first.mongo.values()}) == 5


def test_a_private_file_is_replaced_whole(tmp_path: Path):
    write_private(tmp_path / "x", "long and old")
    write_private(tmp_path / "x", "new")
    assert (tmp_path / "x").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_no_two_processes_share_a_port():
    for ports in (PORTS, Ports.free()):
        assert len(set(ports.named().values())) == len(ports.named()) == 16


def test_a_folder_of_the_time_before_text_messages_gets_a_port_for_them(tmp_path: Path):
    old = json.loads(json.dumps(PORTS, default=vars))
    del old["smpp"]
    (tmp_path / "ports.json").write_text(json.dumps(old))
    kept = Ports.kept(tmp_path)
    assert kept.smpp
    assert (kept.front, kept.health) == (PORTS.front, PORTS.health)


def test_every_address_of_the_pages_leads_to_its_owner():
    routes = caddyfile_routes()
    for service, addresses in OWNER.items():
        for address in addresses:
            assert routes.get(address, "submissions") == service
        for address in (f"/api/{service}/v1/x", f"/static/{service}/x.css"):
            assert _owner(routes, address) == service


def test_an_address_that_only_begins_alike_is_not_the_same():
    assert _owner(caddyfile_routes(), "/ket-qua-khac") == "submissions"


def test_the_front_door_holds_no_event_stream_back_and_has_no_administration():
    text = caddy.CADDYFILE.read_text(encoding="utf-8")
    assert "flush_interval -1" in text
    assert "admin off" in text
    assert "max_size 25MB" in text
    assert "event-stream" not in text


def caddyfile_routes() -> dict[str, str]:
    """Path patterns of the Caddyfile with the service they lead to."""
    text = caddy.CADDYFILE.read_text(encoding="utf-8")
    found = re.findall(r"^\t@(judging|notifications) path (.*)$", text, flags=re.MULTILINE)
    return {pattern: service for service, patterns in found for pattern in patterns.split()}


def _owner(routes: dict[str, str], address: str) -> str:
    for pattern, service in routes.items():
        if address == pattern or (pattern.endswith("/*") and address.startswith(pattern[:-1])):
            return service
    return "submissions"
