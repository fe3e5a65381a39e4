"""A deadline moves: everybody who goes by it is told once, nobody who came later, and with the timetable that now holds."""

from collections import Counter
from datetime import timedelta

import pytest

from services.notifications.announcements import service as announcements
from services.notifications.copies import service as copies
from services.notifications.deliveries import service
from services.notifications.deliveries.channels.sender import Post
from services.notifications.deliveries.domain import Channel, State
from services.notifications.deliveries.service import Sought
from services.notifications.settings import Settings
from shared.clock import now
from shared.events.submissions import Role
from shared.mongo import Store
from tests.integration.notifications.conftest import LETTERS, announce, remember
from tests.integration.notifications.mail_server import Ledger
from tests.unit.notifications import facts

RESEND = timedelta(seconds=600)


async def told(store: Store, channel: Channel = Channel.EMAIL) -> dict[str, str]:
    """How each person who was told stands to the contest."""
    await service.tidy(store, LETTERS, RESEND)
    rows = await store.read["deliveries"].find({"message": "rescheduled", "channel": channel})
    assert max(Counter(row["person_id"] for row in rows).values(), default=0) <= 1
    return {row["person_id"]: row["given"]["standing"] for row in rows}


async def a_holder(store: Store, person: str, role: str, scope: str = facts.CONTEST, *, active: bool = True) -> None:
    """Somebody with a role."""
    await remember(store.read, facts.a_person(person, roles=[Role(role=role, scope=scope)], active=active))


async def test_owners_of_drafts_and_entries_and_all_who_work_for_the_contest_are_told_once(base: Store) -> None:
    for person in ("nhap", "nop", "ba-bai", "rut"):
        await remember(base.read, facts.a_person(person))
    await remember(base.read, facts.begun("e0", "nhap"))
    await remember(base.read, facts.submitted("e1", "nop"))
    for entry in ("e2", "e3", "e4"):
        await remember(base.read, facts.begun(entry, "ba-bai"))
    await remember(base.read, facts.submitted("e3", "ba-bai"))
    await remember(base.read, facts.submitted("e5", "rut"))
    await remember(base.read, facts.withdrawn("e5", "rut"))
    await remember(base.read, facts.begun("e6", "khac").model_copy(update={"contest_id": "cuoc-thi-khac"}))
    for role in ("judge", "chair", "secretary", "organiser", "auditor", "entrant"):
        await a_holder(base, role, role)
    await a_holder(base, "toan-trang", "organiser", "*")
    await a_holder(base, "noi-khac", "judge", "cuoc-thi-khac")
    await a_holder(base, "nghi", "judge", active=False)
    await announce(base, facts.a_fact(facts.rescheduled()))
    entrants = dict.fromkeys(["nhap", "nop", "ba-bai"], "entrant")
    staff = dict.fromkeys(["judge", "chair", "secretary", "organiser", "toan-trang"], "staff")
    assert await told(base) == await told(base, Channel.IN_APP) == entrants | staff
    counted = await service.summary(base, Sought())
    assert counted.total == counted.expected == 16


async def test_who_comes_later_is_not_told_but_who_becomes_known_late_is(
    base: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcements, "_WATCHED", now() - facts.AT + timedelta(days=1))
    await remember(base.read, facts.begun("e0", "p0"))
    await announce(base, facts.a_fact(facts.rescheduled()))
    assert set(await told(base)) == {"p0"}
    await remember(base.read, facts.begun("e1", "sau", facts.AT + timedelta(seconds=1)))
    await remember(base.read, facts.submitted("e2", "sau-nua", submitted_at=facts.AT + timedelta(hours=1)))
    await a_holder(base, "giam-khao-moi", "judge")
    await remember(base.read, facts.begun("e3", "p0"))
    assert set(await told(base)) == {"p0"}
    await remember(base.read, facts.begun("e4", "tre", facts.AT - timedelta(days=1)))
    assert set(await told(base)) == {"p0", "tre"}


async def test_a_hundred_people_are_told_in_pieces_without_gap_or_double(base: Store) -> None:
    for n in range(120):
        await remember(base.read, facts.begun(f"e{n}", f"p{n}"))
    await announce(base, facts.a_fact(facts.rescheduled()))
    assert set(await told(base)) == {f"p{n}" for n in range(120)}
    counted = await service.summary(base, Sought())
    assert counted.total == counted.expected == 240


async def test_the_letter_waits_for_the_rules_it_speaks_of_and_names_both_instants(
    base: Store, mail: Ledger, settings: Settings
) -> None:
    await remember(base.read, facts.a_person("p1"))
    await remember(base.read, facts.begun("e1", "p1"))
    await announce(base, facts.a_fact(facts.rescheduled(version=2)))
    await told(base)
    assert await base.read["deliveries"].count({"state": State.PLANNED}) == 2
    before = facts.a_contest()
    edit_until = facts.AT + timedelta(days=33)
    timetable = before.timetable.model_copy(update={"edit_until": edit_until})
    await remember(base.read, before.model_copy(update={"version": 2, "timetable": timetable}))
    await base.read["deliveries"].update_all({}, {"$set": {"next_at": facts.AT}})
    await told(base)
    await Post.of(settings, LETTERS).send_next(base)
    (received,) = mail.of("p1@thu.example")
    assert received["Subject"] == "Đổi lịch: hạn nộp bài nay là 10:15 thứ Tư, ngày 29/4/2026"
    body = received.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    for words in (
        "Lịch mới: 10:15 thứ Tư, ngày 29/4/2026, giờ Hà Nội (UTC+7)",
        "Lịch cũ: 10:15 thứ Hai, ngày 20/4/2026, giờ Hà Nội (UTC+7)",
        facts.REASON,
        "10:15 thứ Bảy, ngày 23/5/2026",
        "https://sangkien.example/cuoc-thi/sang-kien-cchc",
    ):
        assert words in " ".join(text.split())


async def test_a_copy_keeps_the_state_of_its_contest(base: Store) -> None:
    await remember(base.read, facts.a_contest(state="closed", version=3))
    kept = await copies.find_contest(base.read, facts.CONTEST)
    assert kept is not None
    assert (kept.state, kept.version) == ("closed", 3)


async def test_a_draft_is_not_taken_for_an_entry(base: Store) -> None:
    await remember(base.read, facts.begun("e1", "p1"))
    await remember(base.read, facts.a_person("p1"))
    assert await copies.find_entry(base.read, "e1") is None
    assert await copies.entries(base.read, ["e1"]) == {}
    await announce(base, facts.a_fact(facts.order("e1")))
    await service.tidy(base, LETTERS, RESEND)
    assert await base.read["deliveries"].count({}) == 0
    await remember(base.read, facts.submitted("e1", "p1"))
    await service.tidy(base, LETTERS, RESEND)
    assert await base.read["deliveries"].count({}) == 2
