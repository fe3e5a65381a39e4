"""Three contests loaded from data over JSON: the same code behaves as each of them asks, on each date."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.demo import load, stage
from deploy.demo.contest import Contest as Data
from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.eligibility import service as eligibility
from services.submissions.units.domain import Unit
from shared.clock import now
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_person, email_of, outbox_rows, some_units

API = "/api/submissions/v1"
FILES = load.contests()
OF_2019, OF_2024, OF_2025 = "ke-hoach-34-2019", "ha-noi-2024", "ha-noi-2025"
LONG = "Người dân phải đi lại nhiều lần vì không biết hồ sơ còn thiếu giấy tờ gì, cán bộ thì trả lời mãi một câu hỏi."
IN_JUNE, IN_JULY = datetime(2025, 6, 15, 3, tzinfo=UTC), datetime(2025, 7, 15, 3, tzinfo=UTC)
WRITERS: dict[str, dict[str, Any]] = {
    "resident": {"kind": "resident", "unit_id": "phuong-lang"},
    "official-of-a-ward": {"kind": "official", "unit_id": "phuong-lang"},
    "official-of-a-department": {"kind": "official", "unit_id": "so-noi-vu"},
    "official-of-a-district": {"kind": "official", "unit_id": "quan-dong-da"},
    "official-without-a-unit": {"kind": "official"},
    "committee-of-a-ward": {"kind": "organisation", "unit_id": "phuong-lang"},
    "company": {"kind": "organisation"},
}


@pytest.fixture
async def tree(store: Store) -> None:
    """The dated tree of the demo."""
    units = [
        Unit.model_validate(one.model_dump(exclude={"fictional", "parent"}) | {"parent_id": one.parent})
        for one in load.load().units
    ]
    await some_units(store, *units)


@pytest.fixture
async def client(store: Store, tree: None, browser: Callable[[], Browser]) -> Browser:
    """Signed in for JSON as an administrator."""
    await a_person(store, "administrator", email=email_of("quan-tri"))
    made = browser()
    made.headers.update(await made.bearer(email_of("quan-tri")))
    return made


async def opened(client: Browser, data: Data) -> dict[str, Any]:
    """The contest as the public reads it after it was loaded, published and, where it was, put off."""
    body = {"client_key": data.slug, **stage.rules(data, slug=data.slug, finalists=data.final.finalists)}
    made = (await client.post(f"{API}/contests", json=body)).json()
    published = await client.post(f"{API}/contests/{made['contest_id']}/publish", json={"version": made["version"]})
    assert published.status_code == 200, published.text
    return dict((await client.get(f"{API}/contests/{data.slug}")).json())


async def as_writer(store: Store, browser: Callable[[], Browser], name: str) -> Browser:
    """A browser of one of the writers."""
    await a_person(store, email=email_of(name), **WRITERS[name])
    made = browser()
    made.headers.update(await made.bearer(email_of(name)))
    return made


MAY_ENTER = {
    OF_2019: {
        "resident": {"E1"},
        "official-of-a-ward": {"E1", "E3"},
        "official-of-a-department": {"E1", "E3"},
        "official-of-a-district": {"E1", "E3"},
        "official-without-a-unit": {"E1", "E3"},
        "committee-of-a-ward": {"E2"},
        "company": {"E2"},
    },
    OF_2024: {
        "resident": {"ca-nhan"},
        "official-of-a-ward": {"ca-nhan"},
        "official-of-a-department": {"ca-nhan"},
        "official-of-a-district": {"ca-nhan"},
        "official-without-a-unit": {"ca-nhan"},
        "committee-of-a-ward": {"tap-the"},
        "company": {"tap-the"},
    },
    OF_2025: {
        "resident": set(),
        "official-of-a-ward": {"ca-nhan"},
        "official-of-a-department": {"ca-nhan"},
        "official-of-a-district": set(),
        "official-without-a-unit": set(),
        "committee-of-a-ward": {"tap-the"},
        "company": set(),
    },
}


@pytest.mark.parametrize("file", FILES)
async def test_each_contest_lets_in_whom_its_data_name(
    store: Store, client: Browser, browser: Callable[[], Browser], file: str
) -> None:
    contest = await opened(client, FILES[file])
    for name, groups in MAY_ENTER[file].items():
        writer = await as_writer(store, browser, name)
        told = (await writer.get(f"{API}/contests/{contest['slug']}/eligibility")).json()
        assert {one["id"] for one in told["groups"] if one["open"]} == groups, name
        assert told["open"] == bool(groups)
        for group in contest["entrant_groups"]:
            begun = await writer.post(
                f"{API}/entries",
                json={
                    "client_key": f"{name}-{group['id']}",
                    "contest_id": contest["contest_id"],
                    "entrant_group": group["id"],
                    "content_group": contest["content_groups"][0]["id"],
                },
            )
            assert begun.status_code == (201 if group["id"] in groups else 422), (name, group["id"], begun.text)
            assert begun.status_code == 201 or begun.json()["code"] == "not_eligible"


ITS_OWN: dict[str, dict[str, Any]] = {
    OF_2019: {
        "final": (6, 10, 5),
        "prizes": {"individual": [1, 2, 3, 5], "collective": [1, 1, 1]},
        "fields": 3,
        "collective_levels": [],
        "quotas": [],
    },
    OF_2024: {
        "final": (6, 10, 5),
        "prizes": {"individual": [1, 2, 3, 5], "collective": [1, 1, 1]},
        "fields": 3,
        "collective_levels": [],
        "quotas": ["department", "district"],
    },
    OF_2025: {
        "final": (8, 8, 5),
        "prizes": {"individual": [1, 2, 3], "collective": [1, 1, 2]},
        "fields": 7,
        "collective_levels": ["department", "ward", "commune"],
        "quotas": ["department", "ward", "commune"],
    },
}


@pytest.mark.parametrize("file", FILES)
async def test_each_contest_has_its_own_final_prizes_fields_and_quotas(client: Browser, file: str) -> None:
    contest, own = await opened(client, FILES[file]), ITS_OWN[file]
    assert (contest["finalists"], contest["presentation_minutes"], contest["question_minutes"]) == own["final"]
    for track, counts in own["prizes"].items():
        assert [one["count"] for one in contest["prizes"] if one["track"] == track] == counts
    assert len(contest["content_groups"]) == own["fields"]
    collectives = [one for one in contest["entrant_groups"] if one["track"] == "collective"]
    assert [one["kinds"] for one in collectives] == [["organisation"]]
    assert collectives[0]["unit_levels"] == own["collective_levels"]
    assert [one["unit_level"] for one in contest["quotas"]] == own["quotas"]


@pytest.mark.parametrize(
    ("file", "written", "missing"),
    [
        (OF_2019, ["situation", "solution"], ["novelty", "effect", "applicability"]),
        (OF_2024, ["situation", "solution"], []),
        (OF_2025, ["situation", "solution"], ["trial"]),
        (OF_2025, ["situation", "solution", "trial"], []),
    ],
)
async def test_each_contest_asks_for_its_own_parts(
    store: Store, client: Browser, browser: Callable[[], Browser], file: str, written: list[str], missing: list[str]
) -> None:
    contest = await opened(client, FILES[file])
    writer = await as_writer(store, browser, "official-of-a-ward")
    group = next(one["id"] for one in contest["entrant_groups"] if "official" in one["kinds"])
    words = {
        "title": "Bảng tự kiểm tra hồ sơ trước quầy một cửa",
        "parts": dict.fromkeys(written, LONG),
        "entrant_group": group,
        "content_group": contest["content_groups"][0]["id"],
    }
    made = (
        await writer.post(f"{API}/entries", json={"client_key": "k", "contest_id": contest["contest_id"], **words})
    ).json()
    sent = await writer.post(f"{API}/entries/{made['entry_id']}/submit", json={"client_key": "s"})
    if not missing:
        assert sent.status_code == 200, sent.text
        return
    assert (sent.status_code, sent.json()["code"]) == (422, "entry_incomplete")
    assert [one["field"] for one in sent.json()["errors"]] == [f"parts.{part}" for part in missing]


async def test_only_the_final_of_2024_is_put_off_and_those_concerned_are_told(client: Browser, store: Store) -> None:
    moved = {file: data.timetable.moved for file, data in FILES.items()}
    assert [file for file, one in moved.items() if one] == [OF_2024]
    data = FILES[OF_2024]
    contest = await opened(client, data)
    answer = await client.post(f"{API}/contests/{contest['contest_id']}/postpone", json=stage.postponed(data, contest))
    assert answer.status_code == 200, answer.text
    later = (await client.get(f"{API}/contests/{data.slug}")).json()
    before, after = (datetime.fromisoformat(one["timetable"]["final_at"]) for one in (contest, later))
    assert after - before > timedelta(days=27)
    assert later["timetable"]["closes_at"] == contest["timetable"]["closes_at"]
    types = [row["type"] for row in await outbox_rows(store, contest["contest_id"])]
    assert types[-1] == "submissions.contest.rescheduled.v1"
    editions = (await client.get(f"{API}/contests/{data.slug}/editions")).json()["items"]
    assert data.timetable.moved is not None
    assert data.timetable.moved.words in [one["reason"] for one in editions]


async def standing(store: Store, contest: Contest, name: str, at: datetime) -> set[str]:
    """The groups open to a writer at `at`."""
    person = await a_person(store, email=email_of(f"{name}-{at:%m}-{contest.slug}"[:60]), **WRITERS[name])
    found = await eligibility.standing(store.read, contest, person.id, at)
    return {one.group.id for one in found.groups if not one.reasons}


async def test_a_district_counts_until_june_2025_and_its_wards_from_july(store: Store, client: Browser) -> None:
    of_2025 = await contests.get(store.read, (await opened(client, FILES[OF_2025]))["contest_id"])
    of_2019 = await contests.get(store.read, (await opened(client, FILES[OF_2019]))["contest_id"])
    for at in (IN_JUNE, IN_JULY, now()):
        assert await standing(store, of_2025, "official-of-a-district", at) == set()
        assert await standing(store, of_2019, "official-of-a-district", at) == {"E1", "E3"}
    assert await standing(store, of_2025, "official-of-a-ward", IN_JUNE) == set(), "there was no such ward yet"
    assert await standing(store, of_2025, "official-of-a-ward", IN_JULY) == {"ca-nhan"}
    assert await standing(store, of_2025, "official-of-a-department", IN_JUNE) == {"ca-nhan"}


async def test_a_department_that_went_on_under_another_name_still_enters(store: Store, client: Browser) -> None:
    of_2025 = await contests.get(store.read, (await opened(client, FILES[OF_2025]))["contest_id"])
    person = await a_person(store, kind="official", unit_id="so-thong-tin-va-truyen-thong")
    found = await eligibility.standing(store.read, of_2025, person.id, IN_JULY)
    assert next(one.reasons for one in found.groups) == []
