"""What a one-time code becomes: its row, its texts for each purpose and channel, the parts of a text message."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from services.notifications.announcements.domain import Message
from services.notifications.codes import domain as codes
from services.notifications.deliveries.channels import attempts, email, sealed
from services.notifications.deliveries.channels.attempts import Ending, Outcome
from services.notifications.deliveries.channels.facts import is_told
from services.notifications.deliveries.channels.letters import Content, Letters
from services.notifications.deliveries.domain import Channel, Delivery, State, is_number, segments
from shared.sealed import Unreadable
from tests.unit.notifications import facts
from tests.unit.notifications.facts import AT

NAME = "Nguyễn Thị Ánh Tuyết"
LETTERS = Letters("https://sangkien.example")
ADDRESSES = {Channel.EMAIL: "p1@thu.example", Channel.SMS: "+84912345678"}


def a_row(purpose: str = "sign_in", channel: Channel = Channel.EMAIL, **changes: str) -> Delivery:
    """A code ready to go."""
    issued = facts.a_code(
        purpose, ADDRESSES[channel], code=changes.get("code", "048213"), name=changes.get("name", NAME)
    )
    return codes.delivery(issued, text_messages=True, issued_at=AT, at=AT)


def content(purpose: str, channel: Channel, **changes: str) -> Content:
    """What somebody reads."""
    return sealed.opened(a_row(purpose, channel, **changes), LETTERS, facts.SECRET).content


def test_a_code_is_an_urgent_row_without_person_address_or_words() -> None:
    row = a_row()
    assert (row.state, row.urgent, row.message, row.next_at) == (State.READY, True, Message.CODE, AT)
    assert (row.person_id, row.contest_id, row.subject, row.text, row.html) == ("", "", "", "", "")
    assert row.given == {"purpose": "sign_in"}
    shown = row.model_dump_json()
    assert "048213" not in shown
    assert "p1@thu.example" not in shown
    assert "Tuyết" not in shown


def test_the_same_code_is_the_same_row_and_another_code_another() -> None:
    issued = facts.a_code()
    rows = [codes.delivery(issued, text_messages=True, issued_at=AT, at=AT) for _ in range(2)]
    assert rows[0].id == rows[1].id != a_row().id


def test_a_code_that_comes_too_late_or_has_no_way_out_is_settled_without_its_seal() -> None:
    issued = facts.a_code(until=AT)
    late = codes.delivery(issued, text_messages=True, issued_at=AT - timedelta(minutes=10), at=AT)
    assert (late.state, late.sealed, late.next_at) == (State.EXPIRED, "", None)
    stuck = codes.delivery(facts.a_code(address="+84912345678"), text_messages=False, issued_at=AT, at=AT)
    assert (stuck.state, stuck.sealed, stuck.reason) == (State.SUPPRESSED, "", "Chưa nối cổng tin nhắn.")


@pytest.mark.parametrize("changes", [{"purpose": "khac"}, {"channel": "zalo"}])
def test_a_purpose_or_channel_that_nobody_knows_is_refused(changes: dict[str, str]) -> None:
    issued = facts.a_code().model_copy(update=changes)
    with pytest.raises(ValueError, match="is not a valid"):
        codes.delivery(issued, text_messages=True, issued_at=AT, at=AT)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(Unreadable):
        sealed.opened(a_row(), LETTERS, "khoa-khac")


@pytest.mark.parametrize("purpose", codes.Purpose)
def test_each_purpose_has_its_mail_with_code_end_and_warning(purpose: codes.Purpose) -> None:
    mail = content(purpose, Channel.EMAIL, code="" if purpose in codes.WITHOUT_CODE else "048213")
    assert mail.subject
    for part in (mail.text, mail.html):
        assert "Kính gửi Ông/Bà" in part
        assert ("048213" in part) == ("10:25 thứ Hai, ngày 20/4/2026" in part) == (purpose not in codes.WITHOUT_CODE)
        assert "Nếu không phải Ông/Bà" in part
        assert "UTC+7" in part
        assert "None" not in part
        assert "hộp thư của bạn" not in part
        assert ("https://" in part) == (purpose in (codes.Purpose.KNOWN, codes.Purpose.INVITATION))
    assert "048213" not in mail.subject


def test_each_purpose_says_something_of_its_own() -> None:
    for channel in (Channel.EMAIL, Channel.SMS):
        assert len({content(one, channel).text for one in codes.Purpose}) == len(codes.Purpose)


@pytest.mark.parametrize("purpose", codes.Purpose)
def test_a_code_by_text_message_is_one_part_without_marks_and_only_an_invitation_has_a_link(
    purpose: codes.Purpose,
) -> None:
    text = content(purpose, Channel.SMS).text
    cut = segments(text)
    assert (cut.coding, len(cut.parts)) == ("gsm7", 1)
    assert text.isascii()
    assert ("https://sangkien.example/bai-du-thi/loi-moi/048213" in text) == (purpose is codes.Purpose.INVITATION)
    assert ("://" in text) == (purpose is codes.Purpose.INVITATION)
    assert ("048213" in text) == ("10:25" in text) == (purpose not in codes.WITHOUT_CODE)


@pytest.mark.parametrize("purpose", codes.Purpose)
@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.SMS])
def test_a_stranger_cannot_send_words_of_his_own_in_our_name(purpose: codes.Purpose, channel: Channel) -> None:
    opened = sealed.opened(a_row(purpose, channel, name="Trúng thưởng xe, gọi 0900"), LETTERS, facts.SECRET)
    to_whoever = {codes.Purpose.KNOWN, codes.Purpose.CLAIMED}
    of_an_account = purpose in {codes.Purpose.SIGN_IN, codes.Purpose.RESET, *codes.WITHOUT_CODE} - to_whoever
    assert (opened.name != "") == of_an_account
    assert ("Trúng thưởng" in opened.content.text + opened.content.html) == (of_an_account and channel is Channel.EMAIL)


def test_a_name_with_a_line_break_is_left_out_rather_than_the_code() -> None:
    opened = sealed.opened(a_row(name="Tuyết\r\nBcc: ai-do@thu.example"), LETTERS, facts.SECRET)
    assert opened.name == ""
    words = {"subject": opened.content.subject, "text": opened.content.text, "html": opened.content.html}
    row = a_row().model_copy(update=words)
    mail = email.letter(row, name=opened.name, address=opened.address, mail_from="Sáng Kiến <a@b.example>", at=AT)
    read = message_from_bytes(mail.content, policy=default)
    assert (read["To"], read["Bcc"]) == ("p1@thu.example", None)


def test_tries_come_soon_and_end_with_the_code() -> None:
    row = a_row()
    waits = []
    for tries in range(6):
        tried = row.model_copy(update={"tries": tries, "first_try": AT})
        following = attempts.after(tried, Outcome(Ending.DOWN), AT, resend=timedelta(seconds=600), jitter=0)
        assert following.next_at is not None
        waits.append((following.next_at - AT).total_seconds())
    assert waits == [5, 10, 20, 30, 60, 60]
    late = AT + timedelta(minutes=9, seconds=56)
    assert attempts.after(row, Outcome(Ending.DOWN), late, resend=timedelta(0), jitter=0).state is State.EXPIRED


def test_an_uncertain_mail_goes_again_soon_and_an_uncertain_text_message_never() -> None:
    patience = timedelta(seconds=600)
    mail = attempts.after(a_row(), Outcome(Ending.UNCERTAIN), AT, resend=patience, jitter=0)
    assert (mail.state, mail.next_at) == (State.UNCERTAIN, AT + timedelta(seconds=20))
    text = attempts.after(a_row(channel=Channel.SMS), Outcome(Ending.UNCERTAIN), AT, resend=patience, jitter=0)
    assert (text.state, text.next_at) == (State.EXHAUSTED, None)


def test_nothing_is_told_to_others_of_a_code() -> None:
    assert not any(is_told(a_row(), state) for state in State)
    assert is_told(a_row().model_copy(update={"message": Message.RESULT}), State.ACCEPTED)


@pytest.mark.parametrize(
    ("text", "coding", "parts"),
    [
        ("", "gsm7", 1),
        ("a" * 160, "gsm7", 1),
        ("a" * 161, "gsm7", 2),
        ("a" * 306, "gsm7", 2),
        ("a" * 307, "gsm7", 3),
        ("a" * 459, "gsm7", 3),
        ("[" * 80, "gsm7", 1),
        ("[" * 81, "gsm7", 2),
        ("à è é ì ò ù É", "gsm7", 1),
        ("đ" * 70, "ucs2", 1),
        ("đ" * 71, "ucs2", 2),
        ("đ" * 134, "ucs2", 2),
        ("đ" * 135, "ucs2", 3),
        ("a" * 70 + "…", "ucs2", 2),
        ("😀" * 35, "ucs2", 1),
        ("😀" * 36, "ucs2", 2),
        ("Hà Nội" * 11, "ucs2", 1),
        ("Ha\u0300 No\u0323\u0302i" * 11, "ucs2", 1),
        ("`", "ucs2", 1),
    ],
)
def test_a_text_is_counted_as_phone_companies_count(text: str, coding: str, parts: int) -> None:
    cut = segments(text)
    assert (cut.coding, len(cut.parts)) == (coding, parts)
    assert all(len(part) <= (153 if coding == "gsm7" else 134) for part in cut.parts[: parts if parts > 1 else 0])


def test_no_sign_is_torn_between_two_parts() -> None:
    cut = segments("a" * 152 + "[" + "a" * 10)
    assert [len(part) for part in cut.parts] == [152, 12]
    emoji = segments("đ" * 66 + "😀" + "đ" * 10)
    assert "".join(part.decode("utf-16-be") for part in emoji.parts) == "đ" * 66 + "😀" + "đ" * 10


@pytest.mark.parametrize(
    ("text", "right"), [("+84912345678", True), ("0912345678", False), ("+84 912", False), ("+84912345678\n", False)]
)
def test_only_international_numbers_are_numbers(text: str, right: bool) -> None:  # noqa: FBT001 - a case
    assert is_number(text) is right
