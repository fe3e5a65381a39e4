"""The arithmetic of the ledger: what people hold against what the services show. Pure; `ledger.py` does the looking."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from deploy.demo.client import Json
from deploy.demo.records import Held, Seen
from deploy.demo.writing import HandedIn
from shared import recount

DONE = frozenset({"accepted", "posted", "read"})
UNDER_WAY = frozenset({"planned", "ready", "claimed", "retry_wait", "uncertain"})
CHANNELS = ("email", "in_app")
_ABOUT_AN_ENTRY = frozenset({"receipt", "entry-accepted", "entry-returned", "entry-withdrawn", "entry-refused"})


@dataclass(slots=True)
class Ledger:
    """What does not add up, in words."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Nothing was lost and nothing was doubled."""
        return not self.lost and not self.doubled

    def expect(self, wanted: Iterable[object], found: Iterable[object], what: str) -> None:
        """Each of `wanted` as often in `found` as it is wanted, and nothing else."""
        due, there = Counter(map(str, wanted)), Counter(map(str, found))
        self.lost += [f"{what} {one}: {there[one]} of {number}" for one, number in due.items() if there[one] < number]
        self.doubled += [f"{what} {one}: {number} of {due[one]}" for one, number in there.items() if number > due[one]]


def compare(handed_in: Sequence[HandedIn], held: Held, seen: Seen) -> Ledger:
    """Everything that can be held against something else."""
    ledger = Ledger()
    _register([*handed_in, *held.withdrawn, *held.refused], seen, ledger)
    _log(held, seen, ledger)
    _board(held, seen, ledger)
    _progress(held, seen, ledger)
    _notices(handed_in, held, seen, ledger)
    _inboxes(handed_in, seen, ledger)
    mails(seen.deliveries, seen.mails, ledger)
    return ledger


def _register(handed_in: Sequence[HandedIn], seen: Seen, ledger: Ledger) -> None:
    """One line for each entry with the receipt its author holds, numbered without a gap."""
    ledger.expect(
        [(one.entry_id, one.receipt) for one in handed_in],
        [(line["entry_id"], line["receipt"]) for line in seen.register],
        "register line",
    )
    ledger.expect(range(1, len(handed_in) + 1), [line["number"] for line in seen.register], "register number")
    ledger.expect({one.receipt for one in handed_in}, [one.receipt for one in handed_in], "receipt")
    looked = [one for one in handed_in if one.entry_id in seen.files]
    ledger.expect(
        [one.entry_id for one in looked for _ in range(one.files)],
        [one.entry_id for one in looked for _ in range(seen.files[one.entry_id])],
        "file of entry",
    )


def _number(text: str) -> Decimal:
    """So that 80.5 and 80.50 are the same words too."""
    return Decimal(text).normalize()


def _of(log: Sequence[Json], kind: str) -> list[Json]:
    return [line for line in log if line["kind"] == kind]


def _log(held: Held, seen: Seen, ledger: Ledger) -> None:
    """Every proof of a judge is a line of the log, no line is without a proof."""
    sealed = [(line["data"], line["hash"]) for line in _of(seen.log, "sheet.sealed")]
    ledger.expect(
        [(one.sheet_id, one.judge_id, _number(one.total), one.hash) for one in held.sealed],
        [(data["sheet_id"], data["judge_id"], _number(data["total"]), proof) for data, proof in sealed],
        "sealed sheet",
    )
    given = [line["data"] for line in _of(seen.log, "score.given")]
    ledger.expect(
        [(one.slot_id, one.judge_id, _number(one.total), one.revision) for one in held.given],
        [(one["slot_id"], one["judge_id"], _number(one["total"]), one["revision"]) for one in given],
        "score",
    )
    for kind in ("slot.opened", "slot.closed"):
        ledger.expect(held.slots, [line["data"]["slot_id"] for line in _of(seen.log, kind)], kind)


def _progress(held: Held, seen: Seen, ledger: Ledger) -> None:
    """The board of sealed sheets, which follows the facts, counts what was sealed."""
    shown = {one["judge_id"]: one["sealed"] for one in seen.progress.get("judges", [])}
    found = [judge for judge, number in shown.items() for _ in range(number)]
    ledger.expect([one.judge_id for one in held.sealed], found, "sheet on the progress board of judge")


