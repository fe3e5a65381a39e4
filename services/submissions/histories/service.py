"""The history of one's own entry: listed, shown, compared, and an older version taken up again."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.histories import domain
from services.submissions.histories.domain import HOW, Difference, Line
from services.submissions.people import service as people
from services.submissions.states.domain import SavedElsewhere
from services.submissions.texts.domain import Words
from services.submissions.versions import service as versions
from services.submissions.versions.domain import How, Version
from shared.errors import NotFound
from shared.identity import Person
from shared.mongo import Store, Tx

_HANDED_IN = "nop-"


@dataclass(frozen=True, slots=True)
class History:
    """An entry with every version that is kept, the newest first, and the names of who wrote them."""

    entry: Entry
    contest: Contest
    lines: list[Line]
    names: dict[str, str]

    def line(self, key: str) -> Line:
        """Raises NotFound."""
        found = next((line for line in self.lines if line.key == key), None)
        if found is None:
            raise NotFound
        return found


def _kept(version: Version) -> Line:
    about = HOW[version.how]
    return Line(key=str(version.number), words=_words(version), by=version.by, at=version.at, about=about)


def _words(holder: Words) -> Words:
    return Words(**holder.model_dump(include=set(Words.model_fields)))


async def show(store: Store, entry_id: str, person: Person) -> History:
    """Raises NotFound, also for everybody who is no author."""
    tx = store.read
    entry = await entries.own(tx, entry_id, person)
    lines = [_kept(version) for version in await versions.of_entry(tx, entry_id)]
    for one in await entries.revisions(tx, entry_id):
        about = f"Nộp bài lần {one.number}"
        key = f"{_HANDED_IN}{one.number}"
        lines.append(Line(key=key, words=_words(one), by=one.by, at=one.at, about=about, handed_in=True))
    lines.sort(key=lambda line: line.at, reverse=True)
    names = {person_id: (await people.get(tx, person_id)).name for person_id in {line.by for line in lines}}
    return History(entry, await contests.get(tx, entry.contest_id), lines, names)


async def compare(old: Line, new: Line) -> list[Difference]:
    """Field by field; long texts are compared beside the loop that answers others."""
    return await asyncio.to_thread(domain.differences, old.words, new.words)


async def restore(store: Store, entry_id: str, key: str, *, version: int, by: Person, at: datetime) -> Entry:
    """An older version becomes the working copy. Raises NotFound, SavedElsewhere, Settled, EditingOver, Invalid."""
    words = (await show(store, entry_id, by)).line(key).words
    return await put(store, versions.made(entry_id, words, by, at, How.RESTORED), version=version, by=by)


async def put(store: Store, made: Version, *, version: int, by: Person) -> Entry:
    """Words that were not typed take the place of the working copy, which stays in the history.

    Raises NotFound, SavedElsewhere, Settled, EditingOver, Invalid.
    """

    async def work(tx: Tx) -> Entry:
        entry = await entries.own(tx, made.entry_id, by)
        words, before = _words(made), entry.model_copy()
        if entry.version != version and not entry.same_words(words):
            raise SavedElsewhere(version=entry.version, fields=entry.fields())
        entry.write(words, await contests.get(tx, entry.contest_id), made.at)
        await entries.save(tx, entry)
        await versions.keep(tx, made, before, before.saved_at)
        return entry

    return await store.transaction(work)
