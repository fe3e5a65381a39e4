"""Log lines of five kinds of programs, made readable."""

from deploy.log_view import _stamped, readable


def test_a_json_record_shows_its_event_and_values():
    level, text = readable(
        '{"timestamp": "2026-11-21T03:00:00.123456Z", "level": "warning", "event": "entries.submit.refused", "entry": "e1"}'
    )
    assert level == "warning"
    assert text == "03:00:00.123 entries.submit.refused entry=e1"


def test_mongods_own_form_is_read():
    line = '{"t":{"$date":"2026-11-21T03:00:00.123+00:00"},"s":"E","c":"X","msg":"Went wrong","attr":{"a":1}}'
    level, text = readable(line)
    assert level == "error"
    assert text == "03:00:00.123 Went wrong {'a': 1}"


def test_a_line_that_is_no_json_stays_as_it_is():
    assert readable("2026-11-21T03:00:00 ERROR broken") == ("error", "2026-11-21T03:00:00 ERROR broken")
    assert readable("[1, 2") == ("info", "[1, 2")


def test_a_line_without_a_time_belongs_to_the_one_before():
    stamped = list(_stamped(["2026-11-21 03:00:00,5 boom", "Traceback:", '{"timestamp": "2026-11-21T03:00:01Z"}']))
    assert [stamp for stamp, _ in stamped] == ["2026-11-21T03:00:00.5", "2026-11-21T03:00:00.5", "2026-11-21T03:00:01"]
