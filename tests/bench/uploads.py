"""Attaching a file of 1 MB, the whole way, against a bare route that puts the same bytes into GridFS; one after the other.

Ours also knows the person and the entry, looks into the file in a warm child, notes it for the scan and for the jury's copy
and writes the entry. CPU is that of the server with every process it started, and of mongod. The copy and the scan are the
worker's and in neither figure.
"""

import io
import random
import time
from dataclasses import dataclass
from statistics import median

import httpx
from PIL import Image

from deploy.demo.progress import Bar
from deploy.local.ports import HOST
from tests.bench import drafts
from tests.bench.clocks import cpu_seconds, family
from tests.bench.figures import Figure, paired
from tests.bench.loader import BARE_UPLOAD

_IN_A_SLICE = 4
_SIDES = ("ours", "floor")


@dataclass(frozen=True, slots=True)
class Took:
    """One slice of one side, per upload."""

    server_cpu: float
    whole_cpu: float
    seconds: float


def a_photo(seed: int) -> bytes:
    """About 1 MB of JPEG; another for each seed, so that no upload is known already."""
    noise = random.Random(seed).randbytes(900 * 700 * 3)
    made = io.BytesIO()
    Image.frombytes("RGB", (900, 700), noise).save(made, "JPEG", quality=96)
    return made.getvalue()


def measure(
    prepared: drafts.Prepared, server: tuple[int, int], mongod: int, pairs: int, bar: Bar
) -> list[tuple[Took, Took]]:
    """(ours, floor) pair by pair; `server`: process id and port. Raises httpx.HTTPError for a refused upload."""
    waiting, found = iter(prepared.drafts), []
    with httpx.Client(base_url=f"http://{HOST}:{server[1]}", timeout=60, trust_env=False) as client:
        for pair in range(-1, pairs):
            photos = [a_photo(pair * _IN_A_SLICE + number) for number in range(_IN_A_SLICE)]
            order = _SIDES if pair % 2 else _SIDES[::-1]
            took = {}
            for side in order:
                asked = [next(waiting) if side == "ours" else ("", "") for _ in photos]
                took[side] = _slice(client, list(zip(photos, asked, strict=True)), server[0], mongod)
                bar.step()
            if pair >= 0:  # the first pair warms both up
                found.append((took["ours"], took["floor"]))
    return found


def _slice(client: httpx.Client, uploads: list[tuple[bytes, tuple[str, str]]], server: int, mongod: int) -> Took:
    before, stored, began = family(server), cpu_seconds(mongod), time.monotonic()
    for photo, (entry_id, token) in uploads:
        path = f"/api/submissions/v1/entries/{entry_id}/files" if entry_id else BARE_UPLOAD
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        client.post(path, files={"file": ("ảnh.jpg", photo, "image/jpeg")}, headers=headers).raise_for_status()
    count, seconds = len(uploads), time.monotonic() - began
    own = family(server) - before
    return Took(own / count, (own + cpu_seconds(mongod) - stored) / count, seconds / count)


def figures(pairs: list[tuple[Took, Took]], *, seed: int) -> list[Figure]:
    """The lines of the table."""
    lines = []
    for name, unit in (("server_cpu", "CPU of the server"), ("whole_cpu", "CPU with mongod"), ("seconds", "time")):
        sides = [(getattr(ours, name) * 1000, getattr(floor, name) * 1000) for ours, floor in pairs]
        own, floor = (f"{median(side):,.0f}" for side in zip(*sides, strict=True))
        lines.append(Figure(f"upload of 1 MB: {unit}, ms", own, floor, paired(sides, seed=seed)))
    return lines
