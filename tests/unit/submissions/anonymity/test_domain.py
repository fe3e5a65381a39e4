"""Authors found in their texts, the exact words named; what is not them is left alone. The demo's texts pass."""

import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from deploy.demo import load
from services.submissions.anonymity import domain
from services.submissions.anonymity.domain import GivesAway, Kind
from services.submissions.eligibility.domain import Entrant
from services.submissions.people.domain import Account
from services.submissions.rules.domain import Rules
from services.submissions.texts.domain import Words
from services.submissions.units.domain import Unit

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
RULES = Rules.model_validate(
    {
        "slug": "c",
        "name": "Cuộc thi",
        "short_name": "Cuộc thi",
        "year": 2026,
        "parts": [{"id": "solution", "title": "Giải pháp", "max_words": 100}],
        "timetable": {"opens_at": NOON, "closes_at": NOON + timedelta(days=1)},
    }
)
UNIT = Unit(id="u", name="Phường Vĩnh Tuy", level="ward")


def an_author(**changes: Any) -> Entrant:
    """Nguyễn Thị Thu Hiền of Phường Vĩnh Tuy."""
    typed: dict[str, Any] = {
        "id": "p",
        "name": "Nguyễn Thị Thu Hiền",
        "name_key": "",
        "email": "thu.hien@coquan.example",
    }
    typed |= {"phone": "+84912345678", "password": "", "kind": "resident", "unit_id": "u", "created_at": NOON}
    account = Account.model_validate({**typed, **changes})
    return Entrant(account=account, unit=UNIT, standing=[UNIT], day=date(2026, 3, 2))


def found(text: str, **changes: Any) -> list[tuple[Kind, str]]:
    """What is found in a part with this text."""
    reading = domain.read(Words(title="Một cửa", parts={"solution": text}), [an_author(**changes)])
    return [(trace.kind, trace.words) for trace in reading.traces]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Tôi là Nguyễn Thị Thu Hiền, xin đề nghị", "Nguyễn Thị Thu Hiền"),
        ("tác giả NGUYỄN THỊ THU HIỀN.", "NGUYỄN THỊ THU HIỀN"),
        ("Nguoi viet: nguyen thi thu hien", "nguyen thi thu hien"),
        ("Nguyễn  Thị\nThu-Hiền", "Nguyễn  Thị\nThu-Hiền"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Thu Hiền"), "Nguyễn Thị Thu Hiền"),
    ],
)
def test_the_name_is_found_however_it_is_written(text: str, words: str) -> None:
    assert found(text) == [(Kind.NAME, words)]


def test_a_name_of_two_words_needs_its_marks_but_not_the_place_of_its_tone() -> None:
    assert found("Mẹ tôi, Lê Hòa, kể lại", name="Lê Hoà") == [(Kind.NAME, "Lê Hòa")]
    assert found("le hoa nở, lề hoa, Lê Hóa", name="Lê Hòa") == []


def test_one_word_parts_of_names_and_longer_words_are_nobody() -> None:
    assert found("Hiền lành, thu hiền hòa, Nguyễn Thị Thu, Hiền Thu Thị Nguyễn") == []
    assert found("Ô tô của Minh", name="Minh") == []


@pytest.mark.parametrize("typed", ["0912345678", "0912 345 678", "+84 912.345.678", "84912345678", "0912-345-678"])
def test_the_phone_is_found_as_people_write_it(typed: str) -> None:
    assert found(f"Gọi {typed} nhé") == [(Kind.PHONE, typed)]
    assert found(f"Hồ sơ số 1{typed}9") == []
    assert found("Đường dây nóng 0243 825 3536") == []


def test_the_e_mail_address_is_found_whole_only() -> None:
    assert found("Thư về Thu.Hien@coquan.example.") == [(Kind.EMAIL, "Thu.Hien@coquan.example")]
    assert found("bthu.hien@coquan.example, thu.hien@coquan.example-khac") == []


def test_a_unit_only_warns_and_stands_apart() -> None:
    words = Words(title="Một cửa", parts={"solution": "Ở phường Vĩnh Tuy làm thử"})
    reading = domain.read(words, [an_author()])
    assert [trace.words for trace in reading.units] == ["phường Vĩnh Tuy"]
    assert reading.forbidden == []
    domain.check(words, RULES, [an_author()])


def test_the_refusal_names_the_words_and_their_field() -> None:
    words = Words(title="Sáng kiến của Nguyễn Thị Thu Hiền", parts={"solution": "Gọi 0912 345 678"})
    with pytest.raises(GivesAway) as refused:
        domain.check(words, RULES, [an_author()])
    assert [(one["code"], one["field"]) for one in refused.value.errors] == [
        ("name_in_text", "title"),
        ("phone_in_text", "parts.solution"),
    ]
    assert "“Nguyễn Thị Thu Hiền”" in refused.value.errors[0]["text"]
    assert "“0912 345 678” khỏi mục “Giải pháp”" in refused.value.errors[1]["text"]


def test_the_pieces_of_a_text_put_together_are_the_text() -> None:
    text = "Đầu Nguyễn Thị Thu Hiền, giữa phường Vĩnh Tuy 0912345678"
    pieces = domain.read(Words(parts={"p": text}), [an_author()]).pieces["parts.p"]
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.text for piece in pieces if piece.trace] == ["Nguyễn Thị Thu Hiền", "phường Vĩnh Tuy", "0912345678"]


def test_the_representative_of_an_organisation_is_named_by_no_text() -> None:
    named = {"name": "Hội Người cao tuổi Minh Họa", "representative": "Ngô Thế Vinh", "kind": "organisation"}
    assert found("Ông Ngô Thế Vinh của hội người cao tuổi Minh Họa", **named) == [
        (Kind.NAME, "Ngô Thế Vinh"),
        (Kind.NAME, "hội người cao tuổi Minh Họa"),
    ]


def test_every_author_is_looked_for() -> None:
    words = Words(parts={"p": "Nguyễn Thị Thu Hiền và Trần Văn Lợi"})
    traces = domain.read(words, [an_author(), an_author(id="q", name="Trần Văn Lợi")]).traces
    assert [trace.words for trace in traces] == ["Nguyễn Thị Thu Hiền", "Trần Văn Lợi"]


def test_no_entry_of_the_demo_names_its_author() -> None:
    demo = load.load()
    writers = {one.id: one for one in demo.entrants}
    units = {unit.id: Unit(id=unit.id, name=unit.name, level=unit.level) for unit in demo.units}
    for entry in demo.entries:
        writer = writers[entry.entrant]
        told = {"name": writer.name, "representative": writer.representative or "", "email": writer.email}
        author = an_author(**told, phone="", unit_id=writer.unit)
        author = author.model_copy(update={"unit": units[writer.unit], "standing": []})
        reading = domain.read(Words(title=entry.title, parts=entry.parts), [author])
        assert reading.forbidden == [], entry.id
