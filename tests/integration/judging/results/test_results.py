"""From the score log to the published result: the order of the steps, the file, the public page."""

import asyncio
import hashlib
import json

import httpx
import pytest

from deploy import verify
from services.judging.copies import service as copies
from services.judging.finals import service as finals
from services.judging.results import domain
from services.judging.results import service as results
from services.judging.scorelog import domain as chain
from services.judging.scorelog import service as scorelog
from shared.errors import Forbidden, NotFound
from shared.identity import Person
from shared.ids import new_id
from tests.integration.judging import builders
from tests.integration.judging.builders import CHAIR, CONTEST, ORGANISER, outbox_rows
from tests.integration.judging.finals.builders import (
    SLUG,
    a_marked_round,
    act,
    drawn,
    give,
    locked,
    named,
    play,
    published,
    signed,
)

BOTH = Person("both-1", "Phạm Kiêm Nhiệm", frozenset({("chair", CONTEST), ("organiser", CONTEST)}))


async def name(store, **about):
    wanted = {"codes": None, "count": None, "reason": "", **about}
    return await results.name_finalists(store, CONTEST, act(ORGANISER), **wanted)


async def codes_of(store, *entries):
    return [(await copies.script(store.read, entry)).code for entry in entries]


async def test_the_ranking_comes_from_the_log_with_every_mark(store):
    panel = await a_marked_round(store)
    standing = await results.standing(store.read, CONTEST, "preliminary")
    assert [(one.entry_id, one.rank, f"{one.score}") for one in standing.places] == [
        ("entry-0", 1, "25.00"),
        ("entry-1", 2, "24.00"),
        ("entry-2", 3, "23.00"),
    ]
    assert all(len(one.readers) == 2 for one in standing.places)
    assert set(standing.judges) <= {judge.id for judge in panel}


async def test_the_best_are_named_once_and_told(store):
    await a_marked_round(store)
    answer = await name(store)
    assert [one["rank"] for one in answer["finalists"]] == [1, 2]
    rows = await outbox_rows(store, f"{CONTEST}:preliminary")
    [row] = [row for row in rows if row["topic"] == "judging.results"]
    assert (row["type"], row["seq"]) == ("judging.finalists.named.v1", 1)
    finalists = json.loads(row["value"])["data"]["finalists"]
    assert [one["entry_id"] for one in finalists] == ["entry-0", "entry-1"]
    with pytest.raises(domain.AlreadyNamed):
        await name(store)


async def test_unfinished_marking_is_named_by_code(store):
    _, _, given = await builders.a_written_round(store)
    await builders.a_sealed_sheet(store, given[0])
    with pytest.raises(domain.NothingRanked):
        await name(store)
    for one in given[1:]:
        if one.entry_id == given[0].entry_id:
            await builders.a_sealed_sheet(store, one)
    with pytest.raises(domain.MarkingUnfinished) as unfinished:
        await name(store)
    codes = {script.code for script in await copies.scripts(store.read, CONTEST)}
    assert set(unfinished.value.details["unfinished"]) < codes


async def test_a_tie_at_the_cut_is_decided_by_the_organiser_with_a_reason(store):
    _, _, given = await builders.a_written_round(store)
    for one in given:
        await builders.a_sealed_sheet(store, one, 7, 15)
    with pytest.raises(domain.TieAtCut) as tie:
        await name(store)
    tied = tie.value.details["tied"]
    assert len(tied) == 4
    with pytest.raises(domain.ReasonNeeded):
        await name(store, codes=tied[:2])
    answer = await name(store, codes=tied[:2], reason="Tính mới cao hơn")
    assert sorted(one["code"] for one in answer["finalists"]) == sorted(tied[:2])
    [line] = await scorelog.lines(store.read, CONTEST, kinds=("finalists.named",))
    assert line.data["reason"] == "Tính mới cao hơn"


async def test_a_tie_is_put_in_order_by_the_chair_only(store):
    _, _, given = await builders.a_written_round(store, scripts=3)
    for one in given:
        await builders.a_sealed_sheet(store, one, 7, 15)
    order = sorted(script.code for script in await copies.scripts(store.read, CONTEST))[::-1]
    wanted = {"round_": "preliminary", "codes": order, "reason": "Tính mới"}
    with pytest.raises(Forbidden):
        await results.decide_tie(store, CONTEST, act(ORGANISER), **wanted)
    await results.decide_tie(store, CONTEST, act(CHAIR), **wanted)
    places = (await results.standing(store.read, CONTEST, "preliminary")).places
    codes = {script.entry_id: script.code for script in await copies.scripts(store.read, CONTEST)}
    assert [codes[one.entry_id] for one in places] == order
    assert [one.rank for one in places] == [1, 2, 3]
    assert len((await name(store))["finalists"]) == 2


