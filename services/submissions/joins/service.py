"""Joining at the desk, and parting with a reason; one function is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.submissions.contests import service as contests
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.intake import service as intake
from services.submissions.intake.domain import Line
from services.submissions.joins import domain, repository
from services.submissions.joins.domain import Join, JoinedAlready, OtherContest
from services.submissions.likeness import domain as likeness_domain
from services.submissions.likeness.domain import Piece
from services.submissions.originality import service as originality
from services.submissions.papers import service as papers
from services.submissions.people import service as people
from services.submissions.texts.domain import Words
from shared.errors import NotFound
from shared.identity import Person, Role
from shared.ids import new_id
from shared.mongo import Document, Store, Tx
from shared.redaction import hide
from shared.text import folded

INDEXES = repository.INDEXES
_DESK = (Role.SECRETARY, Role.ORGANISER)


@dataclass(frozen=True, slots=True)
class Sheet:
    """An entry with what may be the same one, and what was joined with it."""

    entry: Entry
    line: Line
    alike: list[tuple[Line, list[str]]]
    joined: list[tuple[Join, Line, Line]]
    """With the line that counts and the other one."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two entries laid side by side; its text is cut where the two agree."""

    entry: Entry
    line: Line
    authors: list[str]
    text: list[Piece]


async def compare(store: Store, entry_id: str, other_id: str, person: Person) -> tuple[Side, Side]:
    """Two entries of one contest. Raises NotFound, also outside of the person's scope, and OtherContest."""
    tx = store.read
    both = [await entries.get(tx, one) for one in (entry_id, other_id)]
    if entry_id == other_id or not all(any(person.may(role, one.contest_id) for role in _DESK) for one in both):
        raise NotFound
    if both[0].contest_id != both[1].contest_id:
        raise OtherContest
    contest = await contests.get(tx, both[0].contest_id)
    ours, theirs = ("\n\n".join(one.parts.get(part.id, "") for part in contest.parts).strip() for one in both)
    return (
        await _side(tx, both[0], likeness_domain.pieces(ours, theirs)),
        await _side(tx, both[1], likeness_domain.pieces(theirs, ours)),
    )


async def _side(tx: Tx, entry: Entry, text: list[Piece]) -> Side:
    authors = [(await people.shown(tx, author_id)).name for author_id in entry.author_ids]
    return Side(entry, await intake.line(tx, entry.id), authors, text)


async def sheet(store: Store, entry_id: str, person: Person) -> Sheet:
    """Raises NotFound, also outside of the person's scope."""
    tx = store.read
    entry = await entries.get(tx, entry_id)
    line = await intake.line(tx, entry_id)
    if not any(person.may(role, entry.contest_id) for role in _DESK):
        raise NotFound
    joined = [
        (one, await intake.line(tx, one.kept), await intake.line(tx, one.gone))
        for one in await repository.of(tx, entry_id)
    ]
    return Sheet(entry, line, await papers.alike(tx, entry), joined)


async def join(store: Store, entry_id: str, other_id: str, *, by: Person, at: datetime) -> Document:
    """The one with the first number counts: {kept, number, other}. Twice is once.

    Raises NotFound, OtherContest, BothOnline, NotWaiting, JoinedAlready, AuthorIsTyping.
    """
    join_id = new_id()

    async def work(tx: Tx) -> Document:
        lines = [await intake.line(tx, one) for one in (entry_id, other_id)]
        if not all(by.may(Role.SECRETARY, line.contest_id) for line in lines) or entry_id == other_id:
            raise NotFound
        first, second = sorted(lines, key=lambda line: line.number)
        reply = {"kept": first.entry_id, "number": first.number, "other": second.number}
        if second.joined_to == first.number:
            return reply
        kept, gone = await entries.get(tx, first.entry_id), await entries.get(tx, second.entry_id)
        domain.check(kept, gone)
        if any(one.kept == gone.id and one.parted_at is None for one in await repository.of(tx, gone.id)):
            raise JoinedAlready
        await _join(tx, kept, gone, join_id, by=by, at=at)
        more = [one.value for one in kept.more_channels]
        await intake.join(tx, await intake.line(tx, kept.id), second, more_channels=more, by=by.id)
        await originality.forget(tx, gone.id)  # one entry that came twice is nobody's copy
        return reply

    return await store.transaction(work)


