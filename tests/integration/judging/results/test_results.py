"""From the score log to the published result: the order of the steps, the file, the public page."""

import asyncio
import hashlib
import json
from typing import Any

import pytest

from deploy import verify
from services.judging.copies import service as copies
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
    finish,
    locked,
    named,
    play,
    published,
    signed,
)

BOTH = Person("both-1", "Phạm Kiêm Nhiệm", frozenset({("chair", CONTEST), ("organiser", CONTEST)}))


async def name(store, **about):
    wanted: dict[str, Any] = {"codes": None, "count": None, "reason": "", **about}
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
    waiting: Any = unfinished.value.details["unfinished"]
    assert set(waiting) < codes


async def test_a_tie_at_the_cut_is_decided_by_the_organiser_with_a_reason(store):
    _, _, given = await builders.a_written_round(store)
    for one in given:
        await builders.a_sealed_sheet(store, one, 7, 15)
    with pytest.raises(domain.TieAtCut) as tie:
        await name(store)
    tied: Any = tie.value.details["tied"]
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
    wanted: dict[str, Any] = {"round_": "preliminary", "codes": order, "reason": "Tính mới"}
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
    order: Any = tie.value.details["tied"]
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
    entries = [one for one in json.loads(text)["entries"] if "title" in one]
    assert {one["authors"][0]["id"] for one in entries} == {f"author-of-{one['entry_id']}" for one in entries}
    for place in range(0, len(content), len(content) // 60):
        altered = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        assert not verify.examine(altered).equal


async def test_publishing_twice_at_once_makes_one_result(store):
    await signed(store)
    outcomes = await asyncio.gather(
        *(results.publish(store, CONTEST, act(ORGANISER)) for _ in range(3)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["AlreadyPublished", "AlreadyPublished", "dict"]
    assert await files(store) == [(await results.find_published(store.read, SLUG)).file_id]
    key = new_id()
    with pytest.raises(domain.AlreadyPublished):
        await results.publish(store, CONTEST, act(ORGANISER, key))
    assert len(await outbox_rows(store, f"{CONTEST}:final")) == 1


async def files(store):
    """The ids of the stored files, and of those whose bytes are there."""
    kept = [one["_id"] for one in await store.read["blobs.files"].find({})]
    assert {one["files_id"] for one in await store.read["blobs.chunks"].find({})} == set(kept)
    return kept


async def test_a_refused_publication_leaves_no_file_behind(store):
    await locked(store)
    await results.sign_off(store, CONTEST, act(BOTH))
    with pytest.raises(domain.SignerMayNotPublish):
        await results.publish(store, CONTEST, act(BOTH))
    assert await files(store) == []
    await results.publish(store, CONTEST, act(ORGANISER))
    assert await files(store) == [(await results.find_published(store.read, SLUG)).file_id]


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


async def test_a_final_that_nobody_marked_has_its_entries_without_places(store):
    await drawn(store)
    standing = await results.standing(store.read, CONTEST, "final")
    assert {one.state for one in standing.places} == {"unmarked"}
