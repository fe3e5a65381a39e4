"""`python -m deploy doctor`: what is wrong on this machine or with the running system, and what to do about it."""

import platform
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from deploy import running
from deploy.local import artifacts, environment, java, mongo, node, places
from deploy.local.ports import taken
from deploy.local.progress import Silent
from deploy.local.supervision import Supervisor

_OLDEST_PYTHON = (3, 11)
_DISK_FAIL, _DISK_WARN = 1 << 30, 4 << 30
_CLOCK_SLACK_SECONDS = 300


@dataclass(frozen=True)
class Finding:
    """One line: `level` is ok, warn or fail; `advice` says what to do unless it is ok."""

    level: str
    name: str
    found: str
    advice: str = ""

    def as_dict(self) -> dict[str, str]:
        """For JSON."""
        return asdict(self)


def examine(folder: Path) -> list[Finding]:
    """Every check, also after one of them has failed."""
    up = Supervisor(folder).answers()
    checks: list[Callable[[Path], Iterator[Finding]]] = [_versions, _programs, _assets, _disk, _clock]
    checks += [_processes, _replica_set, _broker] if up else [_ports]
    found = []
    for check in checks:
        try:
            found += list(check(folder))
        except Exception as error:  # noqa: BLE001 - a broken check is a finding too
            found.append(Finding("fail", check.__name__.strip("_"), f"{type(error).__name__}: {error}", "Báo lỗi này."))
    return found


def _versions(_: Path) -> Iterator[Finding]:
    fine = sys.version_info[:2] >= _OLDEST_PYTHON
    yield Finding(
        "ok" if fine else "fail", "Python", platform.python_version(), "" if fine else "Cần Python 3.11 trở lên."
    )
    here = f"{platform.system()} {platform.machine()}"
    fine = here == artifacts.load().platform
    advice = "" if fine else "Đặt MONGO_URL và KAFKA_URL, hoặc dùng docker compose."
    yield Finding("ok" if fine else "fail", "máy", here, advice)
    own = java.on_the_machine()
    yield Finding("ok", "Java", f"{own} ({java.major(own)})" if own else "dùng bản ghim sẵn / pinned")
    found = node.on_the_machine()
    yield Finding(
        "ok", "Node.js", f"{found.node} ({node.major(found.node)})" if found else "dùng bản ghim sẵn / pinned"
    )


def _programs(_: Path) -> Iterator[Finding]:
    pins, cache = artifacts.load(), places.cache()
    needed = ["mongod", "openssl", "caddy"]
    needed += [] if java.on_the_machine() else ["java"]
    needed += [] if node.on_the_machine() else ["node"]
    for name in needed:
        there = pins.wheels[name].home(cache).is_dir()
        found = f"{pins.wheels[name].version}" if there else "chưa tải"
        yield Finding(
            "ok" if there else "warn", name, found, "" if there else "make up sẽ tải, hoặc: python -m deploy fetch"
        )
    missing = artifacts.missing_jars(pins, cache / "programs" / f"kafka-{pins.kafka_version}")
    found = f"thiếu {len(missing)} jar" if missing else pins.kafka_version
    advice = "make up sẽ tải, hoặc: python -m deploy fetch" if missing else ""
    yield Finding("warn" if missing else "ok", "Kafka", found, advice)
    yield from _mongod_runs(pins, cache)


def _mongod_runs(pins: artifacts.Pins, cache: Path) -> Iterator[Finding]:
    if not pins.wheels["mongod"].home(cache).is_dir() or not pins.wheels["openssl"].home(cache).is_dir():
        return
    try:
        mongod, _ = mongo.executable(Silent())
    except artifacts.ArtifactError as error:
        yield Finding("fail", "mongod chạy được", str(error), "Cài libcurl4 và liblzma5, hoặc đặt MONGO_URL.")
    else:
        yield Finding("ok", "mongod chạy được", f"{mongo.VERSION} ({mongod})")


