"""The whole system on free ports: all of it gets ready, what is killed comes back, outside commands see the truth."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from deploy import doctor, running
from deploy.local import environment, leftovers, sms
from deploy.local.ports import SERVICES
from deploy.local.system import System
from services.notifications.deliveries.channels.attempts import Ending
from services.notifications.deliveries.channels.sms import Gateway, Text
from services.notifications.settings import Settings

PROCESSES = {f"{service}.{kind}" for service in SERVICES for kind in ("web", "worker", "relay")}


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with System(tmp_path_factory.mktemp("system")) as running_system:
        yield running_system


def _wait(true: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


def test_all_processes_run_and_are_ready(system: System):
    assert set(system.supervisor.states()) == PROCESSES | {"mongod", "kafka", "maildev", "sms", "caddy"}
    assert all(system.is_ready(name) for name in system.supervisor.states())


def test_the_one_address_answers_for_every_service(system: System):
    for address in ("/dang-nhap", *(f"/api/{service}/v1/openapi.json" for service in SERVICES)):
        assert httpx.get(system.url + address, trust_env=False).status_code == 200, address


@pytest.mark.parametrize(
    "name", ["judging.worker", "submissions.relay", "notifications.web", "caddy", "maildev", "sms"]
)
def test_a_killed_process_is_started_again_by_the_supervisor(system: System, name: str):
    before = system.kill(name)
    _wait(lambda: system.pid(name) not in {0, before})
    system.wait_ready(name)


def test_a_text_message_becomes_a_mail_on_the_page_of_the_mail_catcher(system: System):
    whole = "Đường đến một cửa, không giấy tờ. " * 3
    settings = Settings(smpp_url=SecretStr(sms.url(system.ports)))
    gateway = Gateway(settings)

    async def send() -> list[Ending]:
        short = await gateway.send(Text("+84912345678", "Sang Kien: 048213 la ma dang nhap", 1))
        long = await gateway.send(Text("+84987654321", whole.strip(), 2))
        await gateway.close()
        return [short.ending, long.ending]

    assert asyncio.run(send()) == [Ending.ACCEPTED, Ending.ACCEPTED]
    mails = httpx.get(f"{system.mail_url}email", trust_env=False).json()
    caught = {mail["to"][0]["address"]: mail["text"].strip() for mail in mails}
    assert caught["84912345678@sms.example"] == "Sang Kien: 048213 la ma dang nhap"
    assert caught["84987654321@sms.example"] == whole.strip()


def test_a_text_message_is_refused_for_later_while_the_mail_catcher_is_away(system: System):
    gateway = Gateway(Settings(smpp_url=SecretStr(sms.url(system.ports))))
    system.stop("maildev")
    outcome = asyncio.run(gateway.send(Text("+84912345678", "Xin chao", 3)))
    system.start("maildev")
    assert outcome.ending is Ending.DEFERRED


def test_a_worker_is_restarted_in_order(system: System):
    before = system.pid("notifications.worker")
    system.restart("notifications.worker")
    assert system.pid("notifications.worker") not in {0, before}


def test_secrets_stand_on_no_command_line(system: System):
    secrets = [*system.keys.mongo.values(), system.keys.mongo_admin, system.keys.secret, system.keys.administrator]
    for pid in leftovers.of(system.folder):
        line = Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
        assert not any(secret in line for secret in secrets)


def test_everything_listens_on_this_machine_only(system: System):
    ours = set(system.ports.named().values())
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for row in Path(table).read_text().splitlines()[1:]:
            address, port = row.split()[1].split(":")
            listens = row.split()[3] == "0A"
            if listens and int(port, 16) in ours:
                assert address in {"0100007F", "0000000000000000FFFF00000100007F"}, f"{int(port, 16)} is open to others"


def test_status_from_outside_sees_every_process(system: System, capsys: pytest.CaptureFixture[str]):
    _wait(lambda: all(system.is_ready(name) for name in system.supervisor.states()))
    assert running.status(system.folder, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["url"] == system.url
    assert {row["name"] for row in told["processes"]} == set(system.supervisor.states())


def test_the_doctor_finds_a_running_system_well_and_a_stopped_process_ill(system: System):
    levels = {finding.name: finding.level for finding in doctor.examine(system.folder)}
    assert levels["chủ đề Kafka"] == "ok"
    assert levels["MongoDB replica set"] == "ok"
    assert {levels[name] for name in PROCESSES} == {"ok"}
    system.stop("judging.relay")
    ill = {finding.name: finding for finding in doctor.examine(system.folder)}["judging.relay"]
    assert ill.level == "fail"
    assert "logs judging.relay" in ill.advice
    system.start("judging.relay")


def test_the_health_peers_are_the_addresses_that_answer(system: System):
    for name, url in environment.readiness(system.ports).items():
        assert httpx.get(url, trust_env=False).status_code == 200, name
