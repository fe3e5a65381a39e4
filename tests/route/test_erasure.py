"""Somebody who used the whole site is erased: afterwards nothing of them is anywhere, in three services, topics, logs."""

import asyncio
import io
import re
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass

import httpx
import pytest
from pymongo import MongoClient
from pypdf import PdfWriter

from deploy.demo import cast, driver
from deploy.demo.client import Api, Json, RefusedError
from deploy.demo.marking import accept, register
from deploy.local.system import System
from shared import kafka
from shared.ids import new_id
from shared.topics import PEOPLE
from tests.route import canaries, playing
from tests.route.playing import Stage, wait_for

pytestmark = pytest.mark.timeout(600)
NAME = "Thạch Kiều Vân Sương"
PHONE, WRITTEN_PHONE = "+84987654321", "0987 654 321"
ENTRIES = "/api/submissions/v1/entries"
PASSWORD = cast.PASSWORD
_PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Life:
    """What the person left behind."""

    email: str
    person_id: str
    entries: dict[str, str]
    stage: Stage

    @property
    def words(self) -> list[str]:
        """Everything that would give the person away, also as search keys have it."""
        local = self.email.partition("@")[0]
        return [NAME, NAME.upper(), "thach kieu van suong", local, "987654321", "987 654 321"]


async def until(check: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait for something that other processes do."""
    for _ in range(_PATIENCE_SECONDS * 2):
        if await check():
            return
        await asyncio.sleep(0.5)
    raise AssertionError(f"not within {_PATIENCE_SECONDS} seconds: {what}")


def a_pdf() -> bytes:
    """A page whose information names the author."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": NAME, "/Title": f"Bài của {NAME}"})
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


async def write(api: Api, stage: Stage, contest: Json, fate: str) -> str:
    """A draft with a file that names its author, in the text too where it is not handed in: that would be refused."""
    entry = stage.entries[0]
    opening = {"entrant_group": entry.entrant_group, "content_group": entry.content_group}
    made = await api.make(ENTRIES, {"contest_id": stage.desk.contest_id, **opening})
    whose = f"{NAME}, điện thoại {WRITTEN_PHONE}" if fate == "draft" else "Chúng tôi"
    parts = {
        part["id"]: f"{whose} xin đề xuất một bảng kiểm tra trước cửa phòng tiếp dân." for part in contest["parts"]
    }
    effect = {"what": "time", "amount": "2,5", "unit": "giờ/hồ sơ", "basis": f"{whose} đo 40 hồ sơ."}
    typed = {"version": made["version"], "title": f"Bảng kiểm tra hồ sơ: {whose}", "parts": parts, **opening}
    typed["effects"] = [effect] if fate == "draft" else []
    await api.put(f"{ENTRIES}/{made['entry_id']}", typed)
    await api.post(f"{ENTRIES}/{made['entry_id']}/files", files={"file": (f"{NAME}.pdf", a_pdf(), "application/pdf")})
    return str(made["entry_id"])


async def be_invited(administrator: Api, stage: Stage, email: str) -> None:
    """Somebody else names the person as their co-author, and waits for an answer."""
    other = {"name": "Lò Văn Mời", "email": f"moi.{new_id()[-8:]}@sangkien.example", "password": PASSWORD}
    await administrator.make("/api/submissions/v1/people", {**other, "kind": "resident"})
    opening = {"entrant_group": stage.entries[0].entrant_group, "content_group": stage.entries[0].content_group}
    async with Api(administrator.url, email=other["email"], password=PASSWORD) as api:
        made = await api.make(ENTRIES, {"contest_id": stage.desk.contest_id, **opening})
        member = {"name": NAME, "address": email, "share": "40"}
        await api.put(
            f"{ENTRIES}/{made['entry_id']}/coauthors", {"version": 0, "owner_share": "60", "members": [member]}
        )


async def live(system: System) -> Life:
    """A draft, an entry handed in, one accepted and one withdrawn; letters, notices; failures that are logged."""
    stage = await playing.prepare(system, driver.Size(entries=2, judges=2, finalists=1))
    email = f"thach.kieu.{new_id()[-8:]}@sangkien.example"
    administrator = Api(system.url, email=system.administrator[0], password=system.administrator[1])
    body = {"name": NAME, "email": email, "password": PASSWORD, "phone": PHONE, "kind": "resident"}
    async with administrator:
        person_id = str(
            (await administrator.make("/api/submissions/v1/people", {**body, "roles": [{"role": "entrant"}]}))[
                "person_id"
            ]
        )
        for typed in ({**body, "client_key": new_id()}, {**body, "email": f"{email} {NAME}", "client_key": new_id()}):
            with pytest.raises(RefusedError):
                await administrator.post("/api/submissions/v1/people", typed)
        await be_invited(administrator, stage, email)
    async with Api(system.url, email=email, password=PASSWORD) as api:
        contest = await api.get(f"/api/submissions/v1/contests/{stage.slug}")
        ids = {fate: await write(api, stage, contest, fate) for fate in ("draft", "waiting", "accepted", "withdrawn")}
        for fate in ("waiting", "accepted", "withdrawn"):
            await api.make(f"{ENTRIES}/{ids[fate]}/submit")
        await api.make(f"{ENTRIES}/{ids['withdrawn']}/withdraw", {"reason": f"{NAME} xin rút, gọi {WRITTEN_PHONE}"})
    async with stage.desk.api("secretary") as desk:

        async def registered() -> bool:
            return len(await register(desk, stage.desk.contest_id)) == 3

        await until(registered, "three lines in the register")
        lines = await register(desk, stage.desk.contest_id)
        await accept(desk, next(line for line in lines if line["entry_id"] == ids["accepted"]))
    return Life(email, person_id, ids, stage)


