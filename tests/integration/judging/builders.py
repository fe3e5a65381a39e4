"""Contests, entries, judges and sheets for tests of judging. Facts come in as the agents bring them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import httpx
from fastapi import FastAPI

from services.judging.copies import service as copies
from services.judging.copies.domain import Script
from services.judging.juries import service as juries
from services.judging.juries.domain import Assignment
from services.judging.rubrics import service as rubrics
from services.judging.rubrics.domain import Round, Rubric, Rules
from services.judging.sheets import service as sheets
from services.judging.sheets.domain import Sheet
from shared.clock import now
from shared.events.submissions import ContestPublished, EntryAccepted, PersonUpdated, UnitUpdated
from shared.identity import TOKEN_COOKIE, Person, issue
from shared.ids import new_code, new_id
from shared.mongo import Store, Tx

SITE = "http://sangkien.example"
CONTEST = "contest-1"
START = datetime(2026, 10, 1, 8, tzinfo=UTC)
CHAIR = Person("chair-1", "Vương Thị Bích Ngọc", frozenset({("chair", CONTEST)}))
ORGANISER = Person("organiser-1", "Đặng Quốc Thái", frozenset({("organiser", CONTEST)}))
_numbers = count(1)
_TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]+)"')
_KEY = re.compile(r'name="client_key" value="([^"]+)"')
_VERSION = re.compile(r'name="version" value="(\d+)"')


class Browser(httpx.AsyncClient):
    """Somebody signed in, in a browser: keeps cookies, sends the Origin, takes form tokens from the page it is on."""

    def __init__(self, app: FastAPI, token: str) -> None:
        """`token`: the identity token; redirects are followed only when a test says so."""
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        super().__init__(transport=transport, base_url=SITE, headers={"Origin": SITE}, cookies={TOKEN_COOKIE: token})
        self.token = token
        self.csrf_token, self.client_key, self.version = "", "", "0"

    async def open(self, path: str) -> httpx.Response:
        """A page; its form token, client key and version are kept for the next form."""
        answer = await self.get(path, follow_redirects=True)
        for name, pattern in (("csrf_token", _TOKEN), ("client_key", _KEY), ("version", _VERSION)):
            if found := pattern.search(answer.text):
                setattr(self, name, found[1])
        return answer

    async def submit(self, path: str, fields: dict[str, Any], **options: Any) -> httpx.Response:
        """Post a form of ours."""
        return await self.post(path, data={"csrf_token": self.csrf_token, **fields}, **options)

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """Call the JSON interface of judging with the token as a bearer."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        return await self.request(method, f"/api/judging/v1{path}", json=body, headers=headers)


def token_of(person: Person, private_key: str) -> str:
    """A fresh identity token."""
    return issue(person, private_key, at=now())


def a_judge(judge_id: str = "", **about: Any) -> Person:
    """A judge of the contest as the token shows them."""
    made = judge_id or f"judge-{next(_numbers)}"
    return Person(made, about.get("name", f"Giám khảo {made}"), frozenset({("judge", about.get("scope", CONTEST))}))


async def a_person(store: Store, person: Person, *, unit_id: str | None = None, active: bool = True) -> Person:
    """Put a person into judging's copy."""
    roles = [{"role": role, "scope": scope} for role, scope in sorted(person.roles)]
    fact = PersonUpdated.model_validate(
        {"person_id": person.id, "name": person.name, "unit_id": unit_id, "roles": roles, "active": active}
    )
    await store.transaction(lambda tx: copies.remember_person(tx, fact))
    return person


async def some_judges(store: Store, number: int) -> list[Person]:
    """Judges of the contest, each of a unit of their own."""
    made = [a_judge(f"judge-{place}") for place in range(1, number + 1)]
    for one in made:
        await a_person(store, one, unit_id=f"unit-of-{one.id}")
    return made


async def a_unit(store: Store, unit_id: str, **about: Any) -> None:
    """Put a unit into judging's copy of the tree."""
    fact = UnitUpdated.model_validate({"unit_id": unit_id, "name": unit_id, "level": "ward", **about})
    await store.transaction(lambda tx: copies.remember_unit(tx, fact))


def contest_fact(contest_id: str = CONTEST, **about: Any) -> ContestPublished:
    """A published contest."""
    typed = {
        "contest_id": contest_id,
        "version": 1,
        "slug": f"cuoc-thi-{contest_id}",
        "name": "Tìm kiếm sáng kiến cải cách thủ tục hành chính",
        "short_name": "Sáng kiến 2026",
        "year": 2026,
        "entrant_groups": [{"id": "E1", "title": "Người dân", "track": "individual"}],
        "content_groups": [{"id": "C1", "title": "Cải tiến quy trình"}],
        "parts": [
            {"id": "situation", "title": "Hiện trạng", "max_words": 100},
            {"id": "solution", "title": "Giải pháp", "max_words": 200},
        ],
        "timetable": {
            "opens_at": START,
            "closes_at": START + timedelta(days=21),
            "edit_until": START + timedelta(days=21),
            "final_at": START + timedelta(days=60),
        },
        "finalists": 2,
        "presentation_minutes": 10,
        "question_minutes": 5,
        "prizes": [{"id": "A1", "title": "Giải Nhất", "track": "individual", "rank": 1, "count": 1}],
    }
    return ContestPublished.model_validate({**typed, **about})


