"""Days to be sealed, the chain, and what a checker of the file finds."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy import verify_register
from deploy.verify_register import Outcome
from services.submissions.intake.domain import Change, Line
from services.submissions.seals import domain
from services.submissions.seals.domain import Seal
from services.submissions.states.domain import State
from shared import recount, seals

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)


def a_change(number: int, **changes: Any) -> Change:
    """A line that was entered, or changed."""
    line = Line(
        entry_id=f"e{number}", contest_id="c", number=number, channel="post", received_at=AT, submitted_at=AT,
        receipt=f"CODE-{number}", revision=1, entrant_group="E1", content_group="C1", title=f"Sáng kiến {number}",
    ).model_copy(update=changes)  # fmt: skip
    return Change(id=f"x{number}", entry_id=line.entry_id, contest_id="c", at=AT, line=line.sealed)


def a_chain() -> list[Seal]:
    """Three days, the second without a line."""
    made: list[Seal] = []
    for n, changes in enumerate(([a_change(1), a_change(2)], [], [a_change(1, state=State.ACCEPTED)])):
        made.append(domain.seal(made[-1] if made else None, "c", DAY + timedelta(days=n), changes, AT))
    return made


def written(chain: list[Seal]) -> bytes:
    """As the page hands it out."""
    return recount.canonical([one.content for one in chain])


def test_a_chain_as_it_was_sealed_is_intact_and_so_is_each_day_alone() -> None:
    chain = a_chain()
    report = verify_register.examine(written(chain))
    assert (report.outcome, report.days, report.lines, report.head) == (Outcome.INTACT, 3, 3, chain[2].hash)
    assert verify_register.examine(recount.canonical(chain[1].content)).outcome is Outcome.INTACT
    assert [len(one.lines) for one in chain] == [2, 0, 1]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("CODE-1", "CODE-9", [("line", 1), ("content", None)]),
        ("accepted", "refused", [("line", 1), ("content", None)]),
        ("T08:00", "T07:00", [("line", 1), ("content", None)]),
        ('"channel":"post","hash":"', '"channel":"post","hash":"0', [("line", 1), ("content", None)]),
        ('"n":2', '"n":3', [("content", None), ("number", None), ("number", None)]),
        ('"contest_id":"c"', '"contest_id":"d"', [("content", None), ("register", None)]),
        ('"n":1', '"n": 1', [("form", None)]),
    ],
)
def test_one_altered_place_is_found_with_its_day_and_its_line(
    old: str, new: str, told: list[tuple[str, int | None]]
) -> None:
    content = written(a_chain()).decode()
    assert old in content
    report = verify_register.examine(content.replace(old, new, 1).encode())
    assert report.outcome is Outcome.ALTERED
    assert [(fault.what, fault.line) for fault in report.faults] == told
    assert all(fault.expected != fault.found and fault.day for fault in report.faults)


def test_every_fault_is_told_in_words_and_in_json_with_what_was_expected_and_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chain, file = a_chain(), tmp_path / "niem-phong.json"
    file.write_bytes(written(chain).replace(b"accepted", b"refused"))
    assert verify_register.verify(file) == 1
    said = capsys.readouterr().out
    assert "ngày 2026-11-22, số vào sổ 1 (dòng thứ 1)" in said
    assert f"phải là: {chain[2].lines[0]['hash']}" in said
    assert verify_register.verify(file, as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["outcome"] == "altered"
    assert told["faults"][0]["expected"] == chain[2].lines[0]["hash"] != told["faults"][0]["found"]
    file.write_text('{"format": "khac"}')
    assert verify_register.verify(file) == 2


def test_a_chain_that_began_before_lines_had_hashes_is_still_checked() -> None:
    old = a_chain()[0].content | {"format": seals.FORMATS[0]}
    old["lines"] = [{name: value for name, value in line.items() if name != "hash"} for line in old["lines"]]
    old["hash"] = seals.digest(old)
    after = domain.seal(Seal.model_validate(old), "c", DAY + timedelta(days=1), [a_change(3)], AT)
    assert verify_register.examine(recount.canonical([old, after.content])).outcome is Outcome.INTACT
    old["lines"][0]["receipt"] = "CODE-9"
    assert [fault.what for fault in seals.faults([old, after.content])] == ["content"]


def test_a_day_that_was_sealed_anew_or_left_out_breaks_the_chain() -> None:
    chain = a_chain()
    again = domain.seal(chain[0], "c", DAY + timedelta(days=1), [a_change(7)], AT)
    for forged, wanted in (([chain[0], again, chain[2]], {"chain"}), ([chain[0], chain[2]], {"chain", "number"})):
        report = verify_register.examine(written(forged))
        assert {fault.what for fault in report.faults} == wanted


def test_a_seal_names_and_quotes_nobody() -> None:
    seal = domain.seal(
        None, "c", DAY, [a_change(1, title="Sáng kiến của bà Trần Thị Lan", reason="Bà Lan nộp muộn")], AT
    )
    assert "Lan" not in json.dumps(seal.content, ensure_ascii=False)


@pytest.mark.parametrize(
    ("now", "days"),
    [
        (datetime(2026, 11, 20, 16, 59, tzinfo=UTC), []),  # 23:59 in Hanoi
        (datetime(2026, 11, 20, 17, 0, tzinfo=UTC), [DAY]),
        (datetime(2026, 11, 22, 18, 0, tzinfo=UTC), [DAY, DAY + timedelta(days=1), DAY + timedelta(days=2)]),
    ],
)
def test_a_day_is_due_from_its_last_instant_in_hanoi_and_none_is_skipped(now: datetime, days: list[date]) -> None:
    assert domain.due(DAY, None, now) == days
    before = domain.seal(None, "c", DAY - timedelta(days=1), [], now)
    assert domain.due(date(2020, 1, 1), before, now) == days


def test_a_register_older_than_its_seals_begins_on_the_last_day_that_is_over() -> None:
    now = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)  # the 21st in Hanoi
    published = datetime(2019, 3, 5, tzinfo=UTC)
    assert domain.first_day(published, [], older=True, now=now) == DAY
    assert domain.first_day(published, [], older=False, now=now) == date(2019, 3, 5)
    assert domain.first_day(now, [a_change(1)], older=False, now=now) == DAY
