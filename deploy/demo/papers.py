"""Papers of the demo: registered at the counter, typed by one secretary, compared with the scan by another."""

import io

from PIL import Image, ImageDraw

from deploy.demo import cast, load
from deploy.demo.client import Api, Json
from deploy.demo.marking import Desk
from deploy.demo.writing import HandedIn

PAPERS = "/api/submissions/v1/papers"
_PAGE = (620, 877)
"""A4 at 75 dots an inch."""


def _scan(entry: load.Entry) -> bytes:
    sheet = Image.new("L", _PAGE, 250)
    pen = ImageDraw.Draw(sheet)
    for row in range(60, _PAGE[1] - 60, 24):
        pen.line((60, row, 120 + (row * 7 + len(entry.title)) % 440, row), fill=40, width=2)
    made = io.BytesIO()
    sheet.save(made, "PNG")
    return made.getvalue()


async def hand_in(desk: Desk, entry: load.Entry, entrant: load.Entrant, email: str) -> HandedIn:
    """A sender who has an account brings a handwritten entry; at the end its words are checked."""
    slip = {
        "name": entrant.name,
        "email": email,
        "contest_id": desk.contest_id,
        "channel": "desk",
        "entrant_group": entry.entrant_group,
        "content_group": entry.content_group,
        "title": entry.title,
        "pages": 3,
        "handwritten": True,
    }
    async with desk.api("secretary") as counter, desk.api("secretary", 1) as other:
        made: Json = await counter.make(PAPERS, slip)
        path = f"{PAPERS}/{made['entry_id']}"
        await counter.post(f"{path}/scans", files={"file": ("bai-viet-tay.png", _scan(entry), "image/png")})
        typed = await counter.put(f"{path}/transcription", {"version": 0, "title": entry.title, "parts": entry.parts})
        waiting = await counter.post(f"{path}/transcription/hand-over", {"version": typed["version"]})
        await other.post(f"{path}/transcription/check", {"version": waiting["version"]})
    async with Api(desk.url, email=email, password=cast.PASSWORD, trouble=desk.trouble) as sender:
        known = await sender.get(f"/api/submissions/v1/entries/{made['entry_id']}")  # the same person, by the address
    return HandedIn(entry, made["entry_id"], made["receipt"], sender.person_id, email, len(known["files"]))
