"""Counts what was lost and what was doubled, by comparing what people hold with what each service shows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from deploy.demo.client import Api, Json, until
from deploy.demo.marking import Desk, register
from deploy.demo.writing import HandedIn

DELIVERIES = "/api/notifications/v1/deliveries"
_DONE = {"accepted", "posted", "read"}


@dataclass(slots=True)
class Ledger:
    """What does not add up, in words."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    def expect(self, wanted: Sequence[str], found: Sequence[str], what: str) -> None:
        """Every one of `wanted` exactly once in `found`."""
        counted = Counter(found)
        self.lost += [f"{what} {one}" for one in wanted if not counted[one]]
        self.doubled += [f"{what} {one} × {number}" for one, number in counted.items() if number > 1]


async def deliveries(api: Api, *, about_id: str | None = None, message: str, channel: str) -> list[Json]:
    """All rows of one message and channel."""
    rows: list[Json] = []
    page = 1
    while True:
        got = await api.get(DELIVERIES, about_id=about_id, message=message, channel=channel, page=page)
        rows += got["items"]
        if not got["items"] or len(rows) >= got["total"]:
            return rows
        page += 1


async def audit(desk: Desk, handed_in: Sequence[HandedIn], log: Sequence[Json]) -> Ledger:
    """Compare receipts, register, score log and notices."""
    ledger = Ledger()
    wanted = [one.entry_id for one in handed_in]
    async with desk.api("secretary") as api:
        lines = await register(api, desk.contest_id)
    ledger.expect(wanted, [line["entry_id"] for line in lines], "register line")
    ledger.doubled += [f"register number {n}" for n, k in Counter(line["number"] for line in lines).items() if k > 1]
    receipts = {one.entry_id: one.receipt for one in handed_in}
    ledger.lost += [
        f"receipt {line['entry_id']}" for line in lines if receipts.get(line["entry_id"]) != line["receipt"]
    ]
    sealed = [f"{one['data']['entry_id']}/{one['data']['judge_id']}" for one in log if one["kind"] == "sheet.sealed"]
    ledger.doubled += [f"sealed sheet {name} × {number}" for name, number in Counter(sealed).items() if number > 1]
    await _notices(desk, wanted, ledger)
    return ledger


async def _notices(desk: Desk, entries: Sequence[str], ledger: Ledger) -> None:
    async with desk.api("organiser") as api:
        for message in ("receipt", "entry-accepted"):
            for channel in ("email", "in_app"):

                async def settled(message: str = message, channel: str = channel) -> list[Json] | None:
                    rows = await _first_of_each(api, entries, message, channel)
                    return rows if {row["about_id"] for row in rows} >= set(entries) else None

                try:
                    rows = await until(settled, f"{message} by {channel}", seconds=90)
                except TimeoutError:
                    rows = await _first_of_each(api, entries, message, channel)
                about = [row["about_id"] for row in rows]
                ledger.expect(entries, list(dict.fromkeys(about)), f"{message} by {channel} for")
                causes = Counter((row["about_id"], row["cause"], row["person_id"]) for row in rows)
                ledger.doubled += [f"{message} by {channel} for {key}" for key, number in causes.items() if number > 1]


async def _first_of_each(api: Api, entries: Sequence[str], message: str, channel: str) -> list[Json]:
    known = set(entries)
    rows = await deliveries(api, message=message, channel=channel)
    return [row for row in rows if row["about_id"] in known and row["state"] in _DONE]