async def _join(tx: Tx, kept: Entry, gone: Entry, join_id: str, *, by: Person, at: datetime) -> None:
    names = {one: folded((await people.shown(tx, one)).name) for one in {*kept.author_ids, *gone.author_ids}}
    state, taken = gone.state, domain.takes_words(kept, gone)
    before = domain.join(kept, gone, names)
    if taken:
        last = await entries.last_revision(tx, gone)
        _say(kept, last)
        kept.files = last.files
        await papers.say(tx, kept, await contests.get(tx, kept.contest_id), by=by, at=at, typist=gone.owner_id)
    elif before.added:
        await _name_authors(tx, kept, gone, by=by, at=at)
        way = f"Nhập bài số {(await intake.line(tx, gone.id)).number}: thêm {len(before.added)} tác giả chỉ bài ấy nêu"
        note = domain.authors_changed(way, kept.state)
        await intake.note(tx, await intake.line(tx, kept.id), {}, by=by, note=note)
    else:
        await entries.save(tx, kept)
    await entries.save(tx, gone)
    made = Join(
        id=join_id, contest_id=kept.contest_id, kept=kept.id, gone=gone.id, state=state, before=before, by=by.id, at=at
    )
    await repository.put(tx, made)


async def _name_authors(tx: Tx, kept: Entry, gone: Entry, *, by: Person, at: datetime) -> None:
    """Whoever only the other one names is an author of what was handed in, and every service learns of it."""
    last, other = await entries.last_revision(tx, kept), await entries.last_revision(tx, gone)
    units = list(dict.fromkeys([*last.unit_ids, *other.unit_ids]))
    await entries.put_revision(tx, last.model_copy(update={"author_ids": kept.author_ids, "unit_ids": units}))
    await entries.publish(tx, kept, domain.attributed(kept, units, at), by=by, at=at)


def _say(entry: Entry, words: Words) -> None:
    for name in Words.model_fields:
        setattr(entry, name, getattr(words, name))


async def part(store: Store, entry_id: str, other_id: str, reason: str, *, by: Person, at: datetime) -> None:
    """They were two after all. Nothing happens when they are not joined. Raises NotFound, NotWaiting."""

    async def work(tx: Tx) -> None:
        pair = {entry_id, other_id}
        found = [one for one in await repository.of(tx, entry_id) if {one.kept, one.gone} == pair]
        joined = next((one for one in found if one.parted_at is None), None)
        if not found or not by.may(Role.SECRETARY, found[0].contest_id):
            raise NotFound
        if joined is None:
            return
        kept, gone = await entries.get(tx, joined.kept), await entries.get(tx, joined.gone)
        words = None
        if joined.before.revision:
            every = await entries.revisions(tx, kept.id)
            words = next(one for one in every if one.number == joined.before.revision)
        domain.part(kept, gone, joined, words)
        if words is None:
            last = await entries.last_revision(tx, kept)
            left = [one for one in last.author_ids if one not in joined.before.added]
            await entries.put_revision(tx, last.model_copy(update={"author_ids": left}))
            await entries.save(tx, kept)
        else:
            await papers.say(tx, kept, await contests.get(tx, kept.contest_id), by=by, at=at)
        await entries.save(tx, gone)
        await originality.keep(tx, gone.id, at)
        one, other = await intake.line(tx, kept.id), await intake.line(tx, gone.id)
        await intake.part(tx, one, other, more_channels=list(kept.more_channels), state=gone.state, by=by.id)
        done = {"parted_at": at, "parted_by": by.id, "reason": reason}
        await repository.put(tx, joined.model_copy(update=done))

    await store.transaction(work)


async def rename_author(tx: Tx, entry_id: str, old_id: str, new_id: str) -> None:
    """An author has another account: parting gives the entry back to that one."""
    for one in await repository.of(tx, entry_id):
        if one.kept == entry_id:
            await repository.put(tx, one.model_copy(update={"before": one.before.renamed(old_id, new_id)}))


async def forget(tx: Tx, entry: Entry, words: Sequence[str]) -> set[str]:
    """The entry is being cleared of its author: no reason names anybody, no scan of it stays in what it was joined to.

    Answers the blobs that the other entry took over with the words: they are cleared with that one.
    """
    for one in await repository.of(tx, entry.id):
        await repository.put(tx, one.model_copy(update={"reason": hide(one.reason, words)}))
    if entry.joined_to is None or not await entries.exists(tx, entry.joined_to):
        return set()
    kept = await entries.get(tx, entry.joined_to)
    if domain.drop_scans(kept, entry):
        await entries.save(tx, kept)
    return {blob for file in kept.files for blob in (file.id, file.copy_blob) if blob}
