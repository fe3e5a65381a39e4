"""The steps of the wizard: how typed rows become rules and how rules are shown in fields. Pages are tested with a database."""

from datetime import datetime, timedelta

from services.submissions.rules.domain import Rules
from services.submissions.wizard.domain import BY_ID, STEPS, after, shaped, shown, step_of
from shared.clock import HANOI


def test_empty_rows_are_dropped_and_new_rows_get_the_next_free_id():
    rows = {
        "0": {"id": "E2", "title": "Tổ chức", "track": "collective"},
        "1": {"id": "", "title": "Người dân", "track": "individual"},
        "2": {"id": "", "title": " ", "description": "", "track": "individual"},
        "3": {"id": "", "title": "Cán bộ", "track": "individual"},
    }
    groups = shaped(BY_ID["doi-tuong"], {"entrant_groups": rows})["entrant_groups"]
    assert [(group["id"], group["title"]) for group in groups] == [
        ("E2", "Tổ chức"),
        ("E1", "Người dân"),
        ("E3", "Cán bộ"),
    ]


def test_times_are_read_on_the_hanoi_clock_and_nonsense_stays_as_typed():
    typed = {"opens_at": "2026-11-21T08:00", "closes_at": "mai", "final_at": ""}
    times = shaped(BY_ID["lich"], {"timetable": typed})["timetable"]
    assert times["opens_at"].utcoffset() == timedelta(hours=7)
    assert times == {"opens_at": datetime(2026, 11, 21, 8, tzinfo=HANOI), "closes_at": "mai"}


def test_a_plan_with_three_empty_boxes_is_no_plan():
    assert shaped(BY_ID["chung"], {"plan": {"issuer": "", "number": "", "date": ""}})["plan"] is None


def test_what_is_shown_reads_back_as_the_same_rules():
    rules = Rules.model_validate(
        {
            "slug": "mot-cua", "name": "Một cửa", "short_name": "Một cửa", "year": 2026,
            "timetable": {"opens_at": "2026-11-21T08:00+07:00", "closes_at": "2026-12-21T08:00+07:00"},
            "entrant_groups": [{"id": "E1", "title": "Cán bộ", "track": "individual", "kinds": ["official"], "unit_levels": ["ward"]}],
            "parts": [{"id": "P1", "title": "Minh họa", "max_words": 9, "required": False}],
            "quotas": [{"id": "Q1", "title": "Phường", "unit_level": "ward", "minimum": 2, "compulsory": False}],
            "rounds": [{"id": "final", "title": "Chung khảo", "forms": ["Thuyết trình", "Sân khấu hóa"]}],
            "complaint_days": 10,
        }
    )  # fmt: skip
    fields = shown(rules.model_dump())
    assert fields["rounds"]["final"]["forms"] == "Thuyết trình\nSân khấu hóa"
    again = {name: value for step in STEPS for name, value in shaped(step, _posted(fields)).items()}
    assert rules.with_changes(again) == rules


def _posted(fields):
    """As a browser would send it: an empty list of ticks is not sent at all."""
    return {name: value for name, value in fields.items() if value not in ([], "", None)}


def test_an_empty_row_means_the_usual():
    [part] = shaped(BY_ID["bai"], {"parts": {"0": {"title": "Giải pháp", "max_words": "9"}}})["parts"]
    [quota] = shaped(
        BY_ID["doi-tuong"], {"quotas": {"0": {"title": "Sở", "unit_level": "department", "minimum": "1"}}}
    )["quotas"]
    assert (part["required"], quota["compulsory"], quota["count_subunits"]) == (True, True, False)


def test_every_rule_has_its_step_and_a_mistake_leads_there():
    assert {name for step in STEPS for name in step.fields} == set(Rules.model_fields)
    assert step_of("timetable.closes_at").id == "lich"
    assert step_of("parts").id == "bai"
    assert [after(step) for step in STEPS] == [*STEPS[1:], None]
