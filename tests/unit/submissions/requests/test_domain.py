"""The clock of a request and its steps."""

from datetime import datetime, timedelta

import pytest

from services.submissions.requests.domain import (
    AlreadyAnswered,
    AlreadyTaken,
    Asked,
    DataRequest,
    Kind,
    State,
    TooManyOpen,
)
from shared.clock import HANOI

FRIDAY = datetime(2026, 11, 20, 15, 30, tzinfo=HANOI)
DUE = datetime(2026, 11, 26, tzinfo=HANOI)


def a_request(at: datetime = FRIDAY, kind: Kind = Kind.ACCESS) -> DataRequest:
    return DataRequest.received("r", "p", Asked(kind=kind, text="Cho tôi xem"), 0, at)


def test_an_answer_is_due_after_two_working_days_not_counting_weekend_and_holiday():
    assert a_request().due_at == DUE
    assert a_request().last_day.isoformat() == "2026-11-25"


def test_a_request_is_late_from_its_due_instant_on_and_one_answered_in_time_never_becomes_late():
    request = a_request()
    assert not request.overdue(DUE - timedelta(milliseconds=1))
    assert request.overdue(DUE)
    request.answered("Đây", "admin", DUE - timedelta(hours=1))
    assert not request.overdue(DUE + timedelta(days=30))


def test_one_answered_late_stays_marked_late():
    request = a_request()
    request.refused("Không có căn cứ", "admin", DUE + timedelta(minutes=1))
    assert request.overdue(FRIDAY)


def test_steps_keep_who_and_when_and_an_answer_is_given_once():
    request = a_request()
    request.take("an", FRIDAY + timedelta(hours=1))
    with pytest.raises(AlreadyTaken):
        request.take("binh", FRIDAY + timedelta(hours=2))
    request.answered("Đã gửi bản sao", "an", FRIDAY + timedelta(hours=3))
    assert [(step.state, step.by) for step in request.steps] == [
        (State.RECEIVED, "p"),
        (State.IN_PROGRESS, "an"),
        (State.ANSWERED, "an"),
    ]
    assert request.answer == "Đã gửi bản sao"
    for again in (
        request.take,
        lambda by, at: request.answered("x", by, at),
        lambda by, at: request.refused("x", by, at),
    ):
        with pytest.raises(AlreadyAnswered):
            again("binh", FRIDAY)


def test_nobody_fills_the_desk():
    with pytest.raises(TooManyOpen):
        DataRequest.received("r", "p", Asked(kind=Kind.ACCESS, text="x"), 10, FRIDAY)


def test_what_was_written_goes_with_its_person_and_the_dates_stay():
    request = a_request()
    request.answered("Anh Bình thân mến", "an", FRIDAY + timedelta(hours=3))
    request.forgotten()
    assert "Bình" not in str(request)
    assert "Cho tôi xem" not in str(request)
    assert (request.received_at, request.due_at, request.state) == (FRIDAY, DUE, State.ANSWERED)