def _assets(_: Path) -> Iterator[Finding]:
    mark = places.CHECKOUT / "node_modules" / ".sang-kien"
    have = mark.read_text().strip() if mark.is_file() else ""
    fresh = have in {node.assets_mark(places.CHECKOUT, development=kind) for kind in (True, False)}
    advice = "" if fresh else "python -m deploy fetch"
    yield Finding("ok" if fresh else "warn", "trang trí, phông chữ (npm)", "đủ" if fresh else "thiếu hoặc cũ", advice)


def _disk(folder: Path) -> Iterator[Finding]:
    for name, path in (("đĩa: dữ liệu", folder), ("đĩa: bộ nhớ đệm", places.cache())):
        there = next(parent for parent in (path, *path.parents) if parent.exists())
        free = shutil.disk_usage(there).free
        level = "fail" if free < _DISK_FAIL else "warn" if free < _DISK_WARN else "ok"
        yield Finding(level, name, f"còn {free / (1 << 30):.1f} GiB ({path})", "" if level == "ok" else "Dọn bớt đĩa.")


def _clock(folder: Path) -> Iterator[Finding]:
    try:
        local = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh"))
    except ZoneInfoNotFoundError:
        yield Finding("fail", "múi giờ", "không có Asia/Ho_Chi_Minh", "Cài lại thư viện: make up")
        return
    newest = max((path.stat().st_mtime for path in (places.CHECKOUT, folder) if path.exists()), default=0.0)
    behind = newest - time.time()
    if behind > _CLOCK_SLACK_SECONDS:
        advice = "Chỉnh đồng hồ của máy (NTP): hạn nộp bài được tính theo đồng hồ này."
        yield Finding("fail", "đồng hồ", f"chậm hơn tệp mới nhất {behind:.0f} giây", advice)
    else:
        yield Finding("ok", "đồng hồ", f"{local:%H:%M:%S %d/%m/%Y} giờ Việt Nam, {datetime.now(UTC):%H:%M} UTC")


def _ports(folder: Path) -> Iterator[Finding]:
    busy = {name: port for name, port in running.ports(folder).named().items() if taken(port)}
    for name, port in busy.items():
        yield Finding(
            "fail", f"cổng {port}", f"chương trình khác đang dùng, mà {name} cần", "python -m deploy up --port 9080"
        )
    if not busy:
        yield Finding("ok", "cổng", "đều còn trống; hệ thống không chạy")


def _processes(folder: Path) -> Iterator[Finding]:
    system = running.system(folder)
    known = environment.readiness(system.ports)
    for name, info in Supervisor(folder).states().items():
        ready = system.is_ready(name)
        address = f" {known[name]}" if name in known else ""
        advice = "" if ready else f"python -m deploy logs {name}"
        yield Finding("ok" if ready else "fail", name, f"{info['statename']}{address}", advice)


def _replica_set(folder: Path) -> Iterator[Finding]:
    try:
        with MongoClient[dict[str, Any]](running.system(folder).mongo_url, timeoutMS=5000) as client:
            hello = client.admin.command("hello")
    except PyMongoError as error:
        yield Finding("fail", "MongoDB replica set", str(error)[:200], "python -m deploy logs mongod")
        return
    primary = bool(hello.get("setName")) and bool(hello.get("isWritablePrimary"))
    advice = "" if primary else "Giao dịch cần replica set: xem lại MONGO_URL."
    yield Finding("ok" if primary else "fail", "MongoDB replica set", str(hello.get("setName")), advice)


def _broker(folder: Path) -> Iterator[Finding]:
    from shared.topics import CHANGELOGS, TOPICS  # noqa: PLC0415 - keeps a doctor without services importable

    url = running.kafka_url(folder)
    try:
        there = AdminClient({"bootstrap.servers": url, "log_level": 0}).list_topics(timeout=5).topics
    except KafkaException as error:
        yield Finding("fail", "Kafka", str(error)[:200], "python -m deploy logs kafka")
        return
    missing = {*TOPICS, *(log.name for log in CHANGELOGS)} - set(there)
    advice = "python -m deploy topics" if missing else ""
    found = f"thiếu {', '.join(sorted(missing))}" if missing else f"đủ {len(TOPICS)} chủ đề"
    yield Finding("fail" if missing else "ok", "chủ đề Kafka", found, advice)
