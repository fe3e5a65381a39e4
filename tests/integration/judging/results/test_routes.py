"""The desk of the results, the public page and the JSON, as browsers and programs meet them."""

import hashlib

import httpx
import pytest

from services.judging.copies import service as copies
from services.judging.results import service as results
from shared.identity import Person
from shared.ids import new_id
from tests.integration.judging import builders
from tests.integration.judging.builders import CHAIR, CONTEST, ORGANISER
from tests.integration.judging.finals.builders import SLUG, a_marked_round, finish, named, published


@pytest.fixture
async def visitor(app):
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sangkien.example") as client:
        yield client


async def test_the_public_page_names_authors_prizes_and_the_file_and_is_asked_for_once(store, visitor):
    await builders.a_person(store, Person("author-of-entry-0", "Nguyễn Thị Ánh Dương", frozenset()))
    assert (await visitor.get(f"/ket-qua/{SLUG}")).status_code == 404
    await published(store)
    page = await visitor.get(f"/ket-qua/{SLUG}")
    result = await results.find_published(store.read, SLUG)
    for words in ("Nguyễn Thị Ánh Dương", "Giải Nhất", "Sáng kiến số 1", result.file_sha256, "deploy verify"):
        assert words in page.text
    again = await visitor.get(f"/ket-qua/{SLUG}", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    file = await visitor.get(f"/ket-qua/{SLUG}/tep")
    assert hashlib.sha256(file.content).hexdigest() == result.file_sha256
    assert SLUG in (await visitor.get("/ket-qua")).text


async def test_the_desk_takes_a_contest_from_its_marks_to_its_published_result(store, browser):
    await a_marked_round(store)
    desk, base = browser(ORGANISER), f"/ket-qua/quan-ly/{CONTEST}"

    async def step(who, path, **fields):
        await who.open(base)
        answer = await who.submit(f"{base}/{path}", {"client_key": new_id(), **fields}, follow_redirects=True)
        return answer.text

    assert "Sáng kiến số 0" in (await desk.open(base)).text
    assert "Đã công bố danh sách vào chung khảo" in await step(desk, "vao-chung-khao")
    await finish(store)
    chair = browser(CHAIR)
    assert "Hãy đánh dấu ô xác nhận" in await step(chair, "ky-duyet")
    assert "Đã ký duyệt kết quả" in await step(chair, "ky-duyet", confirm="1")
    assert "Đã công bố tại" in await step(desk, "cong-bo", confirm="1")


async def test_the_desk_shows_a_tie_keeps_what_was_typed_and_takes_the_decision(store, browser):
    _, _, given = await builders.a_written_round(store)
    for one in given:
        await builders.a_sealed_sheet(store, one, 7, 15)
    desk, base = browser(ORGANISER), f"/ket-qua/quan-ly/{CONTEST}"
    assert "đồng hạng" not in (await desk.open(base)).text
    refused = await desk.submit(f"{base}/vao-chung-khao", {"client_key": new_id()})
    assert refused.status_code == 409
    assert "bằng điểm ở vị trí cuối" in refused.text
    codes = sorted(script.code for script in await copies.scripts(store.read, CONTEST))
    fields = {"client_key": new_id(), "chosen[]": codes[:2]}
    refused = await desk.submit(f"{base}/vao-chung-khao", fields)
    assert (refused.status_code, refused.text.count("checked")) == (422, 2)
    taken = await desk.submit(f"{base}/vao-chung-khao", {**fields, "client_key": new_id(), "reason": "Tính mới"})
    assert taken.status_code == 303


async def test_a_tie_is_put_in_order_on_the_desk(store, browser):
    _, _, given = await builders.a_written_round(store, scripts=2)
    for one in given:
        await builders.a_sealed_sheet(store, one, 7, 15)
    desk, base = browser(CHAIR), f"/ket-qua/quan-ly/{CONTEST}"
    assert "đồng hạng" in (await desk.open(base)).text
    first, second = sorted(script.code for script in await copies.scripts(store.read, CONTEST))
    fields = {"client_key": new_id(), "round": "preliminary", "reason": "Tính mới"}
    wrong = await desk.submit(f"{base}/xep-thu-tu", {**fields, f"position.{first}": "1", f"position.{second}": "1"})
    assert wrong.status_code == 422
    fields |= {f"position.{first}": "2", f"position.{second}": "1"}
    assert (await desk.submit(f"{base}/xep-thu-tu", fields)).status_code == 303
    places = (await results.standing(store.read, CONTEST, "preliminary")).places
    assert [one.rank for one in places] == [1, 2]


async def test_the_desk_is_closed_to_judges_and_to_others(store, browser):
    panel = await named(store)
    for stranger in (panel[0], Person("o2", "Người khác", frozenset({("organiser", "contest-2")}))):
        assert (await browser(stranger).open(f"/ket-qua/quan-ly/{CONTEST}")).status_code in (403, 404)


async def test_a_result_is_made_over_json(store, browser):
    await a_marked_round(store)
    desk, chair = browser(ORGANISER), browser(CHAIR)
    ranking = (await desk.call("GET", f"/contests/{CONTEST}/ranking")).json()
    assert [one["score"] for one in ranking["entries"]] == ["25.00", "24.00", "23.00"]
    answer = await desk.call("POST", f"/contests/{CONTEST}/finalists", {"client_key": new_id(), "count": 2})
    assert [one["rank"] for one in answer.json()["finalists"]] == [1, 2]
    early = await chair.call("POST", f"/contests/{CONTEST}/result/sign-off", {"client_key": new_id()})
    assert (early.status_code, early.json()["code"]) == (409, "final_not_locked")
    await finish(store)
    assert (
        await chair.call("POST", f"/contests/{CONTEST}/result/sign-off", {"client_key": new_id()})
    ).status_code == 200
    done = (await desk.call("POST", f"/contests/{CONTEST}/result/publish", {"client_key": new_id()})).json()
    shown = (await desk.call("GET", f"/contests/{CONTEST}/result")).json()
    assert (shown["state"], shown["file_sha256"]) == ("published", done["file_sha256"])
