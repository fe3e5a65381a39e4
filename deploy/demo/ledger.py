"""Looks at everything the services show after a contest and has it held against what people hold, until all adds up."""

import asyncio
import time
from collections.abc import Mapping, Sequence

import httpx

from deploy.demo import cast
from deploy.demo.checks import UNDER_WAY, Ledger, compare
from deploy.demo.client import Api, Json
from deploy.demo.marking import JUDGING, Desk, register
from deploy.demo.records import Seen
from deploy.demo.writing import HandedIn

__all__ = ["Ledger", "audit", "deliveries", "mails"]

DELIVERIES = "/api/notifications/v1/deliveries"
INBOX = "/api/notifications/v1/inbox"
_ENTRIES = "/api/submissions/v1/entries"
_PAGE = 500
_PATIENCE_SECONDS = 45.0
"""How long copies and boards may be behind when nothing is being sent any more."""
_LONGEST_SECONDS = 900.0
"""How long a mail may be under way: one whose sender was killed goes out again only when its lease has run out."""
_PAUSE = 0.5, 5.0
_AT_ONCE = 6


async def audit(desk: Desk, handed_in: Sequence[HandedIn], log: Sequence[Json]) -> Ledger:
    """Compare receipts, register, score log, boards, notices and mails. What is late is waited for, what is wrong is told."""
    started, pause = time.monotonic(), _PAUSE[0]
    while True:
        seen = await _look(desk, log)
        ledger, passed = compare(handed_in, desk.held, seen), time.monotonic() - started
        under_way = any(row["state"] in UNDER_WAY for row in seen.deliveries)
        if ledger.clean or passed > (_LONGEST_SECONDS if under_way else _PATIENCE_SECONDS):
            break
        await asyncio.sleep(pause)
        pause = min(_PAUSE[1], pause * 1.5)
    inboxes, files = await _ask_authors(desk, handed_in)
    return compare(handed_in, desk.held, await _look(desk, log, inboxes, files))


async def _look(
    desk: Desk,
    log: Sequence[Json],
    inboxes: Mapping[str, list[str]] | None = None,
    files: Mapping[str, int] | None = None,
) -> Seen:
    async with desk.api("secretary") as secretary:
        lines = await register(secretary, desk.contest_id)
    async with desk.api("organiser") as organiser:
        progress = await organiser.get(f"{JUDGING}/contests/{desk.contest_id}/progress")
        board = await organiser.get(f"{JUDGING}/board/{desk.held.slug}")
        rows = await deliveries(organiser, desk.contest_id)
    return Seen(lines, log, progress, board, rows, inboxes or {}, files or {}, await mails(desk.mail_url))


async def deliveries(api: Api, contest_id: str) -> list[Json]:
    """Every delivery of the contest."""
    rows: list[Json] = []
    page = 1
    while True:
        got = await api.get(DELIVERIES, contest_id=contest_id, page=page, size=_PAGE)
        rows += got["items"]
        if not got["items"] or len(rows) >= got["total"]:
            return rows
        page += 1


async def mails(url: str) -> list[str] | None:
    """Message-IDs of everything the mail catcher holds."""
    if not url:
        return None
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        answer = await client.get("/email")
        answer.raise_for_status()
        return [str(mail["headers"]["message-id"]) for mail in answer.json()]


async def _ask_authors(desk: Desk, handed_in: Sequence[HandedIn]) -> tuple[dict[str, list[str]], dict[str, int]]:
    """What every author finds in the list of notices, and how many files with the entry."""
    inboxes: dict[str, list[str]] = {}
    files: dict[str, int] = {}
    gate = asyncio.Semaphore(_AT_ONCE)

    async def ask(one: HandedIn) -> None:
        async with gate, Api(desk.url, email=one.email, password=cast.PASSWORD, trouble=desk.trouble) as api:
            files[one.entry_id] = len((await api.get(f"{_ENTRIES}/{one.entry_id}"))["files"])
            inboxes[one.person_id] = await _inbox(api)

    await asyncio.gather(*(ask(one) for one in handed_in))
    return inboxes, files


async def _inbox(api: Api) -> list[str]:
    found: list[str] = []
    page = 1
    while True:
        got = await api.get(INBOX, page=page)
        found += [item["id"] for item in got["items"]]
        if not got["items"] or len(found) >= got["total"]:
            return found
        page += 1
