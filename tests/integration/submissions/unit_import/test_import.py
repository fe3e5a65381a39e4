"""The 126 wards and communes from a file: three wrong rows keep everything out, the mended file is written once."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from deploy.demo import load
from services.submissions.units import service as units
from services.submissions.units.domain import COLUMNS, LEVELS, Unit
from shared import tables
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_person, email_of, some_units

Browsers = Callable[[], Browser]
CITY = Unit(id="ha-noi", name="Thành phố Hà Nội", level="city")
PAGE = "/don-vi/nhap"


def rows() -> list[list[object]]:
    """The heads and a line for each ward and commune of after 1/7/2025."""
    found = [unit for unit in load.load().units if unit.level in ("ward", "commune")]
    lines: list[list[object]] = [
        ["", one.name, LEVELS[one.level], CITY.name, "01/07/2025", "", "", ""] for one in found
    ]
    return [list(COLUMNS.values()), *lines]


@pytest.fixture
async def visitor(browser: Browsers, store: Store) -> Browser:
    """An administrator on the page of the import, with the city in the tree."""
    await some_units(store, CITY)
    await a_person(store, "administrator", email=email_of("quan-tri"))
    made = browser()
    await made.sign_in(email_of("quan-tri"))
    await made.open(PAGE)
    return made


async def upload(visitor: Browser, made: list[list[object]], *, suffix: str = "xlsx") -> httpx.Response:
    content = tables.as_xlsx(made, "Đơn vị") if suffix == "xlsx" else tables.as_csv(made)
    files = {"file": (f"don-vi.{suffix}", content, "application/octet-stream")}
    return await visitor.post(PAGE, data={"csrf_token": visitor.csrf_token}, files=files)


async def facts(store: Store) -> int:
    return await store.read["outbox"].count({"type": "submissions.unit.updated.v1"})


async def test_three_wrong_rows_are_named_and_nothing_is_written(visitor: Browser, store: Store) -> None:
    wrong = rows()
    assert len(wrong) == 127
    wrong[4][1], wrong[9][2], wrong[50][4] = "", "Tổ dân phố", "31/02/2025"
    before = await facts(store)
    place = (await upload(visitor, wrong)).headers["location"]
    shown = (await visitor.open(place)).text
    assert "Chưa ghi gì" in shown
    listed = (await visitor.get(f"{place}/loi.csv")).content.decode("utf-8-sig").splitlines()[1:]
    assert [line.split(",")[:2] for line in listed] == [
        ['"5"', '"Tên đơn vị"'], ['"10"', '"Cấp"'], ['"51"', '"Từ ngày"'],
    ]  # fmt: skip
    refused = await visitor.submit(place, {})
    assert refused.status_code == 422
    assert len(await units.every(store.read)) == 1
    assert await facts(store) == before


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
async def test_the_mended_file_is_written_whole_and_once(visitor: Browser, store: Store, suffix: str) -> None:
    before = await facts(store)
    place = (await upload(visitor, rows(), suffix=suffix)).headers["location"]
    assert "126" in (await visitor.open(place)).text
    assert len(await units.every(store.read)) == 1, "reading writes nothing"
    answers = await asyncio.gather(*(visitor.submit(place, {}) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {303}
    assert len(await units.every(store.read)) == 127
    assert await facts(store) == before + 126
    again = (await upload(visitor, rows(), suffix=suffix)).headers["location"]
    assert "Không có gì thay đổi" in (await visitor.open(again)).text


async def test_a_file_that_is_no_table_is_refused_in_words(visitor: Browser) -> None:
    files = {"file": ("anh.xlsx", b"\x89PNG not a table \xff", "application/octet-stream")}
    answer = await visitor.post(PAGE, data={"csrf_token": visitor.csrf_token}, files=files)
    assert answer.status_code == 422
    assert "Không đọc được tệp này" in answer.text


async def test_an_import_is_nobody_elses_and_not_for_whoever_runs_one_contest(
    visitor: Browser, browser: Browsers, store: Store
) -> None:
    place = (await upload(visitor, rows())).headers["location"]
    await a_person(store, "administrator", email=email_of("khac"))
    other = browser()
    await other.sign_in(email_of("khac"))
    assert (await other.get(place)).status_code == 404
    await a_person(store, "organiser", scope="one contest", email=email_of("mot-cuoc-thi"))
    one = browser()
    await one.sign_in(email_of("mot-cuoc-thi"))
    assert (await one.get(PAGE)).status_code == 403
    await one.open("/don-vi")
    assert (await upload(one, rows())).status_code == 403


async def test_the_template_is_a_file_that_the_import_reads(visitor: Browser, store: Store) -> None:
    for suffix in ("xlsx", "csv"):
        content = (await visitor.get(f"{PAGE}/mau.{suffix}")).content
        read = tables.read(content, max_rows=10)
        assert read[0] == list(COLUMNS.values())
        place = (await upload(visitor, [list(row) for row in read], suffix=suffix)).headers["location"]
        assert "2" in (await visitor.open(place)).text
        assert "Chỗ sai" not in (await visitor.open(place)).text
