"""Typed by one, checked by another: who may confirm, what is accepted, what the jury gets."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.submissions.anonymity.domain import GivesAway
from services.submissions.arrivals.domain import AuthorIsTyping, NotTranscribed, Transcript
from services.submissions.contests.domain import Contest
from services.submissions.decisions import service as decisions
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.intake import service as intake
from services.submissions.states.domain import EditingOver, SavedElsewhere, State
from services.submissions.texts.domain import Words
from services.submissions.transcriptions import service
from services.submissions.transcriptions.domain import NotTyping, SameHand
from shared.clock import now
from shared.errors import Stale
from shared.identity import Person, Role
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_contest, a_person, email_of, outbox_rows
from tests.integration.submissions.entry_builders import an_image, deliver, hand_in, key, words
from tests.integration.submissions.paper_builders import a_paper, transcribed

PARTS = words().parts


@pytest.fixture
async def typist(store: Store) -> Person:
    return await a_person(store, Role.SECRETARY, email=email_of("chep"), name="Ngô Thị Chép Bài")


@pytest.fixture
async def checker(store: Store) -> Person:
    return await a_person(store, Role.SECRETARY, email=email_of("soat"), name="Ngô Văn Đối Chiếu")


@pytest.fixture
async def contest(store: Store) -> Contest:
    return await a_contest(store)


@pytest.fixture
async def paper(store: Store, typist: Person, contest: Contest) -> Entry:
    return await a_paper(store, typist, contest.id)


def said(entry: Entry, **parts: str) -> Words:
    return Words(title=entry.title, parts={**PARTS, **parts})


async def _accept(store: Store, entry: Entry, by: Person) -> None:
    read = (await entries.get(store.read, entry.id)).revision
    await decisions.accept(store, entry.id, revision=read, key=key(), by=by, at=now())


async def test_a_paper_is_accepted_only_with_words_that_two_people_stand_for(
    store: Store, paper: Entry, typist: Person, checker: Person
):
    with pytest.raises(NotTranscribed):
        await _accept(store, paper, checker)
    text = await service.write(store, paper.id, said(paper), version=0, by=typist, at=now())
    text = await service.hand_over(store, paper.id, version=text.version, by=typist, at=now())
    with pytest.raises(SameHand):
        await service.confirm(store, paper.id, version=text.version, by=typist, at=now())
    with pytest.raises(NotTyping):
        await service.write(store, paper.id, said(paper), version=text.version, by=typist, at=now())
    text = await service.send_back(store, paper.id, "Sót một dòng", version=text.version, by=checker, at=now())
    text = await service.write(
        store, paper.id, said(paper, solution="Đủ rồi."), version=text.version, by=typist, at=now()
    )
    text = await service.hand_over(store, paper.id, version=text.version, by=typist, at=now())
    with pytest.raises(NotTranscribed):
        await _accept(store, paper, checker)
    await service.confirm(store, paper.id, version=text.version, by=checker, at=now())
    last = (await entries.revisions(store.read, paper.id))[0]
    assert (last.number, last.by, last.checked_by) == (2, typist.id, checker.id)
    assert (last.parts["solution"], last.findings.parts["solution"].words) == ("Đủ rồi.", 2)
    assert (await intake.line(store.read, paper.id)).revision == 2
    changes = (await intake.sheet(store, paper.id, checker)).changes
    assert [one.by for one in changes] == [typist.id, checker.id], "who registered it, who checked its words"
    await deliver(store, paper.id)
    await _accept(store, paper, checker)
    told = (await outbox_rows(store, paper.id))[-1]["value"]
    assert "Đủ rồi." in told
    assert '"judge_copies":[]' in told.replace(" ", "")


async def test_an_edit_after_the_check_starts_again(store: Store, paper: Entry, typist: Person, checker: Person):
    await transcribed(store, paper, typist, checker)
    text = (await service.desk(store, paper.id, typist)).text
    text = await service.reopen(store, paper.id, version=text.version, by=checker, at=now())
    with pytest.raises(NotTranscribed):
        await _accept(store, paper, checker)
    text = await service.write(
        store, paper.id, said(paper, solution="Sửa."), version=text.version, by=checker, at=now()
    )
    text = await service.hand_over(store, paper.id, version=text.version, by=checker, at=now())
    with pytest.raises(SameHand):
        await service.confirm(store, paper.id, version=text.version, by=checker, at=now())
    await service.confirm(store, paper.id, version=text.version, by=typist, at=now())
    assert (await entries.get(store.read, paper.id)).revision == 3


async def test_a_step_whose_answer_got_lost_is_done_once_when_it_is_asked_for_again(
    store: Store, paper: Entry, typist: Person, checker: Person
):
    text = await service.write(store, paper.id, said(paper), version=0, by=typist, at=now())
    read = text.version
    handed = [await service.hand_over(store, paper.id, version=read, by=typist, at=now()) for _ in range(2)]
    read = handed[0].version
    checked = [await service.confirm(store, paper.id, version=read, by=checker, at=now()) for _ in range(2)]
    assert handed[0] == handed[1]
    assert checked[0] == checked[1]
    with pytest.raises(Stale):
        await service.confirm(store, paper.id, version=read, by=typist, at=now())
    assert (await entries.get(store.read, paper.id)).revision == paper.revision + 1


async def test_two_who_type_at_once_lose_nothing(store: Store, paper: Entry, typist: Person, checker: Person):
    first = await service.write(store, paper.id, said(paper, solution="Bản một"), version=0, by=typist, at=now())
    with pytest.raises(SavedElsewhere) as clash:
        await service.write(store, paper.id, said(paper, solution="Bản hai"), version=0, by=checker, at=now())
    assert "Bản một" in str(clash.value.details["fields"])
    again = await service.write(store, paper.id, said(paper, solution="Bản một"), version=0, by=typist, at=now())
    assert again.typists == first.typists
    with pytest.raises(Stale):
        await service.hand_over(store, paper.id, version=0, by=typist, at=now())


async def test_a_text_that_names_its_author_is_not_handed_over(store: Store, paper: Entry, typist: Person):
    text = await service.write(
        store, paper.id, said(paper, solution="Tôi là Đỗ Thị Giấy."), version=0, by=typist, at=now()
    )
    with pytest.raises(GivesAway):
        await service.hand_over(store, paper.id, version=text.version, by=typist, at=now())


async def test_an_author_who_types_the_paper_online_needs_no_transcription(
    store: Store, contest: Contest, typist: Person, checker: Person
):
    author = await a_person(store, name="Lý Thị Tự Nhập", email=email_of("tu-nhap"))
    paper = await a_paper(store, typist, contest.id, name=author.name, email=email_of("tu-nhap"))
    text = await service.write(store, paper.id, said(paper), version=0, by=typist, at=now())
    text = await service.hand_over(store, paper.id, version=text.version, by=typist, at=now())
    entry = await entries.get(store.read, paper.id)
    await entries.write(store, paper.id, words(title="Tự tôi nhập"), version=entry.version, by=author, at=now())
    with pytest.raises(AuthorIsTyping):
        await service.confirm(store, paper.id, version=text.version, by=checker, at=now())
    await hand_in(store, paper.id, author)
    await _accept(store, paper, checker)
    done = await entries.get(store.read, paper.id)
    assert done.paper is not None
    assert (done.state, done.paper.transcript) == (State.ACCEPTED, Transcript.OWN)


async def test_what_was_asked_for_and_came_on_paper_is_typed_and_the_entry_waits_again(
    store: Store, paper: Entry, typist: Person, checker: Person
):
    await transcribed(store, paper, typist, checker)
    until = now() + timedelta(days=1)
    asked: dict[str, Any] = {
        "reason": "Thiếu trang 2",
        "until": until,
        "revision": (await entries.get(store.read, paper.id)).revision,
    }
    await decisions.send_back(store, paper.id, key=key(), by=checker, at=now(), **asked)
    text = (await service.desk(store, paper.id, typist)).text
    with pytest.raises(EditingOver):
        await service.reopen(store, paper.id, version=text.version, by=typist, at=until)
    text = await service.reopen(store, paper.id, version=text.version, by=typist, at=now())
    text = await service.write(
        store, paper.id, said(paper, solution="Có trang 2."), version=text.version, by=typist, at=now()
    )
    text = await service.hand_over(store, paper.id, version=text.version, by=typist, at=now())
    await service.confirm(store, paper.id, version=text.version, by=checker, at=now())
    done = await entries.get(store.read, paper.id)
    assert (done.state, done.revision, done.returned) == (State.SUBMITTED, 3, None)


async def test_the_same_over_json(
    store: Store, contest: Contest, typist: Person, checker: Person, browser: Callable[[], Browser]
):
    page, api = browser(), "/api/submissions/v1"
    one: dict[str, Any] = {"headers": await page.bearer(email_of("chep"))}
    other: dict[str, Any] = {"headers": await page.bearer(email_of("soat"))}
    slip = {
        "client_key": "j", "contest_id": contest.id, "channel": "commune", "name": "Hà Thị Máy", "title": "Qua máy",
        "entrant_group": "E1", "content_group": "C1", "pages": 2,
    }  # fmt: skip
    made = (await page.post(f"{api}/papers", json=slip, **one)).json()
    assert (made["number"], made["in_time"]) == (1, True)
    assert (await page.post(f"{api}/papers", json=slip, **one)).json() == made
    address = f"{api}/papers/{made['entry_id']}"
    file = {"file": ("trang.jpg", an_image(), "image/jpeg")}
    assert (await page.post(f"{address}/scans", files=file, **one)).status_code == 201
    typed = (
        await page.put(f"{address}/transcription", json={"version": 0, "title": "Qua máy", "parts": PARTS}, **one)
    ).json()
    over = (await page.post(f"{address}/transcription/hand-over", json={"version": typed["version"]}, **one)).json()
    remark = {"version": over["version"], "remark": "Sót chữ"}
    back = (await page.post(f"{address}/transcription/check", json=remark, **other)).json()
    assert back["state"] == "typed_sent_back"
    over = (await page.post(f"{address}/transcription/hand-over", json={"version": back["version"]}, **one)).json()
    same = await page.post(f"{address}/transcription/check", json={"version": over["version"]}, **one)
    assert (same.status_code, same.json()["code"]) == (409, "same_hand")
    early = await page.post(
        f"{api}/register/{made['entry_id']}/accept", json={"client_key": "a", "revision": 1}, **other
    )
    assert (early.status_code, early.json()["code"]) == (409, "not_transcribed")
    done = await page.post(f"{address}/transcription/check", json={"version": over["version"]}, **other)
    assert done.json()["state"] == "checked"
    accepted = await page.post(
        f"{api}/register/{made['entry_id']}/accept", json={"client_key": "b", "revision": 2}, **other
    )
    assert accepted.json()["state"] == "accepted"


async def test_the_pages_lead_from_the_queue_to_an_accepted_entry(
    store: Store, paper: Entry, typist: Person, checker: Person, browser: Callable[[], Browser]
):
    one, other = browser(), browser()
    await one.sign_in(email_of("chep"))
    await other.sign_in(email_of("soat"))
    queue = await one.open("/tiep-nhan/ban-chep?tinh-trang=to_transcribe")
    assert paper.title in queue.text
    address = f"/tiep-nhan/ban-chep/{paper.id}"
    assert "<img" in (await one.open(address)).text
    fields = {"version": "0", "title": paper.title, **{f"parts.{part}": text for part, text in PARTS.items()}}
    saved = await one.submit(f"{address}/luu", fields, headers={"Accept": "application/json"})
    short = {"version": str(saved.json()["version"]), "parts.situation": PARTS["situation"]}
    saved = await one.submit(f"{address}/luu", short, headers={"Accept": "application/json"})
    kept = (await service.desk(store, paper.id, typist)).text
    assert (kept.title, kept.parts) == (paper.title, PARTS), "a form that was cut off empties nothing"
    fields |= {"version": str(saved.json()["version"]), "act": "hand_over"}
    untitled = await one.submit(f"{address}/luu", {**fields, "title": ""})
    assert (untitled.status_code, PARTS["solution"] in untitled.text) == (422, True)
    version = (await service.desk(store, paper.id, typist)).text.version
    for _ in range(2):  # pressed twice
        assert (await one.submit(f"{address}/luu", {**fields, "version": str(version)})).status_code == 303
    own = await one.submit(f"{address}/doi-chieu", {"version": str(version + 2), "act": "confirm"})
    assert (own.status_code, "Người chép không tự đối chiếu" in own.text) == (409, True)
    shown = await other.open(address)
    assert "Đúng bản quét, xác nhận" in shown.text
    current = (await service.desk(store, paper.id, typist)).text.version
    blank = await other.submit(f"{address}/doi-chieu", {"version": str(current), "act": "send_back", "remark": ""})
    assert blank.status_code == 422
    refused = await other.submit(f"/tiep-nhan/{paper.id}/nhan", {"client_key": "k1", "revision": "1"})
    assert refused.status_code == 409
    assert address in refused.text
    done = await other.submit(f"{address}/doi-chieu", {"version": str(current), "act": "confirm"})
    assert done.status_code == 303
    accepted = await other.submit(f"/tiep-nhan/{paper.id}/nhan", {"client_key": "k2", "revision": "2"})
    assert accepted.status_code == 303
