"""The contest form: how typed rows become rules and how rules are shown in fields. Pages are tested with a database."""

from datetime import datetime, timedelta

from services.submissions.contests.routes import shaped, shown
from shared.clock import HANOI


def test_empty_rows_are_dropped_and_new_rows_get_the_next_free_id():
    rows = {
        "0": {"id": "E2", "title": "Tổ chức", "track": "collective"},
        "1": {"id": "", "title": "Người dân", "track": "individual"},
        "2": {"id": "", "title": " ", "description": "", "track": "individual"},
        "3": {"id": "", "title": "Cán bộ", "track": "individual"},
    }
    groups = shaped({"entrant_groups": rows})["entrant_groups"]
    assert [(group["id"], group["title"]) for group in groups] == [
        ("E2", "Tổ chức"),
        ("E1", "Người dân"),
        ("E3", "Cán bộ"),
    ]


def test_times_are_read_on_the_hanoi_clock_and_nonsense_stays_as_typed():
    times = shaped({"timetable": {"opens_at": "2026-11-21T08:00", "closes_at": "mai", "final_at": ""}})["timetable"]
    assert times["opens_at"].utcoffset() == timedelta(hours=7)
    assert times == {"opens_at": datetime(2026, 11, 21, 8, tzinfo=HANOI), "closes_at": "mai"}


def test_a_plan_with_three_empty_boxes_is_no_plan():
    assert shaped({"plan": {"issuer": "", "number": "", "date": ""}})["plan"] is None


def test_what_is_shown_reads_back_as_the_same_rules():
    shape = shaped(
        {
            "short_name": "Một cửa", "year": "2026", "parts": {"0": {"id": "P1", "title": "Giải pháp", "max_words": "9"}},
            "timetable": {"opens_at": "2026-11-21T08:00"}, "form_rules": {"max_megabytes": "5", "media_types": ["image/png"]},
        }
    )  # fmt: skip
    fields = shown(shape)
    assert fields["parts"]["0"]["title"] == "Giải pháp"
    assert fields["form_rules"]["max_megabytes"] == 5
    again = shaped(fields | {"form_rules": {"max_megabytes": "5", "media_types": ["image/png"]}})
    assert again == shape
