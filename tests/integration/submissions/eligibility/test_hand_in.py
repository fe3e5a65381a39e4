"""Refused at hand-in: by a role, by a unit of that day, by a missing number, by one's own name in the text. Nothing is lost."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from services.submissions.anonymity.domain import GivesAway
from services.submissions.eligibility.domain import NotEligible
from services.submissions.entries import service as entries
from services.submissions.people import service as people
from services.submissions.people.domain import Role as Held
from services.submissions.states.domain import State
from services.submissions.units.domain import Unit
from shared.identity import Person
from shared.mongo import Store
from tests.integration.submissions.builders import ADMINISTRATOR, Browser, a_contest, a_person, email_of, some_units
from tests.integration.submissions.entry_builders import a_draft, an_entry, deliver, hand_in, words

OFFICIALS = [
    {"id": "E1", "title": "Cán bộ quận", "track": "individual", "kinds": ["official"], "unit_levels": ["district"]}
]
DISTRICT = Unit(id="quan", name="Quận Thử", level="district", valid_to=date(2025, 6, 30), successors=["p1", "p2"])
WARDS = [Unit(id=one, name=f"Phường {one}", level="ward", valid_from=date(2025, 7, 1)) for one in ("p1", "p2")]
LAST_EVENING = datetime(2025, 6, 30, 16, 59, tzinfo=UTC)
Browsers = Callable[[], Browser]


async def now_also(store: Store, person: Person, role: str, scope: str) -> None:
    """Give somebody one more role."""
    held = [Held.model_validate({"role": name, "scope": where}) for name, where in [*person.roles, (role, scope)]]
    await people.grant(store, person.id, held, by=ADMINISTRATOR)


async def test_the_unit_of_the_day_of_hand_in_counts_not_that_of_the_beginning(store: Store) -> None:
    await some_units(store, DISTRICT, *WARDS)
    contest = await a_contest(store, at=LAST_EVENING, entrant_groups=OFFICIALS, prizes=[])
    person = await a_person(store, kind="official", unit_id="quan")
    draft = await a_draft(store, person, contest.id, at=LAST_EVENING)
    two_minutes_later = LAST_EVENING + timedelta(minutes=2)
    with pytest.raises(NotEligible) as refused:
        await hand_in(store, draft.id, person, at=two_minutes_later)
    assert "Quận Thử không còn là đơn vị vào ngày 01/7/2025" in refused.value.errors[0]["text"]
    kept = await entries.get(store.read, draft.id)
    assert (kept.state, kept.parts, kept.version) == (State.DRAFT, words().parts, draft.version)
    assert (await hand_in(store, draft.id, person, at=LAST_EVENING))["revision"] == 1


async def test_whoever_became_a_judge_meanwhile_is_refused_at_hand_in(store: Store) -> None:
    contest, person = await a_contest(store), await a_person(store)
    draft = await a_draft(store, person, contest.id)
    await now_also(store, person, "judge", contest.id)
    with pytest.raises(NotEligible) as refused:
        await hand_in(store, draft.id, person)
    assert "giám khảo" in refused.value.errors[0]["text"]
    with pytest.raises(NotEligible):
        await a_draft(store, person, contest.id)
    other = await a_contest(store)
    assert (await a_draft(store, person, other.id)).contest_id == other.id, "a judge there may enter here"


async def test_a_role_given_after_the_hand_in_is_shown_on_the_sheet_of_the_secretary(
    store: Store, browser: Browsers
) -> None:
    contest, person = await a_contest(store), await a_person(store)
    entry = await an_entry(store, person, contest.id)
    await deliver(store, entry.id)
    await a_person(store, "secretary", email=email_of("thu-ky"))
    desk = browser()
    await desk.sign_in(email_of("thu-ky"))
    assert "Trưởng ban Giám khảo" not in (await desk.open(f"/tiep-nhan/{entry.id}")).text
    await now_also(store, person, "chair", contest.id)
    sheet = (await desk.open(f"/tiep-nhan/{entry.id}")).text
    assert "Trưởng ban Giám khảo" in sheet
    assert "Hợp lệ, tiếp nhận" in sheet, "the secretary decides"


async def test_the_form_shows_closed_groups_with_their_reason_before_anything_is_typed(
    store: Store, browser: Browsers
) -> None:
    groups = [
        {"id": "E1", "title": "Người dân", "track": "individual", "kinds": ["resident"]},
        {"id": "E2", "title": "Cơ quan", "track": "collective", "kinds": ["organisation"]},
    ]
    contest = await a_contest(store, entrant_groups=groups)
    await a_person(store, email=email_of("nguoi-dan"))
    window = browser()
    await window.sign_in(email_of("nguoi-dan"))
    shown = unescape((await window.open(f"/bai-du-thi/moi?cuoc-thi={contest.slug}")).text)
    assert "chỉ dành cho cơ quan, tổ chức, doanh nghiệp; tài khoản này là người dân." in shown
    assert shown.count("disabled") == 1
    asked = {"client_key": window.client_key, "entrant_group": "E2", "content_group": "C1", "title": "Gõ rồi"}
    refused = await window.submit(f"/bai-du-thi/moi?cuoc-thi={contest.slug}", asked)
    assert refused.status_code == 422
    assert "Gõ rồi" in refused.text
    assert await store.read["entries"].count({}) == 0


async def test_whoever_may_not_enter_at_all_reads_why_instead_of_a_form(store: Store, browser: Browsers) -> None:
    contest = await a_contest(store)
    judge = await a_person(store, "entrant", email=email_of("giam-khao"))
    await now_also(store, judge, "judge", contest.id)
    window = browser()
    await window.sign_in(email_of("giam-khao"))
    shown = (await window.open(f"/bai-du-thi/moi?cuoc-thi={contest.slug}")).text
    assert "Bạn không dự thi cuộc thi này được" in shown
    assert "giám khảo trong cuộc thi này không được dự thi" in shown
    assert "Bắt đầu viết" not in shown


async def test_an_author_in_the_text_is_refused_with_the_words_to_take_out(store: Store, browser: Browsers) -> None:
    contest = await a_contest(store)
    person = await a_person(store, name="Đỗ Thị Ánh Ngần", email=email_of("ngan"), phone="0912345678")
    told = {
        "situation": words().parts["situation"],
        "solution": "Tôi là Đỗ Thị Ánh Ngần, gọi 0912 345 678 để hỏi thêm.",
    }
    draft = await a_draft(store, person, contest.id, parts=told)
    with pytest.raises(GivesAway):
        await hand_in(store, draft.id, person)
    window = browser()
    await window.sign_in(email_of("ngan"))
    preview = (await window.open(f"/bai-du-thi/{draft.id}/xem-truoc")).text
    assert '<mark class="sk-trace">Đỗ Thị Ánh Ngần</mark>' in preview
    assert '<mark class="sk-trace">0912 345 678</mark>' in preview
    assert f'formaction="/bai-du-thi/{draft.id}/nop"' not in preview
    assert f'action="/bai-du-thi/{draft.id}/nop"' not in preview
    page = await window.submit(f"/bai-du-thi/{draft.id}/nop", {"client_key": "k"})
    assert page.status_code == 422
    assert "Hãy bỏ “Đỗ Thị Ánh Ngần” khỏi mục “Giải pháp”" in page.text
    assert 'href="#parts.solution"' in page.text
    assert told["solution"] in page.text
    bearer = await window.bearer(email_of("ngan"))
    answer = await window.post(
        f"/api/submissions/v1/entries/{draft.id}/submit", json={"client_key": "j"}, headers=bearer
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "author_named")
    assert [one["code"] for one in answer.json()["errors"]] == ["name_in_text", "phone_in_text"]
    assert (await entries.get(store.read, draft.id)).state is State.DRAFT


async def test_a_unit_in_the_text_warns_its_author_and_the_secretary_and_is_taken(
    store: Store, browser: Browsers
) -> None:
    await some_units(store, Unit(id="p9", name="Phường Thử Nghiệm", level="ward"))
    contest = await a_contest(store)
    person = await a_person(store, email=email_of("can-bo"), unit_id="p9")
    told: dict[str, Any] = {"situation": "Ở phường Thử Nghiệm, quầy luôn đông.", "solution": words().parts["solution"]}
    draft = await a_draft(store, person, contest.id, parts=told)
    window = browser()
    await window.sign_in(email_of("can-bo"))
    preview = (await window.open(f"/bai-du-thi/{draft.id}/xem-truoc")).text
    assert '<mark class="sk-trace">phường Thử Nghiệm</mark>' in preview
    assert "Bạn vẫn nộp được" in preview
    await hand_in(store, draft.id, person)
    await deliver(store, draft.id)
    await a_person(store, "secretary", email=email_of("thu-ky"))
    desk = browser()
    await desk.sign_in(email_of("thu-ky"))
    sheet = (await desk.open(f"/tiep-nhan/{draft.id}")).text
    assert "Bài nhắc đến đơn vị của tác giả" in sheet
    assert '<mark class="sk-trace">phường Thử Nghiệm</mark>' in sheet


async def test_an_old_entry_shows_the_unit_of_its_day(store: Store, browser: Browsers) -> None:
    await some_units(store, DISTRICT, *WARDS)
    contest = await a_contest(store, at=LAST_EVENING)
    person = await a_person(store, email=email_of("ngay-xua"), unit_id="quan")
    draft = await a_draft(store, person, contest.id, at=LAST_EVENING)
    receipt = await hand_in(store, draft.id, person, at=LAST_EVENING)
    await deliver(store, draft.id)
    await a_person(store, "secretary", email=email_of("thu-ky"))
    window, desk = browser(), browser()
    await window.sign_in(email_of("ngay-xua"))
    await desk.sign_in(email_of("thu-ky"))
    pages = [
        await window.open(f"/bai-du-thi/{draft.id}"),
        await window.open(f"/bai-du-thi/{draft.id}/bien-nhan"),
        await browser().open(receipt["status_path"]),
        await desk.open(f"/tiep-nhan/{draft.id}"),
        await desk.open("/tiep-nhan"),
    ]
    for page in pages:
        assert "Quận Thử" in page.text, page.url
        assert "Phường p1" not in page.text, page.url
