"""Purposes and what holds after a history."""

from datetime import UTC, datetime, timedelta

import pytest

from services.submissions.consents import domain
from services.submissions.consents.domain import PURPOSES, Channel, Consent, UnknownPurpose

AT = datetime(2026, 3, 1, tzinfo=UTC)


def line(purpose: str, *, given: bool, place: int, version: int = 1) -> Consent:
    at = AT + timedelta(hours=place)
    return Consent(
        id=str(place), person_id="p", purpose=purpose, given=given, version=version, channel=Channel.ACCOUNT, at=at
    )


def test_silence_is_no_consent():
    assert domain.holding([]) == {}


def test_the_last_word_counts_for_each_purpose_alone():
    said = [
        line("gallery", given=True, place=1),
        line("news", given=True, place=2),
        line("gallery", given=False, place=3),
    ]
    assert set(domain.holding(said)) == {"news"}


def test_versions_count_up_from_one_and_their_days_never_go_back():
    for purpose in PURPOSES:
        assert [one.version for one in purpose.wordings] == list(range(1, len(purpose.wordings) + 1))
        assert [one.since for one in purpose.wordings] == sorted(one.since for one in purpose.wordings)
        assert purpose.now.text.startswith("Tôi đồng ý")


def test_a_line_knows_what_was_asked_word_for_word():
    assert line("news", given=True, place=1).wording == domain.purpose("news").wording(1) != ""


def test_there_is_no_consent_to_everything():
    with pytest.raises(UnknownPurpose):
        domain.purpose("*")