async def test_signing_before_the_lock_and_publishing_before_the_signature_are_refused(store):
    await play(store)
    with pytest.raises(domain.NotLocked):
        await results.sign_off(store, CONTEST, act(CHAIR))
    with pytest.raises(domain.NotSigned):
        await results.publish(store, CONTEST, act(ORGANISER))


async def test_only_the_chair_signs_and_only_another_person_publishes(store):
    await locked(store)
    with pytest.raises(Forbidden):
        await results.sign_off(store, CONTEST, act(ORGANISER))
    await results.sign_off(store, CONTEST, act(BOTH))
    with pytest.raises(domain.SignerMayNotPublish):
        await results.publish(store, CONTEST, act(BOTH))
    with pytest.raises(Forbidden):
        await results.publish(store, CONTEST, act(CHAIR))
    answer = await results.publish(store, CONTEST, act(ORGANISER))
    assert (answer["slug"], answer["result_version"]) == (SLUG, 1)


async def test_a_tie_across_prizes_stops_the_signature_until_the_chair_decides(store):
    await named(store)
    await finish(store, novelty=lambda _: 8)
    with pytest.raises(domain.TieUndecided) as tie:
        await results.sign_off(store, CONTEST, act(CHAIR))
    order = tie.value.details["tied"]
    await results.decide_tie(store, CONTEST, act(CHAIR), round_="final", codes=order, reason="Nội dung")
    await results.sign_off(store, CONTEST, act(CHAIR))
    standing = await results.standing(store.read, CONTEST, "final")
    assert [place.prize_id for place in standing.result.places] == ["A1", None]


async def test_a_published_result_is_told_with_the_digest_of_its_file(store):
    answer = await published(store)
    [row] = await outbox_rows(store, f"{CONTEST}:final")
    fact = json.loads(row["value"])["data"]
    assert fact["file_sha256"] == answer["file_sha256"]
    assert [(place["rank"], place["prize_id"]) for place in fact["places"]] == [(1, "A1"), (2, None)]
    chain.verify(await scorelog.lines(store.read, CONTEST))


async def test_the_published_file_counts_to_the_same_result_and_carries_no_name(store):
    await published(store)
    result, content = await results.file(store, SLUG)
    assert hashlib.sha256(content).hexdigest() == result.file_sha256
    report = verify.examine(content)
    assert report.faults == []
    assert report.log_head == result.log_head
    text = content.decode()
    assert "Giám khảo judge" not in text
    assert "author-of" not in text
    for place in range(0, len(content), len(content) // 60):
        altered = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        assert not verify.examine(altered).equal


async def test_publishing_twice_at_once_makes_one_result(store):
    await signed(store)
    outcomes = await asyncio.gather(
        *(results.publish(store, CONTEST, act(ORGANISER)) for _ in range(3)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["AlreadyPublished", "AlreadyPublished", "dict"]
    key = new_id()
    with pytest.raises(domain.AlreadyPublished):
        await results.publish(store, CONTEST, act(ORGANISER, key))
    assert len(await outbox_rows(store, f"{CONTEST}:final")) == 1


async def test_the_same_key_gives_the_same_publication(store):
    await signed(store)
    key = new_id()
    first = await results.publish(store, CONTEST, act(ORGANISER, key))
    assert await results.publish(store, CONTEST, act(ORGANISER, key)) == first


async def test_a_contest_that_changed_since_the_signature_is_not_published(store):
    await signed(store)
    prizes = [{"id": "A9", "title": "Giải khác", "track": "individual", "rank": 1, "count": 2}]
    await builders.a_contest(store, version=2, prizes=prizes)
    with pytest.raises(domain.ResultMoved):
        await results.publish(store, CONTEST, act(ORGANISER))


async def test_nothing_is_public_before_the_publication(store):
    await signed(store)
    with pytest.raises(NotFound):
        await results.file(store, SLUG)
    with pytest.raises(NotFound):
        await results.visible(store.read, CONTEST, None)
    assert (await results.visible(store.read, CONTEST, ORGANISER)).places


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


async def finish(store, novelty=lambda position: 10 - position):
    await finals.draw(store, CONTEST, act(ORGANISER), asked="a seed", fresh="")
    judges = await copies.judges(store.read, CONTEST)
    for slot in await finals.slots(store.read, CONTEST):
        await finals.open_slot(store, slot.id, act(ORGANISER))
        for judge in judges:
            await give(store, slot, builders.a_judge(judge.id), novelty(slot.position))
        await finals.close_slot(store, slot.id, act(ORGANISER))
    await finals.lock(store, CONTEST, act(ORGANISER))


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


async def test_a_final_that_nobody_marked_has_its_entries_without_places(store):
    await drawn(store)
    standing = await results.standing(store.read, CONTEST, "final")
    assert {one.state for one in standing.places} == {"unmarked"}
