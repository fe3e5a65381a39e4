"""Form macros: what was typed is shown again, faults stand at their fields, nothing typed becomes mark-up."""

import re
from typing import Any

import pytest

NASTY = '<script>alert("x")</script>'
OPTIONS = [{"value": "1", "text": "Một"}, {"value": "2", "text": "Hai"}]
ERRORS = [{"field": "title", "text": "Hãy điền tên."}, {"field": "", "text": "Đã hết hạn nộp."}]


@pytest.mark.parametrize(
    "field",
    [
        'forms.text("title", "Tên", values, errors)',
        'forms.textarea("title", "Tên", values, errors, max_words=5)',
        'forms.textarea("title", "Tên", values, errors)',
        'forms.score("title", "Tên", 20, values, errors)',
    ],
)
def test_a_field_shows_again_what_was_typed_as_text_and_its_fault(rendered, field):
    html = rendered("{{ " + field + " }}", values={"title": NASTY}, errors=ERRORS)
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;" in html
    assert "<script" not in html
    assert 'id="title-error"' in html
    assert "Hãy điền tên." in html


_SAID: dict[str, Any] = {
    "label": {"html": "Tên &amp; &lt;b&gt;", "classes": "govuk-label--s"}, "id": "goals", "name": "goals[]",
}  # fmt: skip


@pytest.mark.parametrize("wrong", [False, True])
@pytest.mark.parametrize("hint", ["", "Gợi ý < 3"])
def test_our_own_fields_say_what_the_vendors_would(rendered: Any, hint: str, *, wrong: bool) -> None:
    told: dict[str, Any] = {"hint": {"text": hint} if hint else None, "attributes": {"data-x": "<1>"}}
    told["errorMessage"] = {"text": "Sai rồi", "visuallyHiddenText": "Lỗi"} if wrong else None
    line = (
        _SAID
        | told
        | {"type": "email", "value": NASTY, "inputmode": "email", "autocomplete": "email", "spellcheck": False}
    )
    line |= {"classes": "govuk-input--width-5", "prefix": {"text": "đ"}, "suffix": {"text": "<kg>"}}
    choice = _SAID | told | {"items": [{"value": "", "text": "– Chọn –"}, {"value": "1", "text": "Một"}]}
    choice["items"].append({"value": NASTY, "text": NASTY, "selected": True, "disabled": True})
    context = {
        "values": {"goals": NASTY},
        "errors": [{"field": "goals", "text": "Sai rồi"}] if wrong else [],
        "hint": hint,
    }
    context |= {"options": [{"value": "1", "text": "Một"}, {"value": NASTY, "text": NASTY, "disabled": True}]}
    begin = '"goals[]", "Tên & <b>", '
    end = 'values, errors, hint=hint, attributes={"data-x": "<1>"}'
    more = 'width=5, type="email", inputmode="email", autocomplete="email", prefix="đ", suffix="<kg>"'
    for ours, theirs, said in (
        (f"forms.text({begin}{end}, {more})", "input", line),
        (f"forms.select({begin}options, {end})", "select", choice),
    ):
        vendor = (
            f'{{% from "govuk_frontend_jinja/components/{theirs}/macro.html" import govuk{theirs.title()} as made %}}'
        )
        wanted = rendered(vendor + "{{ made(said) }}", said=said)
        assert _bare(rendered("{{ " + ours + " }}", **context)) == _bare(wanted)


def _bare(html: str) -> str:
    return re.sub(r"\s*([<>])\s*", r"\1", html).strip()


def test_typed_lines_keep_their_breaks_and_indents(rendered):
    html = rendered('{{ forms.textarea("body", "Mô tả", values) }}', values={"body": "một\n  hai\n\n ba"})
    assert ">một\n  hai\n\n ba</textarea>" in html


def test_zero_is_a_value_and_not_an_empty_field(rendered):
    assert 'value="0"' in rendered('{{ forms.score("novelty", "Tính mới", 20, values) }}', values={"novelty": 0})


def test_a_nested_name_finds_its_value_and_a_list_name_loses_its_brackets_in_the_id(rendered):
    html = rendered('{{ forms.text("parts.solution", "Giải pháp", values) }}', values={"parts": {"solution": "Ki-ốt"}})
    assert 'name="parts.solution"' in html
    assert 'value="Ki-ốt"' in html
    html = rendered(
        '{{ forms.checkboxes("goals[]", "Mục tiêu", options, values) }}', options=OPTIONS, values={"goals": ["2"]}
    )
    assert 'id="goals" name="goals[]" type="checkbox" value="1">' in html
    assert 'name="goals[]" type="checkbox" value="2" checked>' in html


def test_choices_stay_chosen_whether_the_value_is_a_number_or_a_word(rendered):
    for chosen in ("2", 2):
        html = rendered('{{ forms.radios("kind", "Loại", options, values) }}', options=OPTIONS, values={"kind": chosen})
        assert 'value="2" checked' in html
        html = rendered('{{ forms.select("kind", "Loại", options, values) }}', options=OPTIONS, values={"kind": chosen})
        assert '<option value="2" selected>' in html


def test_a_date_keeps_its_three_parts_and_its_first_box_is_where_the_summary_leads(rendered):
    errors = [{"field": "born", "text": "Tháng 2 không có ngày 31."}]
    html = rendered(
        '{{ forms.error_summary(errors) }}{{ forms.date("born", "Ngày sinh", values, errors) }}',
        values={"born_day": "31", "born_month": "2", "born_year": "1990"},
        errors=errors,
    )
    assert 'href="#born"' in html
    assert 'id="born" name="born_day" type="text" value="31"' in html
    assert 'value="1990"' in html


def test_the_summary_links_to_fields_and_says_the_rest_as_text(rendered):
    html = rendered("{{ forms.error_summary(errors) }}", errors=ERRORS)
    assert '<a href="#title">Hãy điền tên.</a>' in html
    assert "Đã hết hạn nộp." in html
    assert "#</a>" not in html
    assert "error-summary" not in rendered("{{ forms.error_summary([]) }}")


def test_a_password_is_never_shown_again(rendered):
    assert "value=" not in rendered('{{ forms.password("password", "Mật khẩu", []) }}').split("<input")[1]


def test_a_form_carries_the_token_and_keeps_its_client_key(rendered):
    assert 'name="csrf_token" value="the-token"' in rendered("{{ csrf() }}")
    assert 'value="k1"' in rendered('{{ client_key("k1") }}')
    first, second = rendered("{{ forms.client_key() }}"), rendered("{{ forms.client_key() }}")
    assert first != second


def test_kept_files_are_named_beside_the_field_that_cannot_hold_them(rendered):
    html = rendered('{{ forms.upload("file", "Tệp", kept=["<b>.pdf"], max_bytes=5) }}')
    assert "&lt;b&gt;.pdf" in html
    assert 'data-max-bytes="5"' in html
