"""Papers at a desk, for tests of submissions: registered, scanned and transcribed through the services."""

from typing import Any

from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.papers import service as papers
from services.submissions.papers.domain import Slip
from services.submissions.texts.domain import Words
from services.submissions.transcriptions import service as transcriptions
from shared.clock import now
from shared.identity import Person
from shared.mongo import Document, Store
from tests.integration.submissions.entry_builders import SECRET, an_image, key, sent, words


def a_slip(contest_id: str, **changes: Any) -> Slip:
    """What a clerk writes down of a handwritten paper."""
    typed = {
        "contest_id": contest_id, "channel": "desk", "name": "Đỗ Thị Giấy", "title": "Sổ tay giấy cho người cao tuổi",
        "entrant_group": "E1", "content_group": "C1", "pages": 3, "handwritten": True,
    }  # fmt: skip
    return Slip.model_validate({**typed, **changes})


async def register(store: Store, clerk: Person, slip: Slip, **options: Any) -> Document:
    """With one press."""
    asked = {"key": key(), "at": now(), **options}
    return await papers.register(store, slip, secret_key=SECRET, by=clerk, **asked)


async def a_paper(store: Store, clerk: Person, contest_id: str, **changes: Any) -> Entry:
    """In the register, with one scan."""
    made = await register(store, clerk, a_slip(contest_id, **changes))
    entry_id = made["entry_id"]
    await papers.attach(store, entry_id, sent("trang-1.jpg", an_image()), by=clerk, at=now())
    return await entries.get(store.read, entry_id)


async def transcribed(store: Store, entry: Entry, typist: Person, checker: Person, **changes: Any) -> Entry:
    """Typed by one and confirmed by another."""
    said = words(title=entry.title, **changes)
    text = await transcriptions.write(
        store, entry.id, Words(title=said.title, parts=said.parts), version=0, by=typist, at=now()
    )
    text = await transcriptions.hand_over(store, entry.id, version=text.version, by=typist, at=now())
    await transcriptions.confirm(store, entry.id, version=text.version, by=checker, at=now())
    return await entries.get(store.read, entry.id)
