"""The ledger finds what is planted: each thing once lost and once doubled, and an honest contest clean."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from deploy.demo.checks import Ledger, compare
from deploy.demo.load import Entry
from deploy.demo.records import Given, Held, Sealed, Seen
from deploy.demo.writing import HandedIn

ENTRY = Entry(id="SK-001", entrant="N1", entrant_group="E1", content_group="C1", title="Một cửa", parts={"a": "b"})


@dataclass
class Books:
    """What people hold and what the system shows, both free to be spoiled."""

    handed_in: list[HandedIn]
    held: Held
    shown: dict[str, Any]

    def compared(self) -> Ledger:
        return compare(self.handed_in, self.held, Seen(**self.shown))


def _line(kind: str, **data: Any) -> dict[str, Any]:
    return {"kind": kind, "data": data, "hash": f"#{kind}-{sorted(data.items())}"}


def _rows(message: str, person: str, about: str, cause: str) -> list[dict[str, Any]]:
    shared = {"message": message, "person_id": person, "about_id": about, "cause": cause, "resends": 0}
    by_mail = {"id": f"m-{message}-{cause}-{person}", "channel": "email", "state": "accepted"}
    return [
        {**shared, **by_mail},
        {**shared, "id": f"i-{message}-{cause}-{person}", "channel": "in_app", "state": "posted"},
    ]


def _deliveries() -> list[dict[str, Any]]:
    rows = _rows("receipt", "p1", "e1", "c1") + _rows("receipt", "p2", "e2", "c2") + _rows("receipt", "p2", "e2", "c3")
    rows += _rows("entry-accepted", "p1", "e1", "c4") + _rows("entry-accepted", "p2", "e2", "c5")
    rows += _rows("entry-returned", "p2", "e2", "c6") + _rows("judge-assigned", "j1", "c", "c7")
    rows += _rows("third-reader", "j1", "c", "c8") + _rows("finalist", "p1", "e1", "c9")
    rows += _rows("not-finalist", "p2", "e2", "c9") + _rows("running-order", "p1", "e1", "c10")
    return rows + _rows("result", "p1", "e1", "c11") + _rows("result", "p2", "e2", "c11")


def _log() -> list[dict[str, Any]]:
    sealed = [_line("sheet.sealed", sheet_id=f"s{n}", judge_id="j1", entry_id=f"e{n}", total="80.5") for n in (1, 2)]
    return [
        _line("scripts.assigned", pairs=[["e1", "j1"], ["e2", "j1"]]),
        *sealed,
        _line("third-reader.called", judge_id="j1", entry_id="e2"),
        _line("finalists.named", entries=[{"entry_id": "e1"}]),
        _line("slot.opened", slot_id="t1"),
        _line("score.given", slot_id="t1", judge_id="j1", total="90", revision=1),
        _line("score.given", slot_id="t1", judge_id="j2", total="85.5", revision=1),
        _line("slot.closed", slot_id="t1"),
    ]


@pytest.fixture
def books() -> Books:
    """Two entries, one of them mended; one finalist."""
    handed_in = [HandedIn(ENTRY, f"e{n}", f"R{n}", f"p{n}", f"p{n}@x.example", files=n - 1) for n in (1, 2)]
    log = _log()
    held = Held(
        sealed=[Sealed(f"s{n}", "j1", "80.50", log[n]["hash"]) for n in (1, 2)],
        given=[Given("t1", "j1", "90.0", 1), Given("t1", "j2", "85.5", 1)],
        returned=["e2"],
        mended=["e2"],
        slots={"t1": "1"},
    )
    rows = _deliveries()
    in_app = [row for row in rows if row["channel"] == "in_app"]
    shown = {
        "register": [{"entry_id": f"e{n}", "receipt": f"R{n}", "number": n} for n in (1, 2)],
        "log": log,
        "progress": {"judges": [{"judge_id": "j1", "sealed": 2}]},
        "board": {"quorum": 2, "rows": [{"slot_id": "t1", "marked": 2, "mean": "87.75"}]},
        "deliveries": rows,
        "inboxes": {person: [row["id"] for row in in_app if row["person_id"] == person] for person in ("p1", "p2")},
        "files": {"e1": 0, "e2": 1},
        "mails": [f"<{row['id']}@x.example>" for row in rows if row["channel"] == "email"],
    }
    return Books(handed_in, held, copy.deepcopy(shown))


def test_an_honest_contest_is_clean(books: Books):
    counted = books.compared()
    assert (counted.lost, counted.doubled) == ([], [])


Spoil = Callable[[dict[str, Any]], Any]
PLANTED: dict[str, tuple[Spoil, Spoil]] = {
    "register line": (lambda s: s["register"].pop(), lambda s: s["register"].append(s["register"][0])),
    "sealed sheet": (lambda s: s["log"].pop(1), lambda s: s["log"].append(s["log"][1])),
    "score": (lambda s: s["log"].pop(6), lambda s: s["log"].append(s["log"][6])),
    "slot.closed": (lambda s: s["log"].pop(8), lambda s: s["log"].append(s["log"][8])),
    "progress board": (lambda s: _set(s["progress"]["judges"][0], sealed=1), lambda s: _set(s["progress"]["judges"][0], sealed=3)),
    "mark on the board": (lambda s: _set(s["board"]["rows"][0], marked=1), lambda s: _set(s["board"]["rows"][0], marked=3)),
    "notice by email": (lambda s: _drop(s, "m-result-c11-p2"), lambda s: _again(s, "m-result-c11-p2")),
    "notice by in_app": (lambda s: _drop(s, "i-finalist-c9-p1"), lambda s: _again(s, "i-finalist-c9-p1")),
    "notice in the list": (lambda s: s["inboxes"]["p1"].pop(), lambda s: s["inboxes"]["p1"].append(s["inboxes"]["p1"][0])),
    "mail": (lambda s: s["mails"].pop(), lambda s: s["mails"].append(s["mails"][0])),
    "file of entry": (lambda s: _set(s["files"], e2=0), lambda s: _set(s["files"], e2=2)),
}  # fmt: skip


def _set(row: dict[str, Any], **values: Any) -> None:
    row.update(values)


def _drop(shown: dict[str, Any], delivery: str) -> None:
    shown["deliveries"] = [row for row in shown["deliveries"] if row["id"] != delivery]


def _again(shown: dict[str, Any], delivery: str) -> None:
    """The same person told of another cause: what a doubled fact leaves behind."""
    row = next(row for row in shown["deliveries"] if row["id"] == delivery)
    shown["deliveries"].append({**row, "id": "another", "cause": "another"})


@pytest.mark.parametrize("what", PLANTED)
def test_a_loss_is_found(books: Books, what: str):
    PLANTED[what][0](books.shown)
    assert any(line.startswith(what) or what in line for line in books.compared().lost)


@pytest.mark.parametrize("what", PLANTED)
def test_a_doubling_is_found(books: Books, what: str):
    PLANTED[what][1](books.shown)
    assert any(line.startswith(what) or what in line for line in books.compared().doubled)


def test_a_receipt_that_two_people_hold_is_found(books: Books):
    books.handed_in[1] = HandedIn(ENTRY, "e2", "R1", "p2", "p2@x.example", files=1)
    assert any(line.startswith("receipt") for line in books.compared().doubled)


def test_a_changed_mark_in_the_log_is_found(books: Books):
    books.shown["log"][1]["data"]["total"] = "81"
    assert books.compared().lost
    assert books.compared().doubled


def test_a_mean_that_is_not_the_logs_is_found(books: Books):
    books.shown["board"]["rows"][0]["mean"] = "87.76"
    assert any("mean of slot" in line for line in books.compared().lost)


def test_a_second_mail_is_allowed_after_an_uncertain_sending_only(books: Books):
    row = next(row for row in books.shown["deliveries"] if row["channel"] == "email")
    books.shown["mails"].append(f"<{row['id']}@x.example>")
    assert books.compared().doubled
    row["resends"] = 1
    assert books.compared().clean


def test_a_mail_that_arrived_counts_though_its_sender_died_before_writing_it_down(books: Books):
    row = next(row for row in books.shown["deliveries"] if row["channel"] == "email")
    row["state"] = "claimed"
    assert books.compared().clean
    books.shown["mails"] = [mail for mail in books.shown["mails"] if row["id"] not in mail]
    assert books.compared().lost


def test_without_a_mail_catcher_the_delivery_table_is_believed(books: Books):
    books.shown["mails"] = None
    assert books.compared().clean
