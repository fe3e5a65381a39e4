"""What a desk may keep with a paper: so many scans, and an envelope that is replaced without being lost."""

from datetime import UTC, date, datetime

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


@pytest.mark.parametrize("written", ["2026-10-05", "05/10/2026", "5.10.2026", "ngày 05 tháng 10 năm 2026"])
def test_a_postmark_and_an_arrival_are_read_as_people_write_them_where_a_browser_has_no_calendar(written: str):
    slip = {"name": "Đỗ Thị Giấy", "contest_id": "c", "channel": "post", "entrant_group": "E1", "content_group": "C1"}
    read = domain.Slip.model_validate(
        {**slip, "title": "Bài giấy", "pages": 1, "postmark": written, "received_at": f"16h30 {written}"}
    )
    assert (read.postmark, read.received_at) == (date(2026, 10, 5), datetime(2026, 10, 5, 9, 30, tzinfo=UTC))
