"""What a desk may keep with a paper: so many scans, and an envelope that is replaced without being lost."""

from datetime import UTC, datetime

import pytest

from services.submissions.arrivals.domain import Paper
from services.submissions.files.domain import Attachment
from services.submissions.inspection.domain import PNG
from services.submissions.papers import domain
from services.submissions.papers.domain import MOST_SCANS, TooManyScans

NOW = datetime(2026, 10, 20, 9, tzinfo=UTC)


def a_file(number: int) -> Attachment:
    return Attachment(
        id=f"f{number}", name=f"trang-{number}.png", media_type=PNG, size=1, sha256=f"{number}", added_at=NOW
    )


def test_the_last_scan_that_fits_is_kept_and_the_next_one_refused():
    paper = Paper(received_at=NOW)
    for number in range(MOST_SCANS):
        domain.add_file(paper, a_file(number), envelope=False)
    with pytest.raises(TooManyScans, match=str(MOST_SCANS)):
        domain.add_file(paper, a_file(99), envelope=False)
    assert len(paper.scans) == MOST_SCANS


def test_another_picture_of_the_envelope_leaves_the_first_among_the_scans():
    paper = Paper(received_at=NOW)
    for number in (1, 2):
        domain.add_file(paper, a_file(number), envelope=True)
    assert paper.envelope == a_file(2)
    assert paper.scans == [a_file(1)]
