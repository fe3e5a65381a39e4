"""Units against their quotas: counted from the register, on pages, in files and over JSON, for those who may read it."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest

from services.submissions.contests.domain import Contest
from services.submissions.decisions import service as decisions
from services.submissions.entries import service as entries
from services.submissions.units.domain import Unit
from shared.clock import local, now
from shared.identity import Person, Role
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_contest, a_person, email_of, some_units
from tests.integration.submissions.entry_builders import an_entry, deliver, key

API = "/api/submissions/v1"
YESTERDAY = local(now()).date() - timedelta(days=1)
UNITS = [
    Unit(id="ha-noi", name="Thành phố", level="city"),
    Unit(id="so-a", name="Sở Ăn ở", level="department", parent_id="ha-noi"),
    Unit(id="so-d", name="Sở Đường sá", level="department", parent_id="ha-noi"),
    Unit(id="so-cu", name="Sở Cũ", level="department", valid_to=YESTERDAY, successors=["so-d"]),
    Unit(id="chi-cuc", name="Chi cục Ăn", level="office", parent_id="so-a"),
    Unit(id="phuong", name="Phường Xa", level="ward", parent_id="ha-noi"),
]
QUOTAS = [
    {"id": "so", "title": "Sở, ngành", "unit_level": "department", "minimum": 2, "count_subunits": True},
    {"id": "ph", "title": "Phường", "unit_level": "ward", "minimum": 1, "compulsory": False},
]


@pytest.fixture
async def contest(store: Store) -> Contest:
    """Two entries of so-a (one through its office), one of so-d accepted, one of a unit that ended, one without."""
    await some_units(store, *UNITS)
    made = await a_contest(store, quotas=QUOTAS)
    for unit_id in ("so-a", "chi-cuc", "so-d", "so-cu", None):
        person = await a_person(store, unit_id=unit_id)
        entry = await an_entry(store, person, made.id)
        await deliver(store, entry.id)
        if unit_id == "so-d":
            secretary = await a_person(store, Role.SECRETARY)
            await decisions.accept(store, entry.id, revision=1, key=key(), by=secretary, at=now())
    return made


@pytest.fixture
async def organiser(store: Store, contest: Contest) -> Person:
    return await a_person(store, "organiser", scope=contest.id, email=email_of("to-chuc"))


@pytest.fixture
async def desk(organiser: Person, browser: Callable[[], Browser]) -> Browser:
    made = browser()
    await made.sign_in(email_of("to-chuc"))
    return made


async def test_units_are_counted_with_their_subunits_and_heirs(desk: Browser, contest: Contest) -> None:
    bearer = await desk.bearer(email_of("to-chuc"))
    told = (await desk.get(f"{API}/register/quotas?contest_id={contest.id}", headers=bearer)).json()
    counted = {one["unit"]: (one["handed_in"], one["accepted"], one["stand"]) for one in told["items"]}
    assert counted == {
        "Sở Ăn ở": (2, 0, "quota_handed_in"),
        "Sở Đường sá": (2, 1, "quota_handed_in"),
        "Phường Xa": (0, 0, "below_quota"),
    }
    assert told["elsewhere"] == {"handed_in": 1, "accepted": 0}


async def test_a_withdrawn_entry_no_longer_counts(store: Store, desk: Browser, contest: Contest) -> None:
    entry = next(one for one in await entries.of_contest(store.read, contest.id) if one.unit_id == "so-a")
    owner = Person(entry.owner_id, "", frozenset({("entrant", "*")}))
    await entries.withdraw(store, entry.id, "Thôi", key=key(), by=owner, at=now())
    await deliver(store, entry.id)
    page = await desk.open("/tiep-nhan/chi-tieu?tinh-trang=below_quota")
    assert "Sở Ăn ở" in page.text
    assert "Còn thiếu một bài" in page.text
    assert "Sở Đường sá" not in page.text


async def test_the_page_and_the_files_show_what_was_asked_for(desk: Browser, contest: Contest) -> None:
    page = (await desk.open(f"/tiep-nhan/chi-tieu?cuoc-thi={contest.id}&sap-xep=-nop")).text
    assert page.index("Sở Đường sá") > 0
    assert "Chưa nộp bài nào, còn thiếu một bài" in page
    assert "khuyến khích, ít nhất 1 bài mỗi đơn vị; không tính bài của đơn vị trực thuộc" in page
    file = await desk.get(f"/tiep-nhan/chi-tieu.csv?cuoc-thi={contest.id}&tinh-trang=quota_handed_in&sap-xep=don-vi")
    read = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [row[:7] for row in read[1:]] == [
        ["Sở Ăn ở", "Sở, ngành", "Bắt buộc", "2", "2", "0", "0"],
        ["Sở Đường sá", "Sở, ngành", "Bắt buộc", "2", "2", "1", "0"],
    ]
    book = await desk.get(f"/tiep-nhan/chi-tieu.xlsx?cuoc-thi={contest.id}")
    assert book.content.startswith(b"PK")


async def test_the_desk_of_another_contest_reads_nothing_here(
    store: Store, contest: Contest, browser: Callable[[], Browser]
) -> None:
    other = await a_contest(store)
    await a_person(store, "secretary", scope=other.id, email=email_of("noi-khac"))
    window = browser()
    await window.sign_in(email_of("noi-khac"))
    assert "Không có cuộc thi nào giao chỉ tiêu" in (await window.open("/tiep-nhan/chi-tieu")).text
    for suffix in ("", ".csv", ".xlsx"):
        assert (await window.get(f"/tiep-nhan/chi-tieu{suffix}?cuoc-thi={contest.id}")).status_code == 404
    bearer = await window.bearer(email_of("noi-khac"))
    assert (await window.get(f"{API}/register/quotas?contest_id={contest.id}", headers=bearer)).status_code == 404
