"""A real SeaweedFS on loopback, with one bucket, as the S3-compatible store of a test."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

WEED = Path(sys.executable).with_name("weed")
_KEY, _SECRET, _BUCKET = "khoa-thu", "bi-mat/thu+nghiem", "tep-dinh-kem"
_SECONDS = 60


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@contextmanager
def seaweed(folder: Path) -> Iterator[str]:
    """The address of a bucket, as a setting has it."""
    identity = {"name": "t", "credentials": [{"accessKey": _KEY, "secretKey": _SECRET}], "actions": ["Admin"]}
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    (folder / "data").mkdir()
    names = ["master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc", "s3.port", "s3.port.grpc"]  # fmt: skip
    ports = dict(zip(names, _free_ports(len(names)), strict=True))
    command = [str(WEED), "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder / 'data'}", "-filer", "-s3",
               f"-s3.config={folder / 's3.json'}", "-s3.port.iceberg=0", "-s3.port.lance=0", "-volume.max=8",
               "-master.volumeSizeLimitMB=64", "-master.telemetry=false", *(f"-{name}={port}" for name, port in ports.items())]  # fmt: skip
    with (folder / "weed.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env={**os.environ, "HOME": str(folder)})
        try:
            _wait(ports["filer.port"], ports["s3.port"], process, folder / "weed.log")
            yield f"s3+http://{_KEY}:bi-mat%2Fthu%2Bnghiem@127.0.0.1:{ports['s3.port']}/{_BUCKET}/thu-muc"
        finally:
            process.kill()  # it takes 20 seconds to say goodbye, and nothing in it is wanted any more
            process.wait()


def _wait(filer: int, s3: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Until the filer makes the bucket and the S3 gate listens."""
    stop = time.monotonic() + _SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", s3), 5).close()
            httpx.post(f"http://127.0.0.1:{filer}/buckets/{_BUCKET}/", timeout=5).raise_for_status()
        except (OSError, httpx.HTTPError):
            if process.poll() is not None or time.monotonic() > stop:
                raise AssertionError(log.read_text()[-2000:]) from None
            time.sleep(0.2)
        else:
            return
