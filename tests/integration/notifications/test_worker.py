"""The real worker process: facts on Kafka in the wrong order of topics become mails, once; a killed worker loses none."""

import asyncio
import os
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from aiokafka import AIOKafkaProducer

from deploy.local.stack import Stack
from services.notifications.deliveries.domain import Channel, State
from shared.clock import now
from shared.events.envelope import Envelope, Event
from shared.ids import new_id
from shared.mongo import Store
from tests.integration.notifications.conftest import until
from tests.integration.notifications.mail_server import Ledger
from tests.unit.notifications import facts

ROOT = Path(__file__).parents[3]
_ACCEPTED = {"type": "notifications.delivery.accepted.v1"}


async def publish(kafka_url: str, *events: tuple[str, Event], first: int = 1) -> None:
    """Each event as the first fact of its subject, or another."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka_url, acks="all")
    await producer.start()
    for subject, event in events:
        value = Envelope.wrap(event, subject=subject, seq=first, by="test", time=now()).model_dump_json()
        await producer.send_and_wait(event.topic, value.encode(), key=subject.encode())
    await producer.stop()


def free_port() -> int:
    """A port of this machine that nobody holds."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def worker(stack: Stack, database: str, mail: Ledger, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The service's worker with little patience; killed at the end if it still lives."""
    own = {
        "MONGO_URL": stack.mongo_url,
        "MONGO_DATABASE": database,
        "KAFKA_URL": stack.kafka_url,
        "HEALTH_PORT": str(free_port()),
        "SMTP_PORT": str(mail.port),
        "SECRET_KEY": facts.SECRET,
        "LOG_LEVEL": "debug",
        "LEASE_SECONDS": "3",
        "RESEND_SECONDS": "1",
    }
    environment = (
        os.environ | {f"NOTIFICATIONS_{name}": value for name, value in own.items()} | {"PYTHONPATH": str(ROOT)}
    )
    with (folder / f"worker-{new_id()}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "faust", "-A", "services.notifications.worker", "worker", "-l", "info", "--without-web",
            env=environment, cwd=ROOT, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def test_facts_become_mails_though_people_come_last_and_the_worker_is_killed_on_the_way(
    base: Store, stack: Stack, database_name: str, mail: Ledger, tmp_path: Path
) -> None:
    people = [f"p{n}-{new_id()}" for n in range(12)]
    contest = new_id()
    told = [(f"e-{person}", facts.submitted(f"e-{person}", person, contest_id=contest)) for person in people]
    mail.gate.clear()
    sent = {"channel": Channel.EMAIL, "state": State.ACCEPTED, "person_id": {"$in": people}}

    async def count(where: Mapping[str, object]) -> int:
        return await base.read["deliveries"].count(dict(where))

    async with worker(stack, database_name, mail, tmp_path) as first:
        await publish(stack.kafka_url, *told)

        async def all_wait() -> bool:
            return await count({"state": State.PLANNED, "person_id": {"$in": people}}) == 24

        await until(all_wait)
        await publish(stack.kafka_url, (contest, facts.a_contest(contest_id=contest)))
        await publish(stack.kafka_url, *((person, facts.a_person(person)) for person in people))

        async def some_under_way() -> bool:
            return len(mail.taken) >= 2

        await until(some_under_way)
        first.kill()
        await first.wait()
    mail.gate.set()
    async with worker(stack, database_name, mail, tmp_path) as second:

        async def all_sent() -> bool:
            return await count(sent) == len(people)

        await until(all_sent)
        second.terminate()
        assert await asyncio.wait_for(second.wait(), 30) in (0, -15)
    none_lost_and_doubles_bear_one_id(mail, people)


def logs(folder: Path) -> str:
    """Everything the workers wrote."""
    return "".join(path.read_text() for path in folder.glob("worker-*.log"))


async def test_a_code_on_the_topic_is_a_mail_within_seconds_and_in_no_log_and_a_moved_deadline_reaches_its_drafts(
    base: Store, stack: Stack, database_name: str, mail: Ledger, tmp_path: Path
) -> None:
    person, entry, contest = new_id(), new_id(), new_id()
    address = f"{person}@thu.example"
    code = facts.a_code(address=address, until=now() + timedelta(minutes=5))
    moved = facts.rescheduled().model_copy(update={"contest_id": contest})
    async with worker(stack, database_name, mail, tmp_path):
        await publish(stack.kafka_url, (code.code_id, code), (person, facts.a_person(person)))
        await publish(stack.kafka_url, (entry, facts.begun(entry, person).model_copy(update={"contest_id": contest})))
        await publish(stack.kafka_url, (contest, facts.a_contest(contest_id=contest)))

        async def copied() -> bool:
            return bool(len(mail.of(address)) == 1 and await base.read["entries"].get(entry))

        await until(copied)
        await publish(stack.kafka_url, (contest, moved), first=2)

        async def told() -> bool:
            return len(mail.of(address)) == 2 and await base.read["outbox"].count(_ACCEPTED) == 2

        await until(told)
    first, second = mail.of(address)
    assert first["Subject"] == "Mã đăng nhập Sáng Kiến"
    assert second["Subject"].startswith("Đổi lịch: hạn nộp bài nay là ")
    logged = logs(tmp_path)
    assert "deliveries.attempted" in logged
    for secret in ("048213", address, "Ánh Tuyết", code.sealed):
        assert secret not in logged
    kept = [await base.read[name].find({}) for name in ("deliveries", "dead_letters", "inbox", "parked")]
    assert "048213" not in str(kept)
    told_others = await base.read["outbox"].find({"key": {"$in": [row["_id"] for row in kept[0]]}})
    assert [row["type"] for row in told_others] == [_ACCEPTED["type"]] * 2


def none_lost_and_doubles_bear_one_id(mail: Ledger, people: list[str]) -> None:
    """What hung in the air at the kill, at most one for each connection, may have come twice, under the same id."""
    per_person = Counter(to for to, _ in mail.taken)
    assert set(per_person) == {f"{person}@thu.example" for person in people}
    assert sum(per_person.values()) <= len(people) + 4
    assert len({received["Message-ID"] for _, received in mail.taken}) == len(people)