async def a_contest(store: Store, contest_id: str = CONTEST, **about: Any) -> ContestPublished:
    """Put a published contest into judging's copy."""
    fact = contest_fact(contest_id, **about)
    await store.transaction(lambda tx: copies.remember_contest(tx, fact))
    return fact


def entry_fact(entry_id: str = "", **about: Any) -> EntryAccepted:
    """An accepted entry; author, owner and unit are its own unless said."""
    made = entry_id or f"entry-{next(_numbers)}"
    typed = {
        "entry_id": made,
        "contest_id": CONTEST,
        "owner_id": f"owner-of-{made}",
        "author_ids": [f"author-of-{made}"],
        "unit_ids": [f"unit-of-{made}"],
        "entrant_group": "E1",
        "content_group": "C1",
        "track": "individual",
        "title": "Ki-ốt lấy số tại bộ phận một cửa",
        "parts": {"situation": "Người dân phải chờ lâu.", "solution": "Đặt lịch trước qua điện thoại."},
        "accepted_at": START,
    }
    return EntryAccepted.model_validate({**typed, **about})


async def a_script(store: Store, entry_id: str = "", **about: Any) -> Script:
    """Accept an entry and answer the script it became."""
    fact = entry_fact(entry_id, **about)
    codes = [new_code() for _ in range(8)]

    async def remember(tx: Tx) -> None:
        await copies.remember_entry(tx, fact, codes=codes, by="secretary-1", at=START)

    await store.transaction(remember)
    return await copies.script(store.read, fact.entry_id)


def rules(**changes: Any) -> Rules:
    """Two criteria of 10 and 20, step 0,5, two readers, a third one above a gap of 6."""
    typed = {
        "criteria": [
            {"id": "novelty", "title": "Tính mới", "max": "10"},
            {"id": "effect", "title": "Hiệu quả", "max": "20", "description": "Tiết kiệm được bao nhiêu"},
        ],
        "step": "0.5",
        "readers": 2,
        "gap_limit": "6",
        "third_reader": True,
        "quorum": 2,
    }
    return Rules.model_validate({**typed, **changes})


async def a_rubric(store: Store, round_: Round = Round.PRELIMINARY, **changes: Any) -> Rubric:
    """Put rules in force for the contest."""
    return await rubrics.define(store, CONTEST, round_, rules(**changes), version=None, by=CHAIR, at=START)


async def a_draw(store: Store, *, seed: str = "a seed", key: str = "") -> list[Assignment]:
    """Let the lot give every script its readers."""
    await juries.draw(store, CONTEST, Round.PRELIMINARY, CHAIR, key or new_id(), at=START, seed=seed)
    return await juries.assignments(store.read, CONTEST, Round.PRELIMINARY)


async def a_written_round(
    store: Store, *, scripts: int = 4, judges: int = 3, **changes: Any
) -> tuple[list[Script], list[Person], list[Assignment]]:
    """A contest with scripts, judges without conflicts, a rubric and one draw."""
    await a_contest(store)
    made = [await a_script(store) for _ in range(scripts)]
    panel = await some_judges(store, judges)
    await a_rubric(store, **changes)
    return made, panel, await a_draw(store)


def marks(novelty: object, effect: object) -> dict[str, Decimal]:
    """Marks of the two criteria."""
    return {"novelty": Decimal(str(novelty)), "effect": Decimal(str(effect))}


def the_judge(given: Assignment) -> Person:
    """Who has the script."""
    return a_judge(given.judge_id)


async def sheet_of(store: Store, given: Assignment) -> Sheet:
    """The sheet as its judge sees it."""
    return (await sheets.view(store, given.id, the_judge(given))).sheet


async def a_sealed_sheet(
    store: Store,
    given: Assignment,
    novelty: object = 7,
    effect: object = 15,
    *,
    comment: str = "",
    at: datetime = START,
) -> dict[str, Any]:
    """Mark and seal; the answer of the seal."""
    judge = the_judge(given)
    version = (await sheet_of(store, given)).version
    saved = await sheets.save(store, given.id, judge, version, marks(novelty, effect), comment, at=at)
    return await sheets.seal(store, given.id, judge, new_id(), saved["version"], at=at)


async def seal_everything(store: Store, given: Sequence[Assignment]) -> None:
    """Every judge seals what they have, with marks that follow from the code of the assignment."""
    for place, one in enumerate(given):
        await a_sealed_sheet(store, one, 5 + place % 2, 15)


async def outbox_rows(store: Store, subject: str) -> list[dict[str, Any]]:
    """What waits to be published about an aggregate, in order."""
    return await store.read["outbox"].find({"key": subject}, sort=[("seq", 1)])
