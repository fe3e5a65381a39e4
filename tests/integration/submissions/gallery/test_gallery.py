"""The gallery: shown after the result and with every author's consent, gone at once without it, found without marks."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from services.submissions.consents import service as consents
from services.submissions.consents.domain import Decision
from services.submissions.contests.domain import Contest
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.erasures import service as erasures
from services.submissions.gallery import service
from services.submissions.gallery.domain import Query
from shared.clock import now
from shared.errors import NotFound
from shared.events.judging import Place, ResultPublished
from shared.identity import Person
from shared.mongo import Store
from tests.integration.submissions.builders import ADMINISTRATOR, Browser, a_contest, a_person
from tests.integration.submissions.entry_builders import SECRET, an_entry, words

TITLES = {
    "hoa": ("Đường hoà nhập cộng đồng", "Nội dung nói về bến xe."),
    "ho-tich": ("Sổ tay hộ tịch", "Người dân khai sinh một cửa tại nhà."),
    "mot-cua": ("Một cửa liên thông", "Bỏ giấy tờ trùng lặp."),
    "cua": ("Cửa hàng một giá", "Không liên quan, nhưng có chữ cửa và chữ một."),
}


async def agree(store: Store, person: Person, *, given: bool = True) -> None:
    await consents.decide(store, Decision(purpose="gallery", given=given, version=1), by=person, at=now())
    await store.transaction(lambda tx: service.refresh_person(tx, person.id))  # as the agent does


EFFECT = {"what": "time", "amount": "2,5", "unit": "giờ/hồ sơ", "basis": "Đo 40 hồ sơ trước và sau."}


async def accepted(store: Store, author: Person, contest: Contest, title: str = "", text: str = "") -> Entry:
    changes = {"title": title, "parts": {"situation": text, "solution": text}} if title else {"effects": [EFFECT]}
    entry = await an_entry(store, author, contest.id, **changes)
    await store.transaction(lambda tx: entries.accept(tx, entry.id, ADMINISTRATOR, now()))
    return await entries.get(store.read, entry.id)


async def publish(store: Store, contest: Contest, *winners: Entry, at: datetime | None = None) -> None:
    places = [
        Place(entry_id=one.id, rank=rank, score=Decimal(90), track="individual", prize_title="Giải Nhất")
        for rank, one in enumerate(winners, 1)
    ]
    told = ResultPublished(
        contest_id=contest.id, result_version=1, slug=contest.slug, places=places, file_sha256="0", log_head="0",
        published_at=at or now(),
    )  # fmt: skip
    await store.transaction(lambda tx: service.hear_result(tx, told))
    while await service.fill_next(store):
        pass


async def shown(store: Store, search: str = "", **query: Any) -> list[str]:
    listing = await service.listed(store, Query(search=search, **query))
    assert listing.total >= len(listing.showings)
    return [one.item.title for one in listing.showings]


@dataclass
class Case:
    author: Person
    contest: Contest
    entry: Entry


@pytest.fixture
async def case(store: Store) -> Case:
    """An accepted entry of somebody who agreed, its result not public yet."""
    author, contest = await a_person(store, name="Lê Thị Đồng Ý"), await a_contest(store)
    await agree(store, author)
    return Case(author, contest, await accepted(store, author, contest))


async def test_an_entry_is_read_by_everybody_once_its_result_is_public(
    store: Store, case: Case, browser: Callable[[], Browser]
) -> None:
    visitor, address = browser(), f"/sang-kien/{case.entry.id}"
    silent = await a_person(store, name="Canary Im Lặng")
    hidden = await accepted(store, silent, case.contest, "Bài của người không đồng ý", "Canary nội dung")
    assert await shown(store) == []
    assert (await visitor.get(address)).status_code == 404
    await publish(store, case.contest, case.entry)
    listing = await visitor.open("/sang-kien")
    assert words().title in listing.text
    assert "Giải Nhất" in listing.text
    assert "không đồng ý" not in listing.text
    page = await visitor.open(address)
    assert page.status_code == 200
    for text in (
        "Lê Thị Đồng Ý",
        "2,5 giờ/hồ sơ",
        EFFECT["basis"],
        words().parts["solution"],
        "Cải tiến quy trình",
        f"/ket-qua/{case.contest.slug}",
    ):
        assert text in page.text
    assert (await visitor.get(f"/sang-kien/{hidden.id}")).status_code == 404
    listed = (await visitor.get("/api/submissions/v1/gallery")).json()
    assert [one["authors"] for one in listed["items"]] == [["Lê Thị Đồng Ý"]]


async def test_consent_that_comes_after_the_result_brings_an_entry_in_and_its_withdrawal_takes_it_out_at_once(
    store: Store, case: Case, browser: Callable[[], Browser]
) -> None:
    late, visitor = await a_person(store), browser()
    entry = await accepted(store, late, case.contest, "Bài đến sau", "Nội dung của bài đến sau.")
    await publish(store, case.contest)
    assert "Bài đến sau" not in await shown(store)
    await an_entry(store, late, case.contest.id, title="Bài chưa được tiếp nhận")
    await agree(store, late)
    assert set(await shown(store)) == {"Bài đến sau", words().title}, "and nothing that was not accepted"
    # The consent itself decides: no agent has heard of the withdrawal yet.
    await consents.decide(store, Decision(purpose="gallery", given=False, version=1), by=late, at=now())
    assert "Bài đến sau" not in await shown(store)
    assert (await visitor.get(f"/sang-kien/{entry.id}")).status_code == 404
    await store.transaction(lambda tx: service.refresh_person(tx, late.id))
    assert "Nội dung của bài đến sau" not in str(await store.read["gallery"].find({}))


async def test_every_author_must_agree(store: Store, case: Case) -> None:
    other = await a_person(store, name="Đồng Tác Giả")
    await store.read["entries"].update({"_id": case.entry.id}, {"$set": {"author_ids": [case.author.id, other.id]}})
    await publish(store, case.contest)
    assert await shown(store) == []
    await agree(store, other)
    assert (await service.view(store, case.entry.id)).names == ["Lê Thị Đồng Ý", "Đồng Tác Giả"]


async def test_an_erased_author_takes_the_entry_out_for_good(store: Store, case: Case) -> None:
    await publish(store, case.contest)
    await erasures.begin(store, case.author.id, by=ADMINISTRATOR.id, secret_key=SECRET, at=now())
    assert await shown(store) == []
    with pytest.raises(NotFound):
        await service.view(store, case.entry.id)
    entry = await entries.get(store.read, case.entry.id)
    await store.transaction(lambda tx: service.forget(tx, entry.id))
    await store.transaction(lambda tx: service.refresh(tx, entry.id))
    assert await store.read["gallery"].get(entry.id) == {"_id": entry.id, "shown": False, "gone": True}


@pytest.fixture
async def library(store: Store) -> None:
    """Four entries of one contest, a fifth of another year."""
    author = await a_person(store)
    await agree(store, author)
    contest = await a_contest(store)
    made = {name: await accepted(store, author, contest, *pair) for name, pair in TITLES.items()}
    await publish(store, contest, made["hoa"])
    older = await a_contest(store, year=2019, short_name="Sáng kiến 2019")
    await accepted(store, author, older, "Bài năm cũ", "Một cửa thời trước, không có chữ kia trong tên.")
    await publish(store, older)


@pytest.mark.usefixtures("library")
async def test_search_finds_words_and_phrases_without_marks_the_best_first(store: Store) -> None:
    titles = {name: title for name, (title, _) in TITLES.items()}
    for typed in ("hòa nhập", "HOÀ NHẬP", "hoa nhap", unicodedata.normalize("NFD", "hoà nhập"), "duong hoa"):
        assert await shown(store, typed) == [titles["hoa"]], typed
    found = await shown(store, "mot cua")
    assert found[:2] == [titles["mot-cua"], titles["cua"]]
    assert set(found[2:]) == {titles["ho-tich"], "Bài năm cũ"}
    assert set(await shown(store, '"mot cua"')) == {titles["mot-cua"], titles["ho-tich"], "Bài năm cũ"}
    assert await shown(store, "không có bài nào như thế") == []
    assert await shown(store, ". * ( [ $") == []


@pytest.mark.usefixtures("library")
async def test_filters_narrow_the_list_and_name_what_there_is(store: Store, browser: Callable[[], Browser]) -> None:
    assert await shown(store, year=2019) == ["Bài năm cũ"]
    assert await shown(store, prize="Giải Nhất") == [TITLES["hoa"][0]]
    assert await shown(store, "cua", year=2019, field="Cải tiến quy trình") == ["Bài năm cũ"]
    assert await shown(store, field="Không có") == []
    visitor = browser()
    page = await visitor.open("/sang-kien?tim=mot+cua&nam=2019&trang=x")
    assert "<mark>Một</mark>" in page.text
    assert "1–1 trong 1" in page.text
    assert 'value="2019" selected' in page.text
    assert (await visitor.open("/sang-kien?trang=99&nam=abc")).status_code == 200


async def test_pages_hold_twenty_and_nothing_is_missing_or_shown_twice(store: Store, case: Case) -> None:
    await publish(store, case.contest)
    kept = await store.read["gallery"].get(case.entry.id)
    assert kept is not None
    copies = [{**kept, "_id": f"copy-{number:02}"} for number in range(44)]
    await store.read["gallery"].insert_all(copies)
    for search in ("", "ho so"):
        pages = [(await service.listed(store, Query(search=search, page=page))).showings for page in (1, 2, 3, 4)]
        assert [len(one) for one in pages] == [20, 20, 5, 0]
        assert len({one.item.id for page in pages for one in page}) == 45
