"""When a paper may be accepted: its words typed and checked, and in time by the rules unless it also came online."""

from datetime import date, datetime, timedelta

import pytest

from services.submissions.arrivals import domain
from services.submissions.arrivals.domain import (
    CHANNELS,
    TRANSCRIPTS,
    Channel,
    NotTranscribed,
    Paper,
    PaperLate,
    Transcript,
)
from services.submissions.rules.domain import Timetable
from shared.clock import HANOI

CLOSES = datetime(2026, 10, 15, 17, tzinfo=HANOI)
TIMES = Timetable(opens_at=CLOSES - timedelta(days=30), closes_at=CLOSES)
BY_POST = TIMES.model_copy(update={"postmark_until": CLOSES, "received_until": CLOSES + timedelta(days=5)})


def paper(**changes: object) -> Paper:
    return Paper.model_validate(
        {"received_at": CLOSES - timedelta(days=1), "transcript": Transcript.CHECKED, **changes}
    )


def test_an_online_entry_has_nothing_to_transcribe():
    domain.check_acceptable([Channel.ONLINE], None, TIMES)


@pytest.mark.parametrize("state", [Transcript.WAITING, Transcript.TYPED, Transcript.SENT_BACK])
def test_a_paper_is_not_accepted_before_its_words_are_checked(state):
    with pytest.raises(NotTranscribed):
        domain.check_acceptable([Channel.DESK], paper(transcript=state), TIMES)


@pytest.mark.parametrize("state", [Transcript.CHECKED, Transcript.OWN])
def test_a_paper_with_checked_words_or_the_authors_own_is_accepted(state):
    domain.check_acceptable([Channel.DESK], paper(transcript=state), TIMES)


def test_a_late_paper_is_refused_by_the_rule_that_makes_it_late():
    late = paper(received_at=CLOSES + timedelta(days=2), postmark=date(2026, 10, 15))
    with pytest.raises(PaperLate, match="không tính theo dấu bưu điện"):
        domain.check_acceptable([Channel.POST], late, TIMES)
    domain.check_acceptable([Channel.POST], late, BY_POST)
    with pytest.raises(PaperLate, match=r"Dấu bưu điện ngày 16/10/2026, sau hạn 15/10/2026"):
        domain.check_acceptable([Channel.POST], late.model_copy(update={"postmark": date(2026, 10, 16)}), BY_POST)


def test_a_late_paper_does_no_harm_to_the_entry_that_came_online_in_time():
    domain.check_acceptable([Channel.ONLINE, Channel.POST], paper(received_at=CLOSES + timedelta(days=9)), TIMES)


def test_every_channel_and_every_state_of_a_transcription_has_a_word():
    assert (set(CHANNELS), set(TRANSCRIPTS)) == (set(Channel), set(Transcript))
