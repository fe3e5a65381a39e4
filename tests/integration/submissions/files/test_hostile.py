"""Files made to do harm: each meets its verdict, none takes the process with it, none holds up anybody else."""

import asyncio
import io
import os
import signal
from collections.abc import Callable

import pytest
from PIL import Image
from pypdf import PdfReader

from services.submissions.files.domain import download_headers, kept_name
from services.submissions.inspection import domain, service
from services.submissions.inspection.domain import DOCX, JPEG, PDF, PNG
from services.submissions.jury_copies.domain import cleaned
from shared.errors import Refusal
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_contest, a_person, email_of
from tests.integration.submissions.entry_builders import a_draft, an_image, sent
from tests.integration.submissions.files.hostile import MARK, TAKEN, Hostile
from tests.integration.submissions.files.hostile_others import NAMES, PICTURES, POLYGLOTS
from tests.integration.submissions.files.hostile_packages import INSIDE_PACKAGES, PACKAGES
from tests.integration.submissions.files.hostile_pdfs import PDFS

ALL = [PDF, JPEG, PNG, DOCX]
LIMIT = 20 * 1024 * 1024
CORPUS = [*PACKAGES, *INSIDE_PACKAGES, *PDFS, *PICTURES, *POLYGLOTS, *NAMES]


async def verdict(file: Hostile) -> tuple[str, bytes | None]:
    """As `keep` comes to it, before anything is stored; and the copy that the worker would make."""
    content = file.content()
    try:
        domain.check_size(len(content), LIMIT)
        with sent(file.name, content).content as incoming:
            kind = await service.kind_of(incoming, kept_name(file.name), allowed=ALL, max_bytes=LIMIT)
    except Refusal as refusal:
        return type(refusal).__name__.replace("Ended", "Unreadable"), None
    return TAKEN, await service.apart(cleaned, content, kind)


def test_there_are_enough_of_them_and_no_two_alike() -> None:
    assert len({one.why for one in CORPUS}) == len(CORPUS) >= 40


@pytest.mark.parametrize("file", CORPUS, ids=[one.why.replace(" ", "-") for one in CORPUS])
async def test_each_hostile_file_meets_its_verdict(file: Hostile) -> None:
    found, copy = await verdict(file)
    assert found == file.verdict
    if found == TAKEN:
        assert copy is not None
        assert not any(MARK.encode(code) in copy for code in ("ascii", "utf-16-be", "utf-16-le"))
        if copy.startswith(b"%PDF"):
            assert len(PdfReader(io.BytesIO(copy)).pages) == 1
        else:
            Image.open(io.BytesIO(copy)).load()


async def test_after_all_of_them_an_honest_file_is_still_taken() -> None:
    assert (await verdict(Hostile("", "ảnh.jpg", an_image, TAKEN)))[0] == TAKEN


@pytest.mark.parametrize("name", [one.name for one in CORPUS if one.verdict == TAKEN])
def test_no_name_writes_a_header_or_a_path(name: str) -> None:
    kept = kept_name(name)
    assert len(kept) <= 150
    assert not set(kept) & set("/\\\0\r\n\u202e\u2066\u2069")
    header = download_headers(kept)["Content-Disposition"]
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2


async def test_while_a_child_is_held_by_a_file_the_same_process_answers_others(
    store: Store, browser: Callable[[], Browser]
) -> None:
    person = await a_person(store, email=email_of("tac-gia"))
    draft = await a_draft(store, person, (await a_contest(store)).id)
    sender, other = browser(), browser()
    await sender.sign_in(email_of("tac-gia"))
    await sender.open(f"/bai-du-thi/{draft.id}/soan")
    await verdict(Hostile("", "ảnh.jpg", an_image, TAKEN))  # now there is a warm child
    held = [int(child.process.pid or 0) for child in service._IDLE]
    assert held
    for pid in held:
        os.kill(pid, signal.SIGSTOP)
    try:
        files = {"file": ("bai.pdf", b"%PDF-1.4\nnothing", PDF)}
        upload = asyncio.create_task(sender.submit(f"/bai-du-thi/{draft.id}/tep", {}, files=files))
        for _ in range(1_000_000):  # until a child that cannot move has the file
            if len(service._IDLE) < len(held):
                break
            await asyncio.sleep(0)
        for path in ("/healthz", "/", "/dang-nhap"):
            assert (await other.get(path)).status_code == 200
        assert not upload.done()
    finally:
        for pid in held:
            os.kill(pid, signal.SIGCONT)
    assert (await upload).status_code == 422
