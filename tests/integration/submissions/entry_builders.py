"""Entries and files for tests of submissions, made through the services as the site does."""

import io
from datetime import datetime
from itertools import count
from typing import Any

from PIL import Image
from pypdf import PdfWriter

from services.submissions.beginnings import service as beginnings
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.files.domain import Attachment, Sent
from services.submissions.intake import agents
from services.submissions.jury_copies import repository as copies
from services.submissions.jury_copies import service as jury_copies
from services.submissions.texts.domain import Words
from shared import inbox
from shared.blobs import Incoming
from shared.clock import now
from shared.events.envelope import Envelope
from shared.identity import Person
from shared.inbox import Outcome
from shared.mongo import Document, Store
from shared.topics import Order
from tests.integration.submissions.builders import outbox_rows

SECRET = "a secret of the tests"
AUTHOR = "Trần Thị Canh Giữ"
_numbers = count(1)
_SITUATION = "Người dân phải đi lại nhiều lần vì không biết hồ sơ còn thiếu giấy tờ gì, trong khi cán bộ vẫn trả lời qua điện thoại."
_SOLUTION = "Mỗi phường đặt một bảng kiểm tra trước cửa; người dân tự đánh dấu, cán bộ chỉ xem lại những mục còn trống."


def key() -> str:
    """A client key that nobody used."""
    return f"entry-key-{next(_numbers)}"


def words(**changes: Any) -> Words:
    """A complete text for the contest of the builders."""
    typed = {
        "title": "Bảng tự kiểm tra hồ sơ trước quầy một cửa",
        "parts": {"situation": _SITUATION, "solution": _SOLUTION},
        "entrant_group": "E1",
        "content_group": "C1",
    }
    return Words.model_validate({**typed, **changes})


async def a_draft(store: Store, by: Person, contest_id: str, *, at: datetime | None = None, **changes: Any) -> Entry:
    """Begun and complete, not handed in."""
    typed = words(**changes)
    made = await beginnings.create(store, contest_id, typed, key=key(), secret_key=SECRET, by=by, at=at or now())
    return await entries.get(store.read, made["entry_id"])


async def hand_in(
    store: Store, entry_id: str, by: Person, *, at: datetime | None = None, client_key: str | None = None
) -> Document:
    """Hand in what is saved."""
    chosen = client_key or key()
    return await entries.submit(store, entry_id, key=chosen, secret_key=SECRET, by=by, at=at or now())


async def an_entry(store: Store, by: Person, contest_id: str, **changes: Any) -> Entry:
    """Handed in."""
    draft = await a_draft(store, by, contest_id, **changes)
    await hand_in(store, draft.id, by)
    return await entries.get(store.read, draft.id)


async def deliver(store: Store, entry_id: str, *, times: int = 1) -> list[Outcome]:
    """Everything the outbox has about an entry, given to the register's agent as Kafka would."""
    facts = [Envelope.model_validate_json(row["value"]) for row in await outbox_rows(store, entry_id)]
    again = [fact for fact in facts for _ in range(times)]
    return [await inbox.apply(store, "intake.on_entries", Order.EVERY, fact, agents.on_entries) for fact in again]


def sent(name: str, content: bytes, purpose: str = "") -> Sent:
    """A file that came whole."""
    incoming = Incoming()
    incoming.write(content)
    return Sent(name, incoming, purpose)


async def attach(store: Store, entry_id: str, name: str, content: bytes, *, by: Person) -> Attachment:
    """A file of an entry; the worker has not seen it yet."""
    kept, _ = await entries.attach(store, entry_id, sent(name, content), by=by, at=now())
    return kept


async def copied(store: Store) -> None:
    """The worker made every copy for a jury that was due."""
    while (making := await copies.take(store.read, now())) is not None:
        await jury_copies.step(store, making)


def a_pdf(author: str = AUTHOR) -> bytes:
    """One page with an author in its information and in an attached file."""
    writer = PdfWriter()
    writer.add_blank_page(300, 300)
    writer.add_metadata({"/Author": author, "/Title": f"Bài của {author}", "/Producer": author})
    writer.add_attachment("tac-gia.txt", author.encode())
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def an_image(kind: str = "JPEG", author: str = AUTHOR, size: tuple[int, int] = (40, 30)) -> bytes:
    """Pixels with an author in EXIF."""
    picture = Image.new("RGB", size, (200, 30, 30))
    exif = Image.Exif()
    exif[0x013B] = author
    made = io.BytesIO()
    picture.save(made, kind, exif=exif)
    return made.getvalue()
