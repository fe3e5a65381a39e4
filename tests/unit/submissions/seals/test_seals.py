"""Days to be sealed, the chain, and what a checker of the file finds."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from deploy import verify_register
from services.submissions.intake.domain import Change, Line
from services.submissions.seals import domain
from services.submissions.seals.domain import Seal
from services.submissions.states.domain import State
from shared import recount

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
    assert verify_register.examine(written(chain))[1] == []
    assert verify_register.examine(recount.canonical(chain[1].content))[1] == []
    assert [len(one.lines) for one in chain] == [2, 0, 1]


@pytest.mark.parametrize(
    ("old", "new"), [("CODE-1", "CODE-9"), ('"n":2', '"n":3'), ("accepted", "refused"), ("T08:00", "T07:00")]
)
def test_one_altered_place_is_found(old: str, new: str) -> None:
    content = written(a_chain()).decode()
    assert old in content
    assert verify_register.examine(content.replace(old, new, 1).encode())[1]


def test_a_day_that_was_sealed_anew_or_left_out_breaks_the_chain() -> None:
    chain = a_chain()
    again = domain.seal(chain[0], "c", DAY + timedelta(days=1), [a_change(7)], AT)
    for forged in ([chain[0], again, chain[2]], [chain[0], chain[2]]):
        assert "không nối vào" in verify_register.examine(written(forged))[1][0]


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
