"""Every message for sample facts: complete, in good Vietnamese, safe against what people type."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from services.notifications.announcements import domain
from services.notifications.announcements.domain import Message, Notice
from services.notifications.copies.domain import EntryCopy, EntryState
from services.notifications.deliveries.channels.letters import Content, Letters
from services.notifications.deliveries.domain import ANNOUNCED, Channel
from services.submissions.states.domain import RULES_IN_WORDS, Rule
from tests.unit.notifications import facts

ENTRY = EntryCopy(
    id="e1", contest_id=facts.CONTEST, owner_id="p1", title=facts.TITLE, receipt="7K3M-92QX", state=EntryState.ACCEPTED
)
OTHER = ENTRY.model_copy(update={"id": "e2", "owner_id": "p2"})
LETTERS = Letters("https://sangkien.example")


def notices() -> list[Notice]:
    """One of every kind and shape."""
    named = {"e1": ENTRY}
    both = [ENTRY, OTHER]
    found = [
        *domain.direct(facts.submitted("e1", "p1")),
        *domain.direct(facts.submitted("e1", "p1", channel="post")),
        *domain.direct(facts.submitted("e1", "p1", revision=2, channel="desk")),
        *domain.direct(facts.returned("e1", "p1")),
        *domain.direct(facts.refused("e1", "p1")),
        *domain.direct(facts.reopened("e1", "p1")),
        *domain.direct(facts.accepted("e1", "p1")),
        *domain.direct(facts.withdrawn("e1", "p1")),
        *domain.direct(facts.reminded("e1", "p1")),
        *domain.direct(facts.parted("e1", "p1", "p2")),
        *domain.direct(facts.parted("e1", "p1", "p2", handed_in=True)),
        *domain.direct(facts.parted("e1", "p1", "p2", own_wish=False)),
        *(
            domain.direct(facts.file_refused("e1", "p1", fault=one, handed_in=handed_in))[0]
            for one in ("infected", "not_copied")
            for handed_in in (True, False)
        ),
        *domain.direct(facts.assigned(j1=12)),
        *domain.direct(facts.third_reader("j1")),
        *domain.by_entry(facts.finalists("e1"), named, both),
        *domain.by_entry(facts.order("e1"), named, both),
        *domain.by_entry(facts.result("e1"), named, both),
        *domain.rescheduled(facts.rescheduled(), both[:1], ["j1"]),
        *domain.rescheduled(facts.rescheduled("final_at"), both[:1], []),
        *domain.rescheduled(facts.rescheduled("opens_at", "final_at", final_at=None), both[:1], []),
    ]
    assert {one.message for one in found} == set(Message) - {Message.CODE}
    return found


def compose(notice: Notice, channel: Channel, **changes: Any) -> Content:
    """As the service does."""
    known = {"name": "Nguyễn Thị Ánh Tuyết", "contest": facts.a_contest(), "entry": ENTRY, **changes}
    link = domain.link(notice.message, notice.about_id, "sang-kien-cchc")
    return LETTERS.compose(notice.message, channel, link, {**notice.given, "items": notice.items, **known})


@pytest.mark.parametrize("rule", list(Rule))
def test_a_refusal_names_its_rule_in_every_channel_as_the_page_does(rule: Rule) -> None:
    notice = domain.direct(facts.refused("e1", "p1", rule))[0]
    mail, shown = compose(notice, Channel.EMAIL), compose(notice, Channel.IN_APP)
    for text in (mail.text, mail.html, shown.html):
        assert RULES_IN_WORDS[rule] in text
        assert "Dấu bưu điện ngày 02/11." in text
        assert "khiếu nại" in text


@pytest.mark.parametrize("notice", notices(), ids=lambda one: one.message)
def test_every_letter_is_complete_in_both_parts(notice: Notice) -> None:
    mail = compose(notice, Channel.EMAIL)
    assert mail.subject
    assert len(mail.subject) < 150
    for part in (mail.text, mail.html):
        assert "Kính gửi Ông/Bà Nguyễn Thị Ánh Tuyết," in part
        assert "Ban Tổ chức cuộc thi Sáng kiến cải cách hành chính" in part
        assert "https://sangkien.example/" in part
        assert "UTC+7" in part
        assert not re.search(r"{{|{%|}}|%}|None|Undefined|&amp;#|Message\.", part)
    assert not re.search(r"</?\w+>|&\w+;", mail.text)
    assert "\n\n\n" not in mail.text


@pytest.mark.parametrize("notice", notices(), ids=lambda one: one.message)
def test_a_letter_brings_its_styles_and_nothing_from_outside(notice: Notice) -> None:
    html = compose(notice, Channel.EMAIL).html
    assert 'style="' in html
    assert not re.search(r"<(img|script|link|iframe|form)\b|\bsrc=|url\(|class=\"\"", html)


@pytest.mark.parametrize("notice", notices(), ids=lambda one: one.message)
def test_a_notice_in_the_list_needs_no_contact_and_has_no_styles_of_its_own(notice: Notice) -> None:
    shown = compose(notice, Channel.IN_APP, name="")
    assert shown.text == ""
    assert shown.html.startswith("<p>")
    assert not re.search(r"style=|{{|{%|None", shown.html)


@pytest.mark.parametrize("notice", notices(), ids=lambda one: one.message)
@pytest.mark.parametrize("channel", ANNOUNCED)
def test_what_people_typed_stays_text(notice: Notice, channel: Channel) -> None:
    hostile = '<script>alert(1)</script> "Phí & lệ phí" {{ 7 * 7 }}'
    given = {name: hostile if name in ("title", "reason") else value for name, value in notice.given.items()}
    items = [item | {"title": hostile} for item in notice.items]
    entry = ENTRY.model_copy(update={"title": hostile})
    told = Notice(notice.message, notice.person_id, notice.about_id, given, items)
    content = compose(told, channel, entry=entry, name=hostile if channel is Channel.EMAIL else "")
    assert skeleton(content.html) == skeleton(compose(notice, channel).html)
    if channel is Channel.EMAIL:
        assert hostile in content.text


def skeleton(html: str) -> list[str]:
    """The tags of a page in their order."""
    tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(f"{tag} {sorted(name for name, _ in attrs)}")

    Reader().feed(html)
    return tags


def test_a_contest_without_a_final_date_says_that_it_will_be_told() -> None:
    notice = domain.by_entry(facts.finalists("e1"), {"e1": ENTRY}, [ENTRY])[0]
    timetable = facts.a_contest().timetable.model_copy(update={"final_at": None})
    mail = compose(notice, Channel.EMAIL, contest=facts.a_contest(timetable=timetable))
    assert "Ban Tổ chức sẽ báo ngày giờ" in mail.text


def test_the_result_tells_prize_rank_or_thanks() -> None:
    third = ENTRY.model_copy(update={"id": "e3", "owner_id": "p3"})
    told = domain.by_entry(facts.result("e1", "e2"), {"e1": ENTRY, "e2": OTHER}, [ENTRY, OTHER, third])
    texts = {one.person_id: compose(one, Channel.EMAIL).text for one in told}
    assert "Giải Nhất (hạng 1)" in texts["p1"]
    assert "Hạng 2 vòng chung khảo" in texts["p2"]
    assert "không vào bảng xếp hạng chung khảo" in texts["p3"]
    assert "Điểm chung khảo: 9,25" in texts["p2"]
    assert "Điểm" not in texts["p3"].split("Mã biên nhận")[1].split("Trang kết quả")[0]
    assert all("https://sangkien.example/ket-qua/sang-kien-cchc" in text for text in texts.values())
