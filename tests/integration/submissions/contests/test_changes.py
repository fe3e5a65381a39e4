"""A published contest changes: editions with their differences, frozen rounds, postponements, clones, the archive, documents."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from services.submissions.contests import agents, service
from services.submissions.contests.domain import RoundFrozen, State
from services.submissions.editions import service as editions
from shared import inbox
from shared.clock import now
from shared.errors import Forbidden, Stale
from shared.events.envelope import Envelope, Event
from shared.events.judging import ScoreGiven, SheetSealed
from shared.ids import new_id
from shared.mongo import Store
from shared.topics import Order
from shared.ui.filters import hanoi_input
from tests.integration.submissions.builders import (
    ADMINISTRATOR,
    Browser,
    a_contest,
    a_draft_contest,
    a_person,
    email_of,
    outbox_rows,
    rules,
)
from tests.integration.submissions.contests.test_routes import an_organiser, fields_of
from tests.integration.submissions.entry_builders import a_pdf

Browsers = Callable[[], Browser]
API = "/api/submissions/v1"


async def tell(store: Store, event: Event, agent: str) -> None:
    """A fact of judging, as the worker gets it."""
    fact = Envelope.wrap(event, subject=new_id(), seq=1, by="judge", time=now())
    await inbox.apply(store, f"contests.{agent}", Order.EVERY, fact, getattr(agents, agent))


def a_sheet(contest_id: str) -> SheetSealed:
    known = {"sheet_id": new_id(), "entry_id": new_id(), "judge_id": "j", "total": "80", "sealed_at": now()}
    return SheetSealed.model_validate({**known, "contest_id": contest_id, "round": "preliminary"})


async def test_every_publication_is_kept_whole_with_its_differences(browser: Browsers, store: Store):
    contest = await a_contest(store)
    changed = rules(slug=contest.slug, finalists=8, timetable=contest.timetable.model_dump())
    revised = await service.revise(store, contest.id, changed, version=contest.version, by=ADMINISTRATOR)
    await service.publish(store, contest.id, version=revised.version, by=ADMINISTRATOR, at=now())
    second, first = await editions.of_contest(store.read, contest.id)
    assert (first.number, second.number, first.rules.finalists, second.rules.finalists) == (1, 2, 6, 8)
    assert [(one.label, one.before, one.after) for one in second.changes] == [("Số bài vào chung khảo", "6", "8")]
    public = browser()
    call = await public.open(f"/cuoc-thi/{contest.slug}")
    assert "Thể lệ thay đổi ngày" in call.text
    changes = await public.open(f"/cuoc-thi/{contest.slug}/thay-doi")
    assert "Số bài vào chung khảo" in changes.text
    told = (await public.get(f"{API}/contests/{contest.slug}/editions")).json()["items"]
    assert [one["number"] for one in told] == [2, 1]


async def test_the_first_sealed_sheet_freezes_the_written_round(store: Store):
    contest = await a_contest(store)
    await tell(store, a_sheet(contest.id), "on_sheets")
    frozen = await service.get(store.read, contest.id)
    assert set(frozen.first_scores) == {"preliminary"}
    times = contest.timetable.model_dump()
    with pytest.raises(RoundFrozen):
        await service.revise(
            store,
            contest.id,
            rules(slug=contest.slug, finalists=9, timetable=times),
            version=frozen.version,
            by=ADMINISTRATOR,
        )
    again = await service.get(store.read, contest.id)
    await tell(store, a_sheet(contest.id), "on_sheets")
    assert (await service.get(store.read, contest.id)).version == again.version, "only the first score writes"


async def test_the_first_score_on_stage_freezes_the_final(store: Store):
    contest = await a_contest(store)
    known = {
        "slot_id": "s",
        "entry_id": "e",
        "judge_id": "j",
        "revision": 1,
        "marks": {},
        "total": "9",
        "given_at": now(),
    }
    await tell(store, ScoreGiven.model_validate({**known, "contest_id": contest.id}), "on_slots")
    assert set((await service.get(store.read, contest.id)).first_scores) == {"final"}


async def test_a_postponement_is_read_back_and_told_once(browser: Browsers, store: Store):
    visitor = await an_organiser(browser, store)
    contest = await a_contest(store)
    place = f"/cuoc-thi/quan-ly/{contest.id}/doi-lich"
    form = fields_of((await visitor.open(place)).text)
    later = contest.timetable.closes_at + timedelta(days=7)
    typed = {"version": form["version"], "closes_at": hanoi_input(later), "reason": "Ảnh hưởng mưa bão"}
    read_back = await visitor.submit(place, typed)
    assert "Đổi lịch và báo mọi người" in read_back.text
    assert len(await outbox_rows(store, contest.id)) == 1, "nothing happens before the second press"
    confirmed = {**fields_of(read_back.text), "csrf_token": visitor.csrf_token}
    assert (await visitor.submit(place, confirmed)).status_code == 303
    assert (await visitor.submit(place, confirmed)).status_code == 409, "a double click moves nothing twice"
    rows = await outbox_rows(store, contest.id)
    assert [(row["seq"], row["type"].split(".")[2]) for row in rows] == [
        (1, "published"),
        (2, "published"),
        (3, "rescheduled"),
    ]
    call = await browser().open(f"/cuoc-thi/{contest.slug}")
    assert "Ảnh hưởng mưa bão" in call.text
    assert "Hạn nộp bài" in call.text


async def test_a_postponement_into_the_past_or_without_a_reason_keeps_what_was_typed(browser: Browsers, store: Store):
    visitor = await an_organiser(browser, store)
    contest = await a_contest(store)
    place = f"/cuoc-thi/quan-ly/{contest.id}/doi-lich"
    form = fields_of((await visitor.open(place)).text)
    past = {"version": form["version"], "closes_at": "2020-01-01T08:00", "reason": "Sớm hơn"}
    answer = await visitor.submit(place, past)
    assert answer.status_code == 422
    assert 'value="2020-01-01T08:00"' in answer.text
    assert 'href="#closes_at"' in answer.text
    assert (await visitor.submit(place, {**past, "reason": " "})).status_code == 422


async def test_a_clone_is_a_draft_of_the_next_year_made_once(browser: Browsers, store: Store):
    visitor = await an_organiser(browser, store)
    contest = await a_contest(store, name="Sáng kiến năm 2026", slug="sang-kien-2026")
    place = f"/cuoc-thi/quan-ly/{contest.id}"
    await visitor.open(place)
    answers = [await visitor.submit(f"{place}/nhan-ban", {"client_key": visitor.client_key}) for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    made = await service.get(store.read, answers[0].headers["location"].rpartition("/")[2])
    assert (made.state, made.year, made.slug, made.name) == (State.DRAFT, 2027, "sang-kien-2027", "Sáng kiến năm 2027")
    assert "Nhân bản từ cuộc thi trước" in (await visitor.open(f"/cuoc-thi/quan-ly/{made.id}")).text
    other = await service.clone(store, contest.id, key="another", by=ADMINISTRATOR, at=now())
    assert (await service.get(store.read, other["contest_id"])).slug != made.slug


async def test_who_organises_one_contest_only_does_not_make_new_ones(store: Store):
    contest = await a_contest(store)
    own = await a_person(store, "organiser", scope=contest.id)
    with pytest.raises(Forbidden):
        await service.clone(store, contest.id, key="k", by=own, at=now())


async def test_an_archived_contest_leaves_the_lists_and_keeps_its_page(browser: Browsers, store: Store):
    visitor = await an_organiser(browser, store)
    over, at = await a_contest(store, at=now() - timedelta(days=40)), now()
    place = f"/cuoc-thi/quan-ly/{over.id}"
    assert (await visitor.submit(f"{place}/luu-tru", {"version": over.version})).status_code == 303
    assert over.slug not in (await browser().open("/cuoc-thi")).text
    assert "Cuộc thi đã lưu trữ" in (await browser().open(f"/cuoc-thi/{over.slug}")).text
    assert (await service.get(store.read, over.id)).state is State.ARCHIVED
    assert '"state":"archived"' in (await outbox_rows(store, over.id))[-1]["value"]
    with pytest.raises(Stale):
        await service.archive(store, over.id, version=over.version, by=ADMINISTRATOR, at=at)


async def test_a_document_is_published_with_the_call_and_sandboxed(browser: Browsers, store: Store):
    visitor = await an_organiser(browser, store)
    draft = await a_draft_contest(store)
    place = f"/cuoc-thi/quan-ly/{draft.id}"
    await visitor.open(f"{place}/buoc/tai-lieu")
    fields = {"csrf_token": visitor.csrf_token, "version": str(draft.version), "title": "Thể lệ"}
    wrong = await visitor.post(
        f"{place}/tai-lieu", data=fields, files={"file": ("a.pdf", b"MZ not a pdf", "application/pdf")}
    )
    assert wrong.status_code == 422
    assert 'value="Thể lệ"' in wrong.text
    added = await visitor.post(
        f"{place}/tai-lieu", data=fields, files={"file": ("the-le.pdf", a_pdf(), "application/pdf")}
    )
    assert added.status_code == 303, added.text
    contest = await service.get(store.read, draft.id)
    hidden = f"/cuoc-thi/{contest.slug}/tai-lieu/{contest.documents[0].id}"
    assert (await browser().get(hidden)).status_code == 404, "a draft publishes nothing"
    await service.publish(store, contest.id, version=contest.version, by=ADMINISTRATOR, at=now())
    answer = await browser().get(hidden)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "Thể lệ" in (await browser().open(f"/cuoc-thi/{contest.slug}")).text


async def test_who_is_shut_out_by_name_is_not_told_to_the_public(browser: Browsers, store: Store):
    contest = await a_contest(store, excluded={"roles": ["judge"], "person_ids": ["somebody"]})
    public = await browser().get(f"{API}/contests/{contest.slug}")
    assert "somebody" not in public.text
    assert "somebody" not in (await browser().open(f"/cuoc-thi/{contest.slug}")).text


async def test_all_of_it_over_json(browser: Browsers, store: Store):
    await a_person(store, "organiser", email=email_of("to-chuc"))
    visitor = browser()
    bearer = await visitor.bearer(email_of("to-chuc"))
    contest = await a_contest(store)
    later = (contest.timetable.closes_at + timedelta(days=3)).isoformat()
    place = f"{API}/contests/{contest.id}"
    moved = await visitor.post(
        f"{place}/postpone",
        json={"version": contest.version, "moves": {"closes_at": later}, "reason": "Mưa"},
        headers=bearer,
    )
    assert (moved.status_code, moved.json()["edition"]) == (200, 2), moved.text
    cloned = await visitor.post(f"{place}/clone", json={"client_key": "k"}, headers=bearer)
    assert cloned.status_code == 201
    early = await visitor.post(f"{place}/archive", json={"version": moved.json()["version"]}, headers=bearer)
    assert (early.status_code, early.json()["code"]) == (409, "contest_not_over")
