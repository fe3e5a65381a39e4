"""A final and its slots: what may follow what, and that after the lock nothing does."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from services.judging.finals import domain
from services.judging.finals.domain import Final, FinalState, Score, Slot, SlotState

AT = datetime(2019, 11, 15, 1, 30, tzinfo=UTC)
EACH = timedelta(minutes=15)


def a_final(entries=("e1", "e2", "e3"), seed="hạt giống"):
    final = Final(id="c1")
    event = final.draw(entries, seed, AT, first_at=AT, each=EACH)
    slots = [
        Slot(
            id=place.slot_id, contest_id="c1", entry_id=place.entry_id, code="K1", title="Bài", position=place.position
        )
        for place in event.slots
    ]
    return final, slots, event


def a_score(slot, judge="j1", total="8.50"):
    score = Score(id="s", slot_id=slot.id, contest_id="c1", entry_id=slot.entry_id, judge_id=judge)
    score.renew(0, {"c1": Decimal(total)}, Decimal(total), AT)
    return score


def opened(final, slot):
    final.opened(slot)
    slot.open(AT)


def test_the_same_seed_draws_the_same_order_from_whatever_order_the_finalists_come_in():
    orders = [
        [slot.entry_id for slot in a_final(entries)[2].slots]
        for entries in (("e1", "e2", "e3", "e4"), ("e4", "e2", "e1", "e3"))
    ]
    assert orders[0] == orders[1]
    assert sorted(orders[0]) == ["e1", "e2", "e3", "e4"]


def test_every_place_can_fall_to_every_finalist():
    firsts = {a_final(seed=f"hạt {n}")[2].slots[0].entry_id for n in range(40)}
    assert firsts == {"e1", "e2", "e3"}


def test_the_slots_follow_each_other_by_the_minutes_of_one():
    _, _, event = a_final()
    assert [slot.starts_at for slot in event.slots] == [AT, AT + EACH, AT + 2 * EACH]


def test_the_order_is_drawn_once_and_only_for_named_finalists():
    final, _, _ = a_final()
    with pytest.raises(domain.OrderAlreadyDrawn):
        final.draw(["e1"], "khác", AT, first_at=None, each=EACH)
    with pytest.raises(domain.NoFinalists):
        Final(id="c2").draw([], "hạt", AT, first_at=None, each=EACH)


def test_only_one_slot_is_open_at_a_time():
    final, slots, _ = a_final()
    opened(final, slots[0])
    with pytest.raises(domain.AnotherSlotOpen):
        final.opened(slots[1])
    final.ended(slots[0])
    final.opened(slots[1])


def test_marks_are_taken_while_the_slot_is_open_and_never_before_or_after():
    final, slots, _ = a_final()
    with pytest.raises(domain.SlotNotOpen):
        slots[0].give(a_score(slots[0]))
    opened(final, slots[0])
    event = slots[0].give(a_score(slots[0]))
    assert (event.revision, event.total, slots[0].facts) == (1, Decimal("8.50"), 2)
    slots[0].close(AT, given=5, quorum=5, reason="")
    with pytest.raises(domain.SlotNotOpen):
        slots[0].give(a_score(slots[0]))


def test_a_second_tablet_with_an_old_revision_gets_both_values():
    _, slots, _ = a_final()
    score = a_score(slots[0])
    with pytest.raises(domain.StaleScore) as stale:
        score.renew(0, {"c1": Decimal("9.00")}, Decimal("9.00"), AT)
    assert stale.value.details == {"revision": 1, "stored": {"c1": "8.50"}, "yours": {"c1": "9.00"}}
    assert (score.revision, score.total) == (1, Decimal("8.50"))
    score.renew(1, {"c1": Decimal("9.00")}, Decimal("9.00"), AT)
    assert (score.revision, score.total) == (2, Decimal("9.00"))


def test_a_slot_below_the_quorum_is_closed_only_with_a_reason():
    final, slots, _ = a_final()
    opened(final, slots[0])
    with pytest.raises(domain.BelowQuorum) as below:
        slots[0].close(AT, given=4, quorum=5, reason="")
    assert below.value.details == {"given": 4, "quorum": 5}
    assert slots[0].close(AT, given=4, quorum=5, reason="Một giám khảo bị ốm").outcome == "closed"


@pytest.mark.parametrize("outcome", [SlotState.ABSENT, SlotState.WITHDRAWN])
def test_absent_and_withdrawn_are_states_of_their_own_and_need_a_reason(outcome):
    _, slots, _ = a_final()
    with pytest.raises(domain.ReasonNeeded):
        slots[0].set_aside(outcome, AT, reason="")
    event = slots[0].set_aside(outcome, AT, reason="Không có mặt sau ba lần gọi")
    assert (event.outcome, slots[0].state) == (outcome.value, outcome)
    with pytest.raises(domain.SlotNotWaiting):
        slots[0].open(AT)


def test_the_final_is_locked_when_every_slot_is_over_and_then_refuses_everything():
    final, slots, _ = a_final()
    with pytest.raises(domain.SlotsUnfinished):
        final.lock(slots, "o1", AT)
    for slot in slots:
        slot.set_aside(SlotState.ABSENT, AT, reason="vắng")
    final.lock(slots, "o1", AT)
    assert final.state is FinalState.LOCKED
    for forbidden in (
        final.require_unlocked,
        lambda: final.opened(slots[0]),
        lambda: final.ended(slots[0]),
        lambda: final.lock(slots, "o1", AT),
    ):
        with pytest.raises(domain.FinalIsLocked):
            forbidden()


def test_a_final_without_slots_cannot_be_locked():
    with pytest.raises(domain.SlotsUnfinished):
        Final(id="c1").lock([], "o1", AT)
