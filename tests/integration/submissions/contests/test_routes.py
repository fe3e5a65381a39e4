"""Contests through the organiser's pages, the public pages and JSON."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import httpx

from services.submissions.contests import service
from shared.clock import now
from shared.mongo import Store
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

API = "/api/submissions/v1"
Browsers = Callable[[], Browser]


def fields_of(html: str) -> dict[str, str]:
    """Text and hidden inputs of the contest form as a browser would send them back."""
    found = {}
    for tag in re.finditer(r"<input\b[^>]*>", html):
        name, value = re.search(r'\bname="([^"]*)"', tag[0]), re.search(r'\bvalue="([^"]*)"', tag[0])
        if name and 'type="checkbox"' not in tag[0]:
            found[name[1]] = unescape(value[1]) if value else ""
    for select in re.finditer(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'value="([^"]*)"[^>]*selected', select[2]) or re.search(r'value="([^"]*)"', select[2])
        found[select[1]] = chosen[1] if chosen else ""
    return found


def first_step(**changes: str) -> dict[str, str]:
    """What the first page of the wizard asks of a new contest."""
    at = now()
    return {
        "name": "Tìm kiếm sáng kiến một cửa", "short_name": "Sáng kiến Một cửa", "year": "2026", "slug": "",
        "timetable.opens_at": hanoi_input(at - timedelta(hours=1)), "timetable.closes_at": hanoi_input(at + timedelta(days=9)),
        "plan.issuer": "UBND thành phố", "plan.number": "34/KH-UBND", "plan.date": "2019-01-29", **changes,
    }  # fmt: skip


STEPS: dict[str, dict[str, str | list[str]]] = {
    "doi-tuong": {
        "entrant_groups.0.title": "Người dân", "entrant_groups.0.track": "individual",
        "entrant_groups.1.title": "", "entrant_groups.1.track": "individual", "excluded.roles[]": ["judge", "secretary"],
        "quotas.0.title": "Các sở", "quotas.0.unit_level": "department", "quotas.0.minimum": "2",
    },
    "bai": {
        "content_groups.0.title": "Một cửa", "content_groups.0.description": "Nơi nhận và trả hồ sơ",
        "parts.0.title": "Hiện trạng", "parts.0.max_words": "300", "parts.0.hint": "Việc gì đang vướng?",
        "form_rules.title_max_words": "40", "form_rules.max_files": "2", "form_rules.max_megabytes": "5",
        "form_rules.media_types[]": "application/pdf",
    },
    "giai": {
        "finalists": "6", "presentation_minutes": "10", "question_minutes": "5", "complaint_days": "10",
        "prizes.0.title": "Giải Nhất", "prizes.0.track": "individual", "prizes.0.rank": "1", "prizes.0.count": "1",
    },
}  # fmt: skip


async def begun(visitor: Browser, **changes: str) -> str:
    """A contest with its first step; the address of its page."""
    await visitor.open("/cuoc-thi/quan-ly/moi")
    fields = {"client_key": visitor.client_key, **first_step(**changes)}
    saved = await visitor.submit("/cuoc-thi/quan-ly/moi", fields)
    assert saved.status_code == 303, saved.text
    return saved.headers["location"].partition("/buoc/")[0]


async def fill(visitor: Browser, place: str, step: str, **changes: str) -> httpx.Response:
    """A step as somebody fills it who has just opened it."""
    version = fields_of((await visitor.open(f"{place}/buoc/{step}")).text)["version"]
    return await visitor.submit(f"{place}/buoc/{step}", {"version": version, **STEPS[step], **changes})


async def an_organiser(browser: Browsers, store: Store) -> Browser:
    await a_person(store, "organiser", email=email_of("to-chuc"))
    visitor = browser()
    await visitor.sign_in(email_of("to-chuc"))
    return visitor


async def test_an_organiser_writes_previews_and_publishes_and_the_public_reads(browser: Browsers, store: Store):
    visitor = await an_organiser(browser, store)
    place = await begun(visitor)
    missing = await visitor.open(place)
    assert f"{place}/buoc/doi-tuong" in missing.text, "what is missing leads to its step"
    for step in STEPS:
        assert (await fill(visitor, place, step)).status_code == 303
    public = browser()
    assert (await public.open("/cuoc-thi/sang-kien-mot-cua-2026")).status_code == 404
    assert "Chưa có cuộc thi nào" in (await public.open("/cuoc-thi")).text
    preview = await visitor.open(f"{place}/xem-truoc")
    assert "Bản xem trước" in preview.text
    version = fields_of((await visitor.open(place)).text)["version"]
    published = await visitor.submit(f"{place}/cong-bo", {"version": version})
    assert published.status_code == 303
    call = await public.open("/cuoc-thi/sang-kien-mot-cua-2026")
    for shown in ("Tìm kiếm sáng kiến một cửa", "Người dân", "Nơi nhận và trả hồ sơ", "Hiện trạng", "300", "Giải Nhất",
                  "34/KH-UBND", "29/01/2019", "data-countdown", "/bai-du-thi/moi?cuoc-thi=sang-kien-mot-cua-2026",
                  "Không dự thi: giám khảo, Tổ thư ký", "ít nhất 2 bài", "10 ngày làm việc"):  # fmt: skip
        assert shown in call.text, shown
    assert "Tìm kiếm sáng kiến một cửa" in (await public.open("/")).text
    assert (await public.open("/cuoc-thi/quan-ly")).url.path == "/dang-nhap"


async def test_saving_a_step_again_changes_nothing_of_the_others(browser: Browsers, store: Store):
    visitor = await an_organiser(browser, store)
    place = await begun(visitor)
    for step in STEPS:
        await fill(visitor, place, step)
    contest_id = place.rpartition("/")[2]
    before = await service.get(store.read, contest_id)
    for step in ("chung", "doi-tuong", "bai", "lich", "giai"):
        page = (await visitor.open(f"{place}/buoc/{step}")).text
        ticked = re.findall(r'<input[^>]*name="([^"]*)"[^>]*type="checkbox" value="([^"]*)"[^>]*\bchecked', page)
        fields: dict[str, str | list[str]] = dict(fields_of(page))
        for name, value in ticked:
            fields[name] = [*fields.get(name, []), value] if name.endswith("[]") else value
        fields["summary"] = ""
        assert (await visitor.submit(f"{place}/buoc/{step}", fields)).status_code == 303, step
    assert (await service.get(store.read, contest_id)).rules() == before.rules()


async def test_a_refused_step_keeps_every_typed_word(browser: Browsers, store: Store):
    visitor = await an_organiser(browser, store)
    place = await begun(visitor)
    answer = await fill(visitor, place, "bai", **{"parts.0.max_words": "", "form_rules.max_files": "hai"})
    assert answer.status_code == 422
    shown = fields_of(answer.text)
    typed = STEPS["bai"]
    for name in ("content_groups.0.title", "parts.0.hint", "form_rules.max_megabytes"):
        assert shown[name] == typed[name], name
    assert shown["form_rules.max_files"] == "hai"
    assert 'href="#parts.0.max_words"' in answer.text
    assert 'id="parts.0.max_words"' in answer.text


async def test_contradicting_times_are_refused_at_their_fields(browser: Browsers, store: Store):
    visitor = await an_organiser(browser, store)
    await visitor.open("/cuoc-thi/quan-ly/moi")
    typed = first_step(**{"timetable.closes_at": "2001-01-01T08:00"})
    answer = await visitor.submit("/cuoc-thi/quan-ly/moi", {"client_key": visitor.client_key, **typed})
    assert answer.status_code == 422
    assert 'href="#timetable.closes_at"' in answer.text
    assert "Hạn nộp bài phải sau lúc mở nhận bài" in answer.text
    shown = fields_of(answer.text)
    assert (shown["name"], shown["client_key"]) == (typed["name"], visitor.client_key)
    assert shown["timetable.closes_at"] == "2001-01-01T08:00"
    assert await store.read["contests"].count({}) == 0


async def test_an_address_made_from_half_a_form_does_not_stay(browser: Browsers, store: Store):
    visitor = await an_organiser(browser, store)
    await visitor.open("/cuoc-thi/quan-ly/moi")
    half = await visitor.submit("/cuoc-thi/quan-ly/moi", {"client_key": "k", **first_step(short_name="")})
    assert half.status_code == 422
    fields = fields_of(half.text) | {"short_name": "Một cửa", "summary": ""}
    made = await visitor.submit("/cuoc-thi/quan-ly/moi", fields)
    assert made.status_code == 303
    assert await store.read["contests"].find_one({"slug": "mot-cua-2026"})


async def test_nobody_is_shut_out_by_an_address_that_nobody_has(browser: Browsers, store: Store):
    visitor = await an_organiser(browser, store)
    place = await begun(visitor)
    operator = await a_person(store, email=email_of("van-hanh"))
    unknown = await fill(visitor, place, "doi-tuong", **{"excluded.emails": "khong-ai@sangkien.example"})
    assert unknown.status_code == 422
    assert "khong-ai@sangkien.example" in unknown.text
    assert (await fill(visitor, place, "doi-tuong", **{"excluded.emails": email_of("van-hanh")})).status_code == 303
    kept = await service.get(store.read, place.rpartition("/")[2])
    assert kept.excluded.person_ids == [operator.id]
    assert email_of("van-hanh") in (await visitor.open(f"{place}/buoc/doi-tuong")).text


async def test_publishing_writes_exactly_one_fact_each_time(store: Store):
    draft = await a_draft_contest(store)
    assert await outbox_rows(store, draft.id) == []
    first = await service.publish(store, draft.id, version=draft.version, by=ADMINISTRATOR, at=now())
    changed = rules(slug=first.slug, name="Tên đã sửa")
    second = await service.revise(store, draft.id, changed, version=first.version, by=ADMINISTRATOR)
    assert len(await outbox_rows(store, draft.id)) == 1
    assert (await service.by_slug(store.read, first.slug)).name == first.name
    await service.publish(store, draft.id, version=second.version, by=ADMINISTRATOR, at=now())
    rows = await outbox_rows(store, draft.id)
    assert [(row["seq"], row["type"]) for row in rows] == [(n, "submissions.contest.published.v1") for n in (1, 2)]
    assert ['"version":1' in rows[0]["value"], '"version":2' in rows[1]["value"]] == [True, True]
    assert "Tên đã sửa" in rows[1]["value"]
    assert (await service.by_slug(store.read, first.slug)).name == "Tên đã sửa"


async def test_two_publications_of_one_version_make_one_fact(store: Store):
    draft = await a_draft_contest(store)
    racers = (service.publish(store, draft.id, version=draft.version, by=ADMINISTRATOR, at=now()) for _ in range(5))
    done = await asyncio.gather(*racers, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Contest"] + ["Stale"] * 4
    assert len(await outbox_rows(store, draft.id)) == 1


async def test_a_second_writer_is_told_and_keeps_the_typed_text(browser: Browsers, store: Store):
    visitor = await an_organiser(browser, store)
    contest = await a_draft_contest(store)
    place = f"/cuoc-thi/quan-ly/{contest.id}/buoc/chung"
    form = fields_of((await visitor.open(place)).text) | {"summary": ""}
    await service.revise(
        store, contest.id, rules(slug=contest.slug, name="Tên của người kia"), version=contest.version, by=ADMINISTRATOR
    )
    answer = await visitor.submit(place, {**form, "name": "Tên của tôi"})
    assert answer.status_code == 409
    assert "Có người vừa lưu" in answer.text
    again = fields_of(answer.text) | {"summary": ""}
    assert again["name"] == "Tên của tôi"
    assert (await service.get(store.read, contest.id)).name == "Tên của người kia"
    assert (await visitor.submit(place, again)).status_code == 303
    kept = await service.get(store.read, contest.id)
    assert (kept.name, kept.parts) == ("Tên của tôi", contest.parts)


async def test_an_incomplete_contest_is_not_published_and_says_all_that_is_missing(store: Store, browser: Browsers):
    visitor = await an_organiser(browser, store)
    contest = await a_draft_contest(store, entrant_groups=[], content_groups=[], parts=[], prizes=[])
    place = f"/cuoc-thi/quan-ly/{contest.id}"
    answer = await visitor.submit(f"{place}/cong-bo", {"version": contest.version})
    assert answer.status_code == 422
    for missing in ("nhóm đối tượng", "lĩnh vực nội dung", "một phần của bài viết"):
        assert missing in answer.text
    assert await outbox_rows(store, contest.id) == []


async def test_two_contests_cannot_share_an_address(store: Store, browser: Browsers):
    first = await a_contest(store)
    visitor = await an_organiser(browser, store)
    await visitor.open("/cuoc-thi/quan-ly/moi")
    answer = await visitor.submit("/cuoc-thi/quan-ly/moi", {"client_key": "k", **first_step(slug=first.slug)})
    assert answer.status_code == 422
    assert "thuộc về một cuộc thi khác" in answer.text


async def test_an_organiser_of_another_contest_finds_nothing(browser: Browsers, store: Store):
    own, other = await a_draft_contest(store), await a_draft_contest(store)
    await a_person(store, "organiser", scope=own.id, email=email_of("to-chuc"))
    visitor = browser()
    await visitor.sign_in(email_of("to-chuc"))
    desk = await visitor.open("/cuoc-thi/quan-ly")
    assert own.id in desk.text
    assert other.id not in desk.text
    assert (await visitor.open(f"/cuoc-thi/quan-ly/{other.id}")).status_code == 404
    assert (await visitor.open(f"/cuoc-thi/quan-ly/{own.id}")).status_code == 200
    assert (await visitor.open("/cuoc-thi/quan-ly/moi")).status_code == 403


async def test_the_call_says_what_to_do_in_each_phase(browser: Browsers, store: Store):
    at = now()
    soon = await a_contest(store, timetable={"opens_at": at + timedelta(days=1), "closes_at": at + timedelta(days=2)})
    over = await a_contest(store, at=at - timedelta(days=30))
    public = browser()
    planned, closed = await public.open(f"/cuoc-thi/{soon.slug}"), await public.open(f"/cuoc-thi/{over.slug}")
    assert "Mở nhận bài từ" in planned.text
    assert "Đã hết hạn nhận bài" in closed.text
    assert "/bai-du-thi/moi" not in planned.text + closed.text


async def test_closing_early_stops_entries_and_tells_every_service(browser: Browsers, store: Store):
    visitor = await an_organiser(browser, store)
    contest = await a_contest(store)
    place = f"/cuoc-thi/quan-ly/{contest.id}"
    answer = await visitor.submit(f"{place}/dong", {"version": contest.version})
    assert answer.status_code == 303
    closed = await service.get(store.read, contest.id)
    assert not closed.is_open(now())
    rows = await outbox_rows(store, contest.id)
    assert [row["seq"] for row in rows] == [1, 2]
    again = await visitor.submit(f"{place}/dong", {"version": closed.version})
    assert again.status_code == 409
