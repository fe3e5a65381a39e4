"""Personal data of a finished contest: what is due, who confirms it, what is left afterwards."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from services.submissions.contests.domain import Contest
from services.submissions.decisions import service as decisions
from services.submissions.entries import service as entries
from services.submissions.erasures import service as erasures
from services.submissions.intake import service as intake
from services.submissions.people import service as people
from services.submissions.retention import repository, service
from services.submissions.retention.domain import NotDue, State
from services.submissions.states.domain import State as EntryState
from shared.clock import now
from shared.errors import Forbidden
from shared.identity import Person
from shared.mongo import Store, Tx
from tests.integration.submissions.builders import ADMINISTRATOR, Browser, a_contest, a_person
from tests.integration.submissions.entry_builders import a_draft, a_pdf, an_entry, attach, deliver, hand_in, key

SECRETARY = Person("the-secretary", "Thư ký", frozenset({("secretary", "*")}))
LONG_AGO = timedelta(days=400)


async def published(store: Store, contest: Contest, at: datetime) -> None:
    """What both agents do with a published result."""

    async def work(tx: Tx) -> None:
        await erasures.result_published(tx, contest.id, at)
        await service.note(tx, contest.id, at)

    await store.transaction(work)


async def a_finished_contest(store: Store, *, ago: timedelta = LONG_AGO) -> tuple[Contest, Person, dict[str, str]]:
    """With a draft, one that was never decided and an accepted one, both with files, of one author."""
    contest, author = await a_contest(store, retention_months=12), await a_person(store)
    draft = await a_draft(store, author, contest.id)
    waiting = await an_entry(store, author, contest.id)
    accepted = await a_draft(store, author, contest.id)
    await attach(store, accepted.id, "ban-ve.pdf", a_pdf(), by=author)
    await hand_in(store, accepted.id, author)
    for one in (waiting, accepted):
        await deliver(store, one.id)
    await decisions.accept(store, accepted.id, revision=1, key=key(), by=SECRETARY, at=now())
    await published(store, contest, now() - ago)
    return contest, author, {"draft": draft.id, "waiting": waiting.id, "accepted": accepted.id}


async def test_what_is_due_is_cleared_once_it_is_confirmed(store: Store) -> None:
    contest, author, ids = await a_finished_contest(store)
    facts = await store.read["outbox"].count({})
    await service.confirm(store, contest.id, by=ADMINISTRATOR, at=now())
    taken = await repository.take(store.read, now())
    assert taken is not None
    await service.clear(store, taken)
    assert not await entries.exists(store.read, ids["draft"])
    waiting, accepted = [await entries.get(store.read, ids[name]) for name in ("waiting", "accepted")]
    assert (waiting.title, waiting.parts, waiting.author_ids) == ("(đã xóa)", {}, [])
    assert (accepted.state, accepted.author_ids, accepted.owner_id, accepted.files) == (EntryState.ACCEPTED, [], "", [])
    assert accepted.parts["solution"]
    assert await store.read["blobs.files"].count({}) == 0
    assert await store.read["outbox"].count({}) == facts
    assert (await people.get(store.read, author.id)).active
    assert (await repository.get(store.read, contest.id)).state is State.ERASED
    assert await entries.of_author(store.read, author.id) == []


async def test_the_register_still_opens_an_entry_that_belongs_to_nobody(store: Store) -> None:
    contest, _, ids = await a_finished_contest(store)
    await service.confirm(store, contest.id, by=ADMINISTRATOR, at=now())
    await service.clear(store, await repository.get(store.read, contest.id))
    assert (await intake.sheet(store, ids["accepted"], SECRETARY)).owner.name == "(đã xóa)"


async def test_nothing_is_cleared_early_or_without_the_right(store: Store) -> None:
    contest, author, _ = await a_finished_contest(store, ago=timedelta(days=300))
    with pytest.raises(NotDue):
        await service.confirm(store, contest.id, by=ADMINISTRATOR, at=now())
    with pytest.raises(Forbidden):
        await service.confirm(store, contest.id, by=author, at=now() + timedelta(days=200))
    await service.confirm_due(store, now())
    assert (await repository.get(store.read, contest.id)).state is State.KEPT


async def test_where_the_setting_says_so_what_is_due_needs_nobody(store: Store) -> None:
    contest, _, _ = await a_finished_contest(store)
    await service.confirm_due(store, now())
    kept = await repository.get(store.read, contest.id)
    assert (kept.state, kept.confirmed_by) == (State.CONFIRMED, "system")


async def test_clearing_that_was_interrupted_goes_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    contest, _, _ = await a_finished_contest(store)
    await service.confirm(store, contest.id, by=ADMINISTRATOR, at=now())
    whole, calls = erasures.clear, 0

    async def dies(*args: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return await whole(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(erasures, "clear", dies)
    with pytest.raises(KeyboardInterrupt):
        await service.clear(store, await repository.get(store.read, contest.id))
    monkeypatch.undo()
    await service.clear(store, await repository.get(store.read, contest.id))
    assert [one for one in await entries.of_contest(store.read, contest.id) if one.author_ids] == []
    assert await store.read["blobs.files"].count({}) == 0


async def test_an_amended_result_does_not_begin_the_time_anew(store: Store) -> None:
    contest = await a_contest(store, retention_months=12)
    first = now() - LONG_AGO
    await published(store, contest, first)
    await published(store, contest, now())
    assert (await repository.get(store.read, contest.id)).published_at == first


async def test_the_administrator_sees_what_is_due_and_confirms_it_on_the_page(
    store: Store, browser: Callable[[], Browser]
) -> None:
    contest, _, _ = await a_finished_contest(store)
    await a_person(store, "administrator", email="quan-tri@thu.example")
    desk = browser()
    await desk.sign_in("quan-tri@thu.example")
    shown = (await desk.open("/quan-tri/luu-tru")).text
    assert "Đến hạn xóa" in shown
    assert (await desk.submit(f"/quan-tri/luu-tru/{contest.id}", {})).status_code == 303
    assert "Đang xóa" in (await desk.open("/quan-tri/luu-tru")).text
    assert (await desk.submit(f"/quan-tri/luu-tru/{contest.id}", {})).status_code == 409
