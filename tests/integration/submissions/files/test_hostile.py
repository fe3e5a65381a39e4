"""Files made to do harm: each meets its verdict, none takes the process with it, none holds up anybody else."""

import asyncio
import io
from collections.abc import Callable

import pytest
from PIL import Image
from pypdf import PdfReader

from services.submissions.files import domain, service
from services.submissions.files.domain import DOCX, JPEG, PDF, PNG, download_headers, kept_name
from shared.errors import Refusal
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_contest, a_person, email_of
from tests.integration.submissions.entry_builders import a_draft, an_image
from tests.integration.submissions.files import hostile
from tests.integration.submissions.files.hostile import MARK, TAKEN, Hostile
from tests.integration.submissions.files.hostile_others import NAMES, PICTURES, POLYGLOTS
from tests.integration.submissions.files.hostile_packages import PACKAGES
from tests.integration.submissions.files.hostile_pdfs import PDFS

ALL = [PDF, JPEG, PNG, DOCX]
LIMIT = 20 * 1024 * 1024
CORPUS = [*PACKAGES, *PDFS, *PICTURES, *POLYGLOTS, *NAMES]


async def verdict(file: Hostile) -> tuple[str, bytes | None]:
    """As `keep` comes to it, before anything is stored."""
    content = file.content()
    try:
        domain.check_size(len(content), LIMIT)
        _, copy = await service.examine(content, kept_name(file.name), allowed=ALL, max_bytes=LIMIT)
    except Refusal as refusal:
        return type(refusal).__name__, None
    return TAKEN, copy


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
    assert not set(kept) & set("/\\\0\r\n\u202e")
    header = download_headers(kept)["Content-Disposition"]
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2


async def test_while_hostile_files_are_looked_into_the_same_process_answers_others(
    store: Store, browser: Callable[[], Browser]
) -> None:
    person = await a_person(store, email=email_of("tac-gia"))
    contest = await a_contest(store)
    draft = await a_draft(store, person, contest.id)
    sender, other = browser(), browser()
    await sender.sign_in(email_of("tac-gia"))
    await sender.open(f"/bai-du-thi/{draft.id}/soan")
    slow = hostile.raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[" + b"3 0 R " * 300_000 + b"]>>",
        b"<</Type/Page>>",
    )
    done: list[str] = []

    async def send() -> int:
        answer = await sender.submit(f"/bai-du-thi/{draft.id}/tep", {}, files={"file": ("bai.pdf", slow, PDF)})
        done.append("upload")
        return answer.status_code

    async def look() -> None:
        for path in ("/healthz", "/", "/healthz"):
            assert (await other.get(path)).status_code == 200
            done.append(path)

    uploads = asyncio.gather(*(send() for _ in range(3)))
    for _ in range(100_000):
        if service._AT_ONCE._work_queue.qsize() or done:  # both children have a file, and one more waits
            break
        await asyncio.sleep(0)
    await look()
    assert done == ["/healthz", "/", "/healthz"]
    assert await uploads == [422, 422, 422]
