"""An entrant at work: a draft that grows, now and then a file, the hand-in, the receipt."""

import io
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from PIL import Image

from deploy.demo import cast, load
from deploy.demo.client import Api, Json, RefusedError, Trouble

ENTRIES = "/api/submissions/v1/entries"
_WITH_A_FILE = 0.3


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What an entrant holds afterwards."""

    entry: load.Entry
    entry_id: str
    receipt: str
    person_id: str
    email: str
    files: int = 0


def _picture() -> bytes:
    shade = random.randrange(256)  # noqa: S311 - any picture will do
    canvas = io.BytesIO()
    Image.new("RGB", (320, 200), (shade, 120, 160)).save(canvas, "PNG")
    return canvas.getvalue()


def _draft(entry: load.Entry, version: int, parts: dict[str, str]) -> Json:
    return {
        "version": version,
        "title": entry.title,
        "parts": parts,
        "entrant_group": entry.entrant_group,
        "content_group": entry.content_group,
    }


Middle = Callable[[Api, str], Awaitable[None]]
"""Something that happens to a draft (its owner's access, its id) before it is handed in."""


async def hand_in(
    url: str, contest_id: str, entry: load.Entry, email: str, trouble: Trouble, *, middle: Middle | None = None
) -> HandedIn:
    """Write the draft in two steps, attach a picture now and then, hand it in."""
    async with Api(url, email=email, password=cast.PASSWORD, trouble=trouble) as api:
        opening = {"contest_id": contest_id, "entrant_group": entry.entrant_group, "content_group": entry.content_group}
        made = await api.make(ENTRIES, opening)
        path, version = f"{ENTRIES}/{made['entry_id']}", made["version"]
        first = dict(list(entry.parts.items())[:2])
        version = await _save(api, path, _draft(entry, version, first))
        await _save(api, path, _draft(entry, version, entry.parts))
        files = int(random.random() < _WITH_A_FILE)  # noqa: S311 - which entries have pictures is of no importance
        if files:
            await api.post(f"{path}/files", files={"file": ("minh-hoa.png", _picture(), "image/png")})
        if middle is not None:
            await middle(api, made["entry_id"])
        receipt = await api.make(f"{path}/submit")
        return HandedIn(entry, made["entry_id"], receipt["receipt"], api.person_id, email, files)


async def _save(api: Api, path: str, draft: Json) -> int:
    """Save; when the answer to an earlier try was lost the save may already be there, which is fine."""
    try:
        return int((await api.put(path, draft))["version"])
    except RefusedError as refused:
        if refused.code != "stale":
            raise
        there = await api.get(path)
        return int((await api.put(path, {**draft, "version": there["version"]}))["version"])


async def mend(url: str, one: HandedIn, trouble: Trouble) -> None:
    """Answer the secretary's request: write the missing sentence and hand in again."""
    added = "Đơn vị đầu tiên làm thử là phường nơi người viết đang ở, sau đó mở rộng ra các phường lân cận."
    last = list(one.entry.parts)[-1]
    parts = {**one.entry.parts, last: f"{one.entry.parts[last]} {added}"}
    async with Api(url, email=one.email, password=cast.PASSWORD, trouble=trouble) as api:
        path = f"{ENTRIES}/{one.entry_id}"
        there = await api.get(path)
        await _save(api, path, _draft(one.entry, there["version"], parts))
        await api.make(f"{path}/submit")