def _board(held: Held, seen: Seen, ledger: Ledger) -> None:
    """The live figure of every slot is the one the log gives."""
    totals: dict[str, dict[str, Decimal]] = {slot: {} for slot in held.slots}
    for line in _of(seen.log, "score.given"):
        totals.setdefault(line["data"]["slot_id"], {})[line["data"]["judge_id"]] = Decimal(line["data"]["total"])
    rows = {row["slot_id"]: row for row in seen.board.get("rows", [])}
    quorum = int(seen.board.get("quorum", 1))
    for slot, given in totals.items():
        row = rows.get(slot, {"marked": 0, "mean": None})
        ledger.expect(range(len(given)), range(row["marked"]), f"mark on the board of slot {slot}, number")
        wanted = recount.mean(given.values()) if given and len(given) >= quorum else None
        shown = None if row["mean"] is None else Decimal(row["mean"])
        if shown != wanted:
            ledger.lost.append(f"mean of slot {slot}: the board shows {shown}, the log gives {wanted}")


def _notices(handed_in: Sequence[HandedIn], held: Held, seen: Seen, ledger: Ledger) -> None:
    """Everybody whom something concerns was told of it, once through each channel."""
    there = _at_the_server(seen.mails)
    # A mail that is there was sent, whatever its sender lived to write down.
    delivered = [row for row in seen.deliveries if row["state"] in DONE or there[row["id"]]]
    wanted = wanted_notices(handed_in, held, seen.log)
    for channel in CHANNELS:
        found = [_notice(row) for row in delivered if row["channel"] == channel]
        ledger.expect(wanted, found, f"notice by {channel}")
    # One row for each (cause, person, channel): the same letter planned twice would be seen here first.
    keys = [(row["cause"], row["message"], row["person_id"], row["channel"]) for row in seen.deliveries]
    ledger.expect(set(keys), keys, "delivery")


def _notice(row: Json) -> tuple[str, str, str]:
    return row["message"], row["person_id"], row["about_id"] if row["message"] in _ABOUT_AN_ENTRY else ""


def _at_the_server(arrived: Sequence[str] | None) -> Counter[str]:
    """Delivery id -> mails with its Message-ID."""
    return Counter(mail.strip("<>").partition("@")[0] for mail in arrived or ())


def wanted_notices(handed_in: Sequence[HandedIn], held: Held, log: Sequence[Json]) -> list[tuple[str, str, str]]:
    """(message, person, entry or nothing) of every letter that must have gone out."""
    owner = {one.entry_id: one.person_id for one in handed_in}
    finalists = {one["entry_id"] for line in _of(log, "finalists.named") for one in line["data"]["entries"]}
    lucky = {owner[entry] for entry in finalists}
    draws = [{judge for _, judge in line["data"]["pairs"]} for line in _of(log, "scripts.assigned")]
    entries = [*owner, *held.mended]
    return [
        *(("receipt", one.person_id, one.entry_id) for one in (*held.withdrawn, *held.refused)),
        *(("entry-withdrawn", one.person_id, one.entry_id) for one in held.withdrawn),
        *(("entry-refused", one.person_id, one.entry_id) for one in held.refused),
        *(("receipt", owner[entry], entry) for entry in entries),
        *(("entry-accepted", owner[entry], entry) for entry in owner),
        *(("entry-returned", owner[entry], entry) for entry in held.returned),
        *(("judge-assigned", judge, "") for judges in draws for judge in judges),
        *(("third-reader", line["data"]["judge_id"], "") for line in _of(log, "third-reader.called")),
        *(("finalist", person, "") for person in lucky),
        *(("running-order", person, "") for person in lucky),
        *(("not-finalist", person, "") for person in set(owner.values()) - lucky),
        *(("result", person, "") for person in set(owner.values())),
    ]


def _inboxes(handed_in: Sequence[HandedIn], seen: Seen, ledger: Ledger) -> None:
    """What the delivery table calls posted lies in the person's list, once."""
    for person in {one.person_id for one in handed_in} & set(seen.inboxes):
        posted = [row["id"] for row in seen.deliveries if row["channel"] == "in_app" and row["person_id"] == person]
        ledger.expect(posted, seen.inboxes[person], f"notice in the list of {person}")


def mails(deliveries: Sequence[Json], arrived: Sequence[str] | None, ledger: Ledger) -> None:
    """Each delivery is one mail with its own Message-ID; a second one only after an uncertain sending."""
    if arrived is None:
        return
    there = _at_the_server(arrived)
    for row in deliveries:
        if row["channel"] != "email":
            continue
        if not there[row["id"]] and row["state"] in DONE:
            ledger.lost.append(f"mail {row['message']} to {row['person_id']}: accepted, and not at the server")
        if there[row["id"]] > 1 + row["resends"]:
            ledger.doubled.append(f"mail {row['message']} to {row['person_id']}: {there[row['id']]} times")
