"""People, contests and browsers for tests of submissions. Everything is made through the services, as the site does."""

import json
import re
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx
from fastapi import FastAPI

from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.people import service as people
from services.submissions.people.domain import Role, SignUp
from services.submissions.rules.domain import Rules
from services.submissions.units import service as units
from services.submissions.units.domain import Unit
from shared.clock import now
from shared.events.submissions import CodeIssued
from shared.identity import Person
from shared.mongo import Store
from shared.sealed import unseal

SECRET_KEY = "a secret of the tests"
SITE = "http://sangkien.example"
PASSWORD = "một câu dễ nhớ"
ADMINISTRATOR = Person("the-administrator", "Quản trị", frozenset({("administrator", "*")}))
_numbers = count(1)
_TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]+)"')
_KEY = re.compile(r'name="client_key" value="([^"]+)"')


class Browser(httpx.AsyncClient):
    """A visitor: keeps cookies, sends the Origin with forms, takes the form token from the page it is on."""

    def __init__(self, app: FastAPI, *, place: str = "127.0.0.1", site: str = SITE) -> None:
        """`place`: the address it comes from. Redirects are followed only when a test says so."""
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(place, 50_000))
        super().__init__(transport=transport, base_url=site, headers={"Origin": site})
        self.csrf_token = ""
        self.client_key = ""

    async def open(self, path: str) -> httpx.Response:
        """A page, with redirects followed; its form token and client key are kept for the next form."""
        answer = await self.get(path, follow_redirects=True)
        self._learn(answer.text)
        return answer

    def _learn(self, html: str) -> None:
        if token := _TOKEN.search(html):
            self.csrf_token = token[1]
        if key := _KEY.search(html):
            self.client_key = key[1]

    async def submit(self, path: str, fields: dict[str, Any], **options: Any) -> httpx.Response:
        """Post a form of ours."""
        if not self.csrf_token:
            await self.open("/dang-nhap")
        return await self.post(path, data={"csrf_token": self.csrf_token, **fields}, **options)

    async def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        """Through the sign-in page."""
        await self.open("/dang-nhap")
        return await self.submit("/dang-nhap", {"address": email, "password": password})

    async def bearer(self, email: str, password: str = PASSWORD) -> dict[str, str]:
        """Headers for JSON calls."""
        answer = await self.post("/api/submissions/v1/sessions", json={"email": email, "password": password})
        return {"Authorization": f"Bearer {answer.json()['token']}"}


def email_of(person_id: str) -> str:
    """A made-up address."""
    return f"{person_id}@sangkien.example"


def a_sign_up(**changes: Any) -> SignUp:
    """What a resident would type."""
    number = next(_numbers)
    typed = {"name": f"Nguyễn Thị Số {number}", "email": email_of(f"nguoi-{number}"), "password": PASSWORD}
    return SignUp.model_validate({**typed, **changes})


async def a_person(store: Store, *roles: str, scope: str = "*", **changes: Any) -> Person:
    """Somebody with an account; `roles` by name, an entrant without any."""
    asked = a_sign_up(
        **changes, roles=[Role.model_validate({"role": role, "scope": scope}) for role in roles or ["entrant"]]
    )
    made = await people.create(store, asked, key=f"key-{next(_numbers)}", secret_key="k", by=ADMINISTRATOR)
    held = frozenset((role.role, role.scope) for role in asked.roles)
    return Person(made["person_id"], asked.name, held)


async def some_units(store: Store, *wanted: Unit) -> None:
    """Put units into the tree."""
    await units.put(store, wanted, by=ADMINISTRATOR)


def rules(*, at: datetime | None = None, **changes: Any) -> Rules:
    """Complete rules, open from an hour before `at` to three weeks after."""
    start = at or now()
    typed = {
        "slug": f"cuoc-thi-{next(_numbers)}",
        "name": "Tìm kiếm sáng kiến cải cách thủ tục hành chính",
        "short_name": "Sáng kiến 2026",
        "year": 2026,
        "entrant_groups": [
            {"id": "E1", "title": "Người dân", "track": "individual"},
            {"id": "E2", "title": "Cơ quan, tổ chức", "track": "collective"},
        ],
        "content_groups": [{"id": "C1", "title": "Cải tiến quy trình"}, {"id": "C2", "title": "Mô hình đơn giản"}],
        "goals": [{"id": "G1", "title": "Thời gian ngắn hơn"}],
        "parts": [
            {"id": "situation", "title": "Hiện trạng", "max_words": 50},
            {"id": "solution", "title": "Giải pháp", "max_words": 100},
        ],
        "timetable": {"opens_at": start - timedelta(hours=1), "closes_at": start + timedelta(days=21)},
        "prizes": [{"id": "A1", "title": "Giải Nhất", "track": "individual", "rank": 1, "count": 1}],
    }
    return Rules.model_validate({**typed, **changes})


async def a_draft_contest(store: Store, *, by: Person = ADMINISTRATOR, **changes: Any) -> Contest:
    """A contest that is not published yet."""
    made = await contests.create(store, rules(**changes), key=f"key-{next(_numbers)}", by=by, at=now())
    return await contests.get(store.read, made["contest_id"])


async def a_contest(store: Store, *, at: datetime | None = None, **changes: Any) -> Contest:
    """A published contest, open at `at` (now unless said), which may lie in the past."""
    draft = await a_draft_contest(store, at=at, **changes)
    when = (at or now()) - timedelta(hours=1)
    return await contests.publish(store, draft.id, version=draft.version, by=ADMINISTRATOR, at=when)


async def outbox_rows(store: Store, subject: str) -> list[dict[str, Any]]:
    """What waits to be published about an aggregate, in order."""
    return await store.read["outbox"].find({"key": subject}, sort=[("seq", 1)])


async def codes_sent(store: Store, address: str, purpose: str = "") -> list[str]:
    """The one-time codes on their way to `address`, the first first; a note without a code is an empty one."""
    rows = await store.read["outbox"].find({"topic": CodeIssued.topic}, sort=[("occurred_at", 1), ("_id", 1)])
    found = []
    for row in rows:
        event = json.loads(row["value"])["data"]
        sent = unseal(event["sealed"], secret_key=SECRET_KEY, purpose="codes")
        if sent["address"] == address and purpose in ("", event["purpose"]):
            found.append(str(sent["code"]))
    return found


async def last_code(store: Store, address: str) -> str:
    """The newest code on its way to `address`."""
    return (await codes_sent(store, address))[-1]
