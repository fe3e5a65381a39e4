"""Sample facts of the services that notifications listens to, as its agents see them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.events.envelope import Envelope, Event
from shared.events.judging import (
    Finalist,
    FinalistsNamed,
    Load,
    Place,
    ResultPublished,
    RunningOrderDrawn,
    ScriptsAssigned,
    Slot,
    ThirdReaderCalled,
)
from shared.events.submissions import (
    AuthorParted,
    Choice,
    CodeIssued,
    ContestPublished,
    ContestRescheduled,
    EntrantGroup,
    EntryAccepted,
    EntryAttributed,
    EntryBegun,
    EntryRefused,
    EntryReminded,
    EntryReopened,
    EntryReturned,
    EntrySubmitted,
    EntryWithdrawn,
    FileRefused,
    Move,
    Part,
    PersonUpdated,
    Timetable,
)
from shared.ids import new_id
from shared.inbox import Fact
from shared.sealed import seal

AT = datetime(2026, 4, 20, 3, 15, tzinfo=UTC)
CONTEST = "cuoc-thi-1"
TITLE = "Nhận hồ sơ đất đai tại nhà văn hóa thôn"


def a_contest(**changes: Any) -> ContestPublished:
    """A contest with a final."""
    timetable = Timetable(
        opens_at=AT - timedelta(days=5),
        closes_at=AT + timedelta(days=30),
        edit_until=AT + timedelta(days=30),
        final_at=AT + timedelta(days=60),
    )
    fields: dict[str, Any] = {
        "contest_id": CONTEST,
        "version": 1,
        "slug": "sang-kien-cchc",
        "name": "Tìm kiếm sáng kiến cải cách thủ tục hành chính",
        "short_name": "Sáng kiến cải cách hành chính",
        "year": 2026,
        "entrant_groups": [EntrantGroup(id="E1", title="Người dân", track="individual")],
        "content_groups": [Choice(id="C1", title="Cải tiến quy trình")],
        "parts": [Part(id="solution", title="Giải pháp", max_words=600)],
        "timetable": timetable,
        "finalists": 6,
        "presentation_minutes": 10,
        "question_minutes": 5,
        "prizes": [],
    }
    return ContestPublished(**{**fields, **changes})


def a_person(person_id: str, *, name: str = "Nguyễn Thị Ánh Tuyết", **changes: Any) -> PersonUpdated:
    """A person with an address made of the id."""
    return PersonUpdated(**{"person_id": person_id, "name": name, "email": f"{person_id}@thu.example", **changes})


def submitted(entry_id: str, owner_id: str, **changes: Any) -> EntrySubmitted:
    """An entry handed in online."""
    fields: dict[str, Any] = {
        "entry_id": entry_id,
        "contest_id": CONTEST,
        "receipt": f"MA-{entry_id}",
        "revision": 1,
        "entrant_group": "E1",
        "content_group": "C1",
        "owner_id": owner_id,
        "author_ids": [owner_id],
        "title": TITLE,
        "submitted_at": AT,
    }
    return EntrySubmitted(**{**fields, **changes})


def accepted(entry_id: str, owner_id: str, **changes: Any) -> EntryAccepted:
    """The same entry taken in."""
    fields: dict[str, Any] = {
        "entry_id": entry_id,
        "contest_id": CONTEST,
        "owner_id": owner_id,
        "author_ids": [owner_id],
        "entrant_group": "E1",
        "content_group": "C1",
        "track": "individual",
        "title": TITLE,
        "parts": {},
        "accepted_at": AT,
    }
    return EntryAccepted(**{**fields, **changes})


def returned(entry_id: str, owner_id: str, reason: str = "Thiếu phần Hiệu quả.") -> EntryReturned:
    """The same entry sent back."""
    until = AT + timedelta(days=3)
    whose = {"entry_id": entry_id, "contest_id": CONTEST, "owner_id": owner_id}
    return EntryReturned(**whose, reason=reason, until=until, missing=["Hiệu quả"])


def refused(entry_id: str, owner_id: str, rule: str = "late") -> EntryRefused:
    """The same entry found not valid."""
    whose = {"entry_id": entry_id, "contest_id": CONTEST, "owner_id": owner_id}
    return EntryRefused(**whose, rule=rule, reason="Dấu bưu điện ngày 02/11.", refused_at=AT)


def reopened(entry_id: str, owner_id: str) -> EntryReopened:
    """The refusal taken back."""
    whose = {"entry_id": entry_id, "contest_id": CONTEST, "owner_id": owner_id}
    return EntryReopened(**whose, reason="Dấu bưu điện đọc nhầm.", reopened_at=AT)


def claimed(entry_id: str, owner_id: str) -> EntryAttributed:
    """A paper that somebody took over into their account."""
    return EntryAttributed(
        entry_id=entry_id, contest_id=CONTEST, owner_id=owner_id, author_ids=[owner_id], attributed_at=AT
    )


def withdrawn(entry_id: str, owner_id: str) -> EntryWithdrawn:
    """The same entry taken back."""
    return EntryWithdrawn(entry_id=entry_id, contest_id=CONTEST, owner_id=owner_id, reason="Muốn viết lại.")


def assigned(**loads: int) -> ScriptsAssigned:
    """So many scripts for each judge."""
    each = [Load(judge_id=judge, scripts=number) for judge, number in loads.items()]
    return ScriptsAssigned(contest_id=CONTEST, round="preliminary", loads=each, seed="1", assigned_at=AT)


def third_reader(judge_id: str) -> ThirdReaderCalled:
    """A third reader for a gap of 2.5."""
    return ThirdReaderCalled(
        contest_id=CONTEST, round="preliminary", judge_id=judge_id, entry_id="e", gap=Decimal("2.5"), called_at=AT
    )


def finalists(*entry_ids: str) -> FinalistsNamed:
    """These go on."""
    named = [Finalist(entry_id=one, rank=rank, score=Decimal("8.50")) for rank, one in enumerate(entry_ids, 1)]
    return FinalistsNamed(contest_id=CONTEST, round="preliminary", result_version=1, finalists=named, named_at=AT)


def order(*entry_ids: str) -> RunningOrderDrawn:
    """They present in this order."""
    slots = [Slot(slot_id=f"s{place}", entry_id=one, position=place) for place, one in enumerate(entry_ids, 1)]
    return RunningOrderDrawn(contest_id=CONTEST, slots=slots, seed="1", drawn_at=AT)


def result(*entry_ids: str) -> ResultPublished:
    """The first has a prize."""
    places = [
        Place(
            entry_id=one,
            rank=rank,
            score=Decimal("9.25"),
            track="individual",
            prize_id="p1" if rank == 1 else None,
            prize_title="Giải Nhất" if rank == 1 else None,
        )
        for rank, one in enumerate(entry_ids, 1)
    ]
    return ResultPublished(
        contest_id=CONTEST,
        result_version=1,
        slug="sang-kien-cchc",
        places=places,
        file_sha256="0" * 64,
        log_head="0" * 64,
        published_at=AT,
    )


def begun(entry_id: str, owner_id: str, at: datetime = AT) -> EntryBegun:
    """A draft of an entry."""
    return EntryBegun(entry_id=entry_id, contest_id=CONTEST, owner_id=owner_id, begun_at=at)


def reminded(entry_id: str, owner_id: str, *, hours: int = 24, closes_at: datetime | None = None) -> EntryReminded:
    """A complete draft of a contest that closes in so many hours."""
    until = closes_at or AT + timedelta(days=30)
    return EntryReminded(
        entry_id=entry_id, contest_id=CONTEST, owner_id=owner_id, title=TITLE, hours=hours, closes_at=until
    )


def file_refused(entry_id: str, owner_id: str, *, fault: str = "infected", handed_in: bool = True) -> FileRefused:
    """A file of an entry is of no use."""
    whose = {"entry_id": entry_id, "contest_id": CONTEST, "owner_id": owner_id}
    return FileRefused(**whose, file_id="f1", fault=fault, title=TITLE, handed_in=handed_in)


def parted(entry_id: str, owner_id: str, person_id: str, *, own_wish: bool = True, **more: Any) -> AuthorParted:
    """A co-author is none any more."""
    whose = {"entry_id": entry_id, "contest_id": CONTEST, "owner_id": owner_id, "person_id": person_id}
    return AuthorParted(**{**whose, "title": TITLE, "own_wish": own_wish, "handed_in": False, **more})


REASON = "Nhiều đơn vị đề nghị thêm thời gian sau kỳ nghỉ lễ."


def rescheduled(*what: str, version: int = 1, **after: datetime | None) -> ContestRescheduled:
    """These instants, or the closing date, move by nine days; `after` names what they become instead."""
    moves = [Move(what=one, before=AT, after=after.get(one, AT + timedelta(days=9))) for one in what or ("closes_at",)]
    return ContestRescheduled(contest_id=CONTEST, version=version, changes=moves, reason=REASON, rescheduled_at=AT)


SECRET = "mot-khoa-bi-mat"


def a_code(
    purpose: str = "sign_in",
    address: str = "p1@thu.example",
    *,
    code: str = "048213",
    name: str = "Nguyễn Thị Ánh Tuyết",
    until: datetime = AT + timedelta(minutes=10),
) -> CodeIssued:
    """A code on its way, sealed as submissions seals it."""
    sealed = seal({"address": address, "code": code, "name": name}, secret_key=SECRET, purpose="codes")
    channel = "email" if "@" in address else "sms"
    return CodeIssued(code_id=new_id(), purpose=purpose, channel=channel, sealed=sealed, expires_at=until)


def a_fact(event: Event, subject: str = "", seq: int = 1) -> Fact:
    """The event as an agent meets it."""
    envelope = Envelope.wrap(event, subject=subject or new_id(), seq=seq, by="system", time=AT)
    return Fact(event, envelope.id, envelope.subject, seq, AT, "system")
