"""Whom a fact is told to, the state machine, the ladders, the mail that is made of a row."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from services.notifications.announcements import domain as telling
from services.notifications.announcements.domain import Message
from services.notifications.copies.domain import EntryCopy, EntryState
from services.notifications.deliveries import domain
from services.notifications.deliveries.channels import attempts, email
from services.notifications.deliveries.channels.attempts import Ending, Outcome
from services.notifications.deliveries.domain import MOVES, Channel, Delivery, State
from services.notifications.deliveries.routes import MESSAGES, STATES, _harmless
from tests.unit.notifications import facts
from tests.unit.notifications.facts import AT

RESEND = timedelta(seconds=600)


def an_entry(entry_id: str, owner_id: str, state: EntryState = EntryState.ACCEPTED) -> EntryCopy:
    """A copy of an entry."""
    return EntryCopy(
        id=entry_id,
        contest_id=facts.CONTEST,
        owner_id=owner_id,
        title="Tên bài",
        receipt="MA",
        state=state,
        accepted_at=AT,
    )


def a_row(**changes: object) -> Delivery:
    """A mail that was claimed."""
    fields: dict[str, object] = {
        "id": "0b5e8f7a-0000-5000-8000-000000000001",
        "cause": "c",
        "message": Message.RECEIPT,
        "channel": Channel.EMAIL,
        "person_id": "p",
        "about_id": "e",
        "contest_id": facts.CONTEST,
        "state": State.CLAIMED,
        "subject": "Đã nhận bài dự thi, mã biên nhận 7K3M-92QX",
        "text": "Kính gửi Ông/Bà,\n" + "Đường đến một cửa " * 200 + "\n",
        "html": "<p>" + "Đường đến một cửa " * 200 + "</p>",
        "planned_at": AT,
        "changed_at": AT,
        "first_try": AT,
    }
    return Delivery.model_validate({**fields, **changes})


def test_finalists_are_congratulated_and_the_others_thanked_once_each() -> None:
    entries = [an_entry("e1", "p1"), an_entry("e2", "p1"), an_entry("e3", "p2"), an_entry("e4", "p2")]
    told = telling.by_entry(facts.finalists("e1"), {"e1": entries[0]}, entries)
    assert [(one.message, one.person_id, [item["entry_id"] for item in one.items]) for one in told] == [
        (Message.FINALIST, "p1", ["e1"]),
        (Message.NOT_FINALIST, "p2", ["e3", "e4"]),
    ]


def test_nobody_is_told_no_while_a_finalist_is_not_known() -> None:
    entries = [an_entry("e1", "p1"), an_entry("e2", "p2")]
    told = telling.by_entry(facts.finalists("e1", "e9"), {"e1": entries[0]}, entries)
    assert [one.message for one in told] == [Message.FINALIST]


def test_a_withdrawn_entry_is_told_nothing_of_the_result() -> None:
    gone = an_entry("e1", "p1", EntryState.WITHDRAWN)
    assert telling.by_entry(facts.result("e1"), {"e1": gone}, []) == []


def test_a_judge_without_scripts_is_not_written_to() -> None:
    assert [one.person_id for one in telling.direct(facts.assigned(j1=3, j2=0))] == ["j1"]


def test_ids_differ_by_cause_message_person_and_channel_and_by_nothing_else() -> None:
    base = ("cause", Message.RESULT, "p1", Channel.EMAIL)
    others = [
        ("cause2", Message.RESULT, "p1", Channel.EMAIL),
        ("cause", Message.ORDER, "p1", Channel.EMAIL),
        ("cause", Message.RESULT, "p2", Channel.EMAIL),
        ("cause", Message.RESULT, "p1", Channel.IN_APP),
    ]
    ids = {domain.delivery_id(*one) for one in [base, *others]}
    assert len(ids) == 5
    assert domain.delivery_id(*base) == domain.delivery_id(*base)


def test_every_state_has_its_moves_and_its_words_and_every_message_too() -> None:
    assert set(MOVES) == set(State) == set(STATES)
    assert set(MESSAGES) == set(Message)
    final = {state for state, onward in MOVES.items() if not onward}
    assert final == {State.ACCEPTED, State.REJECTED, State.SUPPRESSED, State.INVALID, State.EXPIRED, State.READ}


@pytest.mark.parametrize(
    ("ending", "state"),
    [
        (Ending.ACCEPTED, State.ACCEPTED),
        (Ending.DEFERRED, State.RETRY_WAIT),
        (Ending.DOWN, State.RETRY_WAIT),
        (Ending.REJECTED, State.REJECTED),
        (Ending.UNCERTAIN, State.UNCERTAIN),
        (Ending.INVALID, State.INVALID),
        (Ending.SUPPRESSED, State.SUPPRESSED),
        (Ending.EXPIRED, State.EXPIRED),
    ],
)
def test_each_ending_has_its_state_and_the_machine_knows_the_way(ending: Ending, state: State) -> None:
    following = attempts.after(a_row(), Outcome(ending, "x"), AT, resend=RESEND, jitter=0)
    assert following.state is state
    assert state in MOVES[State.CLAIMED]


def test_a_provider_that_is_down_is_asked_less_often_than_one_that_says_later() -> None:
    waits = {}
    for ending in (Ending.DEFERRED, Ending.DOWN):
        found = [attempts.after(a_row(tries=n), Outcome(ending), AT, resend=RESEND, jitter=0) for n in range(8)]
        waits[ending] = [int((one.next_at - AT).total_seconds()) for one in found if one.next_at]
    assert waits[Ending.DEFERRED] == [10, 30, 60, 300, 900, 900, 900, 900]
    assert waits[Ending.DOWN] == [60, 300, 600, 1200, 1800, 3600, 3600, 3600]


def test_after_six_hours_nobody_tries_on() -> None:
    late = AT + timedelta(hours=6)
    assert (
        attempts.after(a_row(tries=9), Outcome(Ending.DEFERRED), late, resend=RESEND, jitter=0).state is State.EXHAUSTED
    )


def test_an_uncertain_mail_is_sent_once_more_and_not_twice() -> None:
    first = attempts.after(a_row(), Outcome(Ending.UNCERTAIN), AT, resend=RESEND, jitter=0)
    second = attempts.after(a_row(resends=1), Outcome(Ending.UNCERTAIN), AT, resend=RESEND, jitter=0)
    assert (first.state, first.next_at) == (State.UNCERTAIN, AT + RESEND)
    assert second.state is State.EXHAUSTED


def a_mail(**changes: str) -> email.Letter:
    """The mail of a row."""
    told = {"name": "Nguyễn Thị Ánh Tuyết", "address": "tuyet@thu.example", **changes}
    return email.letter(a_row(), mail_from="Sáng kiến CCHC <khong-tra-loi@sangkien.example>", at=AT, **told)


def test_vietnamese_survives_the_way_there_and_back() -> None:
    read = message_from_bytes(a_mail().content, policy=default)
    row = a_row()
    assert read["Subject"] == row.subject
    assert read["To"] == "Nguyễn Thị Ánh Tuyết <tuyet@thu.example>"
    assert read["From"] == "Sáng kiến CCHC <khong-tra-loi@sangkien.example>"
    text, html = read.get_body(("plain",)), read.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == row.text
    assert html.get_content().strip() == row.html


def test_a_mail_names_itself_and_is_the_same_bytes_every_time() -> None:
    read = message_from_bytes(a_mail().content, policy=default)
    assert read["Message-ID"] == f"<{a_row().id}@sangkien.example>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Date"].datetime == AT
    assert a_mail().content == a_mail().content


def test_no_line_of_a_mail_is_longer_than_the_standard_allows_and_all_are_ascii() -> None:
    content = a_mail().content
    assert max(len(line) for line in content.split(b"\r\n")) <= 100
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Nguyễn\r\nBcc: ai-do@thu.example"},
        {"name": "Nguyễn\nBcc: ai-do@thu.example"},
        {"name": "Nguyễn\0"},
        {"name": "Nguyễn\u2028Bcc: x"},
        {"address": "a@thu.example\r\nRCPT TO:<b@thu.example>"},
        {"address": "a@thu.example> SIZE=1"},
        {"address": "a@thu.example,b@thu.example"},
        {"address": "không@thu.example"},
        {"address": ""},
    ],
)
def test_a_name_or_address_that_would_break_out_of_its_header_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(email.UnsafeHeader):
        a_mail(**changes)


def test_a_subject_with_a_line_break_is_refused_too() -> None:
    row = a_row(subject="Kết quả\r\nBcc: ai-do@thu.example")
    with pytest.raises(email.UnsafeHeader):
        email.letter(row, name="A", address="a@thu.example", mail_from="b@thu.example", at=AT)


@pytest.mark.parametrize(
    ("address", "shown"), [("tuyet@thu.example", "tu***@thu.example"), ("a@b.vn", "a***@b.vn"), ("", "")]
)
def test_addresses_are_masked(address: str, shown: str) -> None:
    assert domain.masked(address) == shown


@pytest.mark.parametrize("cell", ["=1+1", "+84", "-1", "@SUM(A1)", "\t=1", "＝1"])
def test_no_cell_of_an_export_is_a_formula(cell: str) -> None:
    assert _harmless(cell) == "'" + cell
