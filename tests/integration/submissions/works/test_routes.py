"""Published initiatives through the application: imported whole or not at all, listed, exported, compared, removed."""

from collections.abc import Callable

import httpx

from services.submissions.likeness import service as likeness
from services.submissions.originality import service as originality
from services.submissions.originality.domain import Query
from services.submissions.works.domain import HEADS
from shared import tables
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_contest, a_person, email_of
from tests.integration.submissions.entry_builders import an_entry, words
from tests.integration.submissions.originality.test_service import SECRETARY, look_at_all, tell

_LIST = "/tiep-nhan/da-cong-bo"
_IMPORT = _LIST + "/nhap"
_ALIKE = ["Bảng tự kiểm của năm trước", " ".join(words().parts.values()), 2019, "Kỷ yếu 2019", "Bà Lê"]
_OTHER = ["Xe một cửa lưu động", "Xe của phường đến tận thôn nhận hồ sơ.", 2020, "Báo cáo 2020", ""]


async def an_organiser(browser: Callable[[], Browser], store: Store, name: str = "to-chuc") -> Browser:
    """Signed in; of one contest only, as most are."""
    await a_person(store, "organiser", scope="some contest", email=email_of(name))
    visitor = browser()
    await visitor.sign_in(email_of(name))
    return visitor


async def send(visitor: Browser, *rows: list[object], name: str = "ds.xlsx") -> httpx.Response:
    """Upload a table; the answer after the redirect."""
    content = tables.as_xlsx([list(HEADS), *rows], "x") if name.endswith("xlsx") else tables.as_csv([HEADS, *rows])
    await visitor.open(_IMPORT)
    options = {"files": {"file": (name, content)}, "follow_redirects": True}
    return await visitor.submit(_IMPORT, {}, **options)


async def write(visitor: Browser, *rows: list[object], name: str = "ds.xlsx") -> httpx.Response:
    """Upload and confirm."""
    shown = await send(visitor, *rows, name=name)
    return await visitor.submit(str(shown.url.path), {}, follow_redirects=True)


async def test_a_file_is_shown_first_then_written_and_read_again_it_changes_nothing(
    browser: Callable[[], Browser], store: Store
) -> None:
    visitor = await an_organiser(browser, store)
    shown = await send(visitor, _ALIKE, _OTHER)
    assert "Ghi 2 sáng kiến" in shown.text
    assert await likeness.ids(store.read, "work") == set(), "nothing is written before it was confirmed"
    done = await visitor.submit(str(shown.url.path), {}, follow_redirects=True)
    assert "Đã ghi 2 sáng kiến" in done.text
    again = await send(visitor, _ALIKE, [*_OTHER[:4], "Ông Trần"], name="ds.csv")
    assert "Ghi 1 sáng kiến" in again.text, "only the row with another author"
    listed = await visitor.open(f"{_LIST}?tim=xe+mot+cua&nam=2020")
    assert "Xe một cửa lưu động" in listed.text
    assert "Bảng tự kiểm" not in listed.text
    exported = await visitor.get(f"{_LIST}/danh-sach.xlsx?sap-xep=ten")
    assert [row[:1] for row in tables.read(exported.content, max_rows=9)[1:]] == [[_ALIKE[0]], [_OTHER[0]]]


async def test_one_wrong_row_and_nothing_is_written(browser: Callable[[], Browser], store: Store) -> None:
    visitor = await an_organiser(browser, store)
    shown = await send(visitor, _ALIKE, [*_OTHER[:2], "năm kia", "Báo cáo", ""])
    assert "Năm phải gồm bốn chữ số" in shown.text
    refused = await visitor.submit(str(shown.url.path), {})
    assert refused.status_code == 422
    assert await likeness.ids(store.read, "work") == set()
    other = await an_organiser(browser, store, "nguoi-khac")
    assert (await other.get(str(shown.url.path))).status_code == 404, "an import is its maker's"
    nothing = await visitor.submit(_IMPORT, {}, files={"file": ("x.xlsx", b"PK\x03\x04 not a book")})
    assert nothing.status_code == 422


async def test_entries_handed_in_before_are_compared_with_what_is_imported_and_let_go_when_it_is_removed(
    browser: Callable[[], Browser], store: Store
) -> None:
    contest = await a_contest(store)
    entry = await an_entry(store, await a_person(store), contest.id)
    await tell(store, entry.id)
    await look_at_all(store)
    visitor = await an_organiser(browser, store)
    written = await write(visitor, _ALIKE, _OTHER)
    await look_at_all(store)
    [pair] = (await originality.listing(store, Query(), SECRETARY)).pairs
    assert (pair.entry_id, pair.other_title, pair.contest_id) == (entry.id, _ALIKE[0], contest.id)
    other = await an_organiser(browser, store, "nguoi-khac")
    assert (await other.submit(f"{_LIST}/{pair.other_id}/go", {})).status_code == 403
    gone = await visitor.submit(f"{_LIST}/{pair.other_id}/go", {}, follow_redirects=True)
    assert "Đã gỡ" in gone.text
    assert "Bà Lê" not in str(await store.read["works"].get(pair.other_id)), "nothing of it is kept"
    await look_at_all(store)
    assert (await originality.listing(store, Query(), SECRETARY)).pairs == []
    await visitor.submit(str(written.url.path), {}, follow_redirects=True)
    assert await store.read["works"].get(pair.other_id) is None, "a second press brings nothing back"
