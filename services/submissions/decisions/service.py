"""A secretary's decisions about one entry; one function is one transaction, and the register says it at once."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.decisions import domain
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.intake import service as intake
from services.submissions.jury_copies import service as jury_copies
from services.submissions.states.domain import Rule
from shared.errors import NotFound
from shared.events.envelope import Event
from shared.identity import Person, Role
from shared.mongo import Document, Store, Tx
from shared.once import once

Decide = Callable[[Entry, Contest], Event]


async def accept(store: Store, entry_id: str, *, revision: int | None, key: str, by: Person, at: datetime) -> Document:
    """The entry is in order: {state, number}.

    Raises NotFound, RevisionNeeded, NewRevision, NotWaiting, CopyPending, KeyReused.
    """
    await _make_copies(store, entry_id, by)
    body = {"entry_id": entry_id, "revision": revision}

    async def work(tx: Tx) -> Document:
        await _checked(tx, body, by)
        return await _noted(tx, await entries.accept(tx, entry_id, by, at), by=by, at=at)

    return await once(store, action="intake.accept", by=by.id, key=key, body=body, work=work)


async def _make_copies(store: Store, entry_id: str, by: Person) -> None:
    """What the jury gets of its files is there already, unless the worker is away or has much to do."""
    line = await intake.line(store.read, entry_id)
    if by.may(Role.SECRETARY, line.contest_id):
        last = await entries.last_revision(store.read, await entries.get(store.read, entry_id))
        await jury_copies.settle(store, [file.id for file in last.files])


async def send_back(  # noqa: PLR0913 - a decision has so many parts
    store: Store,
    entry_id: str,
    *,
    reason: str,
    missing: Sequence[str] = (),
    until: datetime | None,
    revision: int | None,
    key: str,
    by: Person,
    at: datetime,
) -> Document:
    """Something is missing (ids of `domain.requirements`, and words): {state, number}.

    Raises NotFound, RevisionNeeded, NewRevision, NotWaiting, UntilPassed, Invalid, KeyReused.
    """
    mended_by = until or domain.usual_until(at)

    def change(entry: Entry, contest: Contest) -> Event:
        return entry.send_back(reason, mended_by, at, domain.missing(contest, missing))

    body: Document = {"entry_id": entry_id, "revision": revision, "reason": reason, "until": until}
    body |= {"missing": list(missing)} if missing else {}
    return await _decide(store, "intake.return", body, change, key=key, by=by, at=at)


async def extend(store: Store, entry_id: str, *, until: datetime, key: str, by: Person, at: datetime) -> Document:
    """More time for mending: {state, number}. Raises NotFound, NotReturned, UntilPassed, KeyReused."""
    body = {"entry_id": entry_id, "until": until}
    return await _decide(store, "intake.extend", body, lambda entry, _: entry.extend(until, at), key=key, by=by, at=at)


async def refuse(  # noqa: PLR0913 - a decision has so many parts
    store: Store, entry_id: str, *, rule: Rule, reason: str, revision: int | None, key: str, by: Person, at: datetime
) -> Document:
    """Not valid, by a rule of the contest and for a reason: {state, number}.

    Raises NotFound, RevisionNeeded, NewRevision, NotWaiting, Invalid, KeyReused.
    """

    def change(entry: Entry, contest: Contest) -> Event:
        domain.check_rule(contest, entry.state, rule)
        return entry.refuse(rule, reason, at)

    body = {"entry_id": entry_id, "revision": revision, "rule": rule, "reason": reason}
    return await _decide(store, "intake.refuse", body, change, key=key, by=by, at=at)


async def reopen(store: Store, entry_id: str, *, reason: str, key: str, by: Person, at: datetime) -> Document:
    """The refusal was a mistake: {state, number}. Raises NotFound, NotRefused, TakenUp, KeyReused."""

    def change(entry: Entry, contest: Contest) -> Event:
        if contest.first_scores:
            raise domain.TakenUp
        return entry.reopen(reason, at)

    body = {"entry_id": entry_id, "reason": reason}
    return await _decide(store, "intake.reopen", body, change, key=key, by=by, at=at)


async def _decide(  # noqa: PLR0913 - the parts of every decision
    store: Store, action: str, body: Document, change: Decide, *, key: str, by: Person, at: datetime
) -> Document:
    async def work(tx: Tx) -> Document:
        contest = await _checked(tx, body, by)
        entry = await entries.decide(tx, body["entry_id"], lambda entry: change(entry, contest), by, at)
        note = body["reason"] if action == "intake.reopen" else ""
        return await _noted(tx, entry, by=by, at=at, note=note)

    return await once(store, action=action, by=by.id, key=key, body=body, work=work)


async def _checked(tx: Tx, body: Document, by: Person) -> Contest:
    line = await intake.line(tx, body["entry_id"])
    if not by.may(Role.SECRETARY, line.contest_id):
        raise NotFound
    if "revision" in body:
        domain.check_read(await entries.get(tx, line.entry_id), body["revision"])
    return await contests.get(tx, line.contest_id)


async def _noted(tx: Tx, entry: Entry, *, by: Person, at: datetime, note: str = "") -> Document:
    said = entry.refused or entry.returned
    change: dict[str, Any] = {
        "state": entry.state,
        "decided_at": at,
        "reason": said.reason if said else "",
        "rule": entry.refused.rule if entry.refused else None,
        "until": entry.returned.until if entry.returned and not entry.refused else None,
    }
    line = await intake.line(tx, entry.id)
    await intake.note(tx, line, change, by=by, note=note)
    return {"state": entry.state.value, "number": line.number}