def documents(system: System, service: str, collection: str, where: Json) -> list[Json]:
    """What a database holds."""
    with MongoClient[Json](system.mongo_url) as client:
        return list(client[service][collection].find(where))


async def settled(system: System, life: Life) -> None:
    """Every service has heard of everything: the script is coded, six letters and notices are out."""

    async def heard() -> bool:
        rows = documents(system, "notifications", "deliveries", {"person_id": life.person_id})
        out = [row for row in rows if row["state"] in ("accepted", "posted")]
        script = documents(system, "judging", "scripts", {"_id": life.entries["accepted"]})
        return bool(script) and len(out) == len(rows) >= 10

    await until(heard, "script, letters and notices")


def in_a_browser(system: System, email: str) -> httpx.Client:
    """Signed in through the page."""
    browser = httpx.Client(
        base_url=system.url, trust_env=False, timeout=60, headers={"Origin": system.url}, follow_redirects=True
    )
    for password in ("sai mật khẩu", PASSWORD):
        token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', browser.get("/dang-nhap").text)
        assert token is not None
        answer = browser.post("/dang-nhap", data={"csrf_token": token[1], "address": email, "password": password})
    assert answer.status_code == 200
    return browser


def press(browser: httpx.Client, page: str, action: str, fields: Json) -> httpx.Response:
    """Fill in a form of a page."""
    shown = browser.get(page).text
    token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', shown)
    key = re.search(r'name="client_key" value="([^"]+)"', shown)
    assert token is not None
    hidden = {"csrf_token": token[1], **({"client_key": key[1]} if key else {})}
    return browser.post(action, data={**hidden, **fields})


def use_the_page_of_own_data(system: System, life: Life) -> str:
    """Consent, request, copy, and the end; answers a token that was good until then."""
    page = "/tai-khoan/du-lieu"
    with closing(in_a_browser(system, life.email)) as browser:
        token = browser.post("/api/submissions/v1/sessions", json={"email": life.email, "password": PASSWORD}).json()[
            "token"
        ]
        press(browser, page, f"{page}/dong-y", {"purpose": "news", "version": "1", "given": "co"})
        press(
            browser, page, f"{page}/yeu-cau", {"kind": "correction", "text": f"Sửa tên {NAME} giúp tôi, {life.email}"}
        )
        assert NAME in browser.get(f"{page}/ban-sao.json").text
        assert press(browser, f"{page}/xoa", f"{page}/xoa", {"sure": "co", "password": "sai"}).status_code == 422
        assert (
            "Tài khoản của bạn đã được xóa"
            in press(browser, f"{page}/xoa", f"{page}/xoa", {"sure": "co", "password": PASSWORD}).text
        )
    return str(token)


async def erased_everywhere(system: System, life: Life) -> None:
    """The state machine is at its end, and both other services have heard the tombstone."""

    async def ended() -> bool:
        own = documents(system, "submissions", "erasures", {"_id": life.person_id, "state": "erased"})
        copies = [
            documents(system, one, "people", {"_id": life.person_id, "erased": True})
            for one in ("judging", "notifications")
        ]
        withdrawn = documents(
            system, "judging", "inbox", {"_id": f"finals.on_entries|{life.entries['waiting']}", "seq": {"$gte": 2}}
        )
        return bool(own and all(copies) and withdrawn)

    async def compacted() -> bool:
        return await canaries.in_topics(system, life.words) == []

    await until(ended, "the erasure is at its end")
    await asyncio.sleep(3)
    await until(compacted, "the broker has cleaned its topics")


def exports(system: System, life: Life) -> str:
    """The register as its secretary downloads it, and what a search by name finds."""
    with closing(in_a_browser(system, life.stage.email("secretary"))) as browser:
        found = [browser.get("/tiep-nhan/so.csv"), browser.get("/tiep-nhan", params={"tim": "kieu van suong"})]
        assert [answer.status_code for answer in found] == [200, 200]
        return found[0].text + found[1].text.replace("kieu van suong", "")


def test_afterwards_no_name_phone_or_address_is_anywhere(system: System) -> None:
    quick = {
        "cleanup.policy": "compact",
        "segment.ms": "1000",
        "max.compaction.lag.ms": "1000",
        "min.cleanable.dirty.ratio": "0.01",
    }
    wait_for(kafka.configure(system.kafka_url, PEOPLE.name, quick))
    try:
        life = wait_for(live(system))
        wait_for(settled(system, life))
        before = canaries.in_databases(system, life.words) + wait_for(canaries.in_topics(system, life.words))
        for place in (
            "submissions.people",
            "submissions.entries",
            "submissions.entry_revisions",
            "submissions.entry_versions",
            "submissions.invitations",
        ):
            assert f"{place}: {NAME}" in before, place  # or the search would prove nothing
        for place in ("judging.people", "notifications.people", "notifications.deliveries"):
            assert f"{place}: {NAME}" in before, place
        assert {place.partition(":")[0] for place in before if "." in place} >= {PEOPLE.name}

        token = use_the_page_of_own_data(system, life)
        wait_for(erased_everywhere(system, life))

        assert canaries.in_databases(system, life.words) == []
        assert wait_for(canaries.in_topics(system, life.words)) == []
        assert canaries.in_logs(system, life.words) == []
        assert not [word for word in life.words if word in exports(system, life)]
        out = {
            path: httpx.get(
                f"{system.url}{path}", headers={"Authorization": f"Bearer {token}"}, trust_env=False
            ).status_code
            for path in (ENTRIES, "/api/judging/v1/queue", "/api/notifications/v1/inbox")
        }
        assert set(out.values()) == {401}, out
    finally:
        wait_for(kafka.create_topics(system.kafka_url))
