"""Lists, charts, times and pages of the kit."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import UndefinedError

from services.submissions.scanning.domain import Infected
from shared.errors import Refusal
from shared.ui.navigation import places_for
from shared.ui.render import render

NOW = datetime(2019, 3, 5, 3, 32, tzinfo=UTC)
FRAME: dict[str, Any] = {
    "person": None, "csrf_token": "the-token", "csp_nonce": "", "request_path": "/cuoc-thi", "now": NOW,
    "service": "submissions", "flash": [], "unread": None,
}  # fmt: skip


def test_a_sorted_head_links_to_the_other_direction_and_tells_its_own(rendered):
    html = rendered('{{ lists.head("Tên", {"sap-xep": "ten", "q": "một cửa", "trang": "3"}, "ten") }}')
    assert 'aria-sort="ascending"' in html
    assert "?sap-xep=-ten&amp;q=m%E1%BB%99t+c%E1%BB%ADa" in html
    assert "trang=" not in html


def test_pages_show_ends_neighbours_and_gaps(rendered):
    html = rendered('{{ lists.pagination(5, 12, {"q": "x"}) }}')
    assert [f">{number}</a>" in html for number in (1, 2, 4, 5, 6, 11, 12)] == [
        True,
        False,
        True,
        True,
        True,
        False,
        True,
    ]
    assert html.count("…") == 2
    assert 'aria-current="page">5</a>' in html
    assert "nav" not in rendered("{{ lists.pagination(1, 1) }}")


def test_the_foot_counts_rows_and_exports_exactly_this_filter(rendered):
    html = rendered(
        '{{ lists.foot(126, 7, 20, {"q": "x", "trang": "7"}, exports=[{"href": "/a.csv", "text": "CSV"}]) }}'
    )
    assert "121–126 trong 126" in html
    assert 'href="/a.csv?q=x"' in html


def test_a_bar_is_as_long_as_its_share_and_its_number_stands_beside_it(rendered):
    html = rendered('{{ charts.bars("Bài", [{"label": "A", "value": 50}, {"label": "B", "value": 200}], unit="bài") }}')
    assert 'width="25.0"' in html
    assert 'width="100.0"' in html
    assert "200 bài" in html
    empty = rendered('{{ charts.bars("Bài", []) }}{{ charts.progress("bài", 0, 0) }}{{ charts.histogram("H", []) }}')
    assert "nan" not in empty.lower()


def test_an_unknown_state_is_shown_and_not_hidden(rendered):
    assert "Đã tiếp nhận" in rendered('{{ tags.status("accepted") }}')
    assert "something_new" in rendered('{{ tags.status("something_new") }}')


def test_a_countdown_says_the_absolute_time_and_turns_over_at_the_deadline(rendered):
    context = {"now": NOW, "deadline": NOW + timedelta(hours=3, minutes=5)}
    html = rendered("{{ countdown.countdown(deadline, now) }}", **context)
    assert "13:37 thứ Ba, ngày 05/3/2019" in html
    assert "còn 3 giờ 5 phút" in html
    assert "Đã hết hạn</p>" in rendered("{{ countdown.countdown(now, now) }}", now=NOW)


def test_a_board_row_without_a_mark_is_a_dash_and_not_a_zero(rendered):
    html = rendered('{{ board.board([{"rank": none, "title": "Ki-ốt", "score": none}]) }}')
    assert html.count("<td>–</td>") == 2


def test_a_missing_name_is_an_error_in_our_templates(rendered):
    with pytest.raises(UndefinedError):
        rendered("{{ entry.titel }}", entry={"title": "x"})


def test_a_stranger_sees_the_public_places_and_each_role_its_own():
    assert [place.href for place in places_for(None)] == ["/cuoc-thi", "/chung-khao", "/ket-qua"]
    secretary = SimpleNamespace(roles=[("secretary", "*")])
    assert "/tiep-nhan" in [place.href for place in places_for(secretary)]
    assert "/tiep-nhan" not in [place.href for place in places_for(SimpleNamespace(roles=[("judge", "c1")]))]


def test_the_error_page_says_what_happened_and_gives_the_incident_code(engine):
    html = render(
        engine, "error.html", **FRAME, status=404, refusal=Refusal("Trang này không có."), incident="01JX-7Q2M"
    )
    assert "Không tìm thấy trang" in html
    assert "Trang này không có." in html
    assert "01JX-7Q2M" in html


def test_a_refusal_may_have_a_heading_and_an_advice_of_its_own(engine):
    frame = {**FRAME, "request_method": "GET", "status": 409, "incident": "01JX-7Q2M"}
    own, usual = (render(engine, "error.html", **frame, refusal=one) for one in (Infected(), Refusal("x")))
    assert "Tệp đã bị khóa" in own
    assert Infected.advice in own
    assert "Nội dung đã thay đổi" not in own
    assert "Nội dung đã thay đổi" in usual
    assert "vừa nhập" not in own + usual, "nothing was typed where a page was only asked for"


def test_the_header_of_a_signed_in_person_has_name_inbox_and_sign_out(engine):
    person = SimpleNamespace(id="p", name="Nguyễn <Hường>", roles=[("entrant", "*")])
    html = render(
        engine,
        "error.html",
        **(FRAME | {"person": person, "unread": 3}),
        status=500,
        refusal=Refusal("x"),
        incident="c",
    )
    assert "Nguyễn &lt;Hường&gt;" in html
    assert 'action="/dang-xuat" method="post"' in html
    assert "3<span" in html
    assert "Đăng nhập" not in html


def test_numbers_in_facts_and_figures_are_vietnamese(rendered):
    html = rendered('{{ summary.figures([{"number": n, "label": "điểm"}]) }}', n=Decimal("8.25"))
    assert "8,25" in html
    assert ">–<" in rendered('{{ summary.facts([{"key": "Ghi chú", "value": ""}]) }}')
