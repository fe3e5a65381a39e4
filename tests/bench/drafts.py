"""Entries that are ready to be handed in, made before the clock runs, by the service's own functions."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from deploy.demo import load, stage
from services.submissions.beginnings import service as beginnings
from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.entries import repository
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.people import service as people
from services.submissions.people.domain import Role, SignUp
from services.submissions.rules.domain import Rules
from services.submissions.status_links import domain as status_links
from services.submissions.texts.domain import Words
from services.submissions.units import service as units
from services.submissions.units.domain import Unit
from shared import identity
from shared.clock import now
from shared.identity import Person
from shared.ids import new_id
from shared.mongo import Store
from shared.text import word_count

_OWNERS = 12
_AT_ONCE = 32
_UNIT = "phuong-do"
_ENTRY_BYTES = 6_400
_STAFF = Person("bench", "Người đo", frozenset({("administrator", "*"), ("organiser", "*")}))
_TOKEN_LIFETIME = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Drafts with the tokens of their owners, and the words that every one of them has."""

    drafts: list[tuple[str, str]]
    words: dict[str, object]


async def prepare(store: Store, private_key: str, secret_key: str, *, count: int) -> Prepared:
    """`count` complete drafts of a dozen entrants in one open contest."""
    words = _words()
    unit = Unit.model_validate({"id": _UNIT, "name": "Phường Đo", "level": "ward"})
    await units.put(store, [unit], by=_STAFF)
    contest = await _open_contest(store)
    owners = [await _entrant(store, number) for number in range(_OWNERS)]
    tokens = [identity.issue(owner, private_key, at=now(), lifetime=_TOKEN_LIFETIME) for owner in owners]
    models = [await _draft(store, contest, words, owner) for owner in owners]
    share = [(models[place % _OWNERS], tokens[place % _OWNERS]) for place in range(count)]
    return Prepared(await _copies(store, share, secret_key), words.model_dump())


def _words() -> Words:
    """An entry of about 6.6 KB: each part is what several entries of the demo say there, up to its limit of words."""
    demo = load.load()
    limits = {part.id: part.max_words for part in demo.contest.parts.items}
    share = _ENTRY_BYTES // len(limits)
    parts = dict.fromkeys(limits, "")
    for entry in demo.clean_entries:
        for part, text in entry.parts.items():
            longer = f"{parts[part]}\n{text}".strip()
            if len(parts[part].encode()) < share and word_count(longer) <= limits[part]:
                parts[part] = longer
    first = demo.clean_entries[0].model_dump(include={"title", "entrant_group", "content_group"})
    return Words.model_validate({**first, "parts": parts})


async def _open_contest(store: Store) -> Contest:
    rules = Rules.model_validate(stage.rules(load.load().contest, slug=f"do-{new_id()[-6:]}", finalists=3))
    made = await contests.create(store, rules, key=new_id(), by=_STAFF, at=now())
    at = rules.timetable.opens_at - timedelta(hours=1)
    return await contests.publish(store, made["contest_id"], version=made["version"], by=_STAFF, at=at)


async def _entrant(store: Store, number: int) -> Person:
    typed = {"name": f"Nguyễn Văn Số {number}", "email": f"so-{number}-{new_id()[-6:]}@sangkien.example"}
    asked = SignUp.model_validate({**typed, "password": "một câu dễ nhớ", "unit_id": _UNIT, "roles": _ROLES})
    made = await people.create(store, asked, key=new_id(), secret_key="", by=_STAFF)
    return Person(made["person_id"], asked.name, frozenset({("entrant", "*")}))


_ROLES = [Role.model_validate({"role": "entrant", "scope": "*"})]


async def _draft(store: Store, contest: Contest, words: Words, owner: Person) -> Entry:
    made = await beginnings.create(store, contest.id, words, key=new_id(), secret_key="", by=owner, at=now())
    entry, _ = await entries.view(store, made["entry_id"], owner)
    entry.check_complete(contest)
    return entry


async def _copies(store: Store, share: Sequence[tuple[Entry, str]], secret_key: str) -> list[tuple[str, str]]:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def copy(model: Entry, token: str) -> tuple[str, str]:
        entry_id = new_id()
        digest = status_links.kept_as(status_links.secret(entry_id, secret_key))
        async with gate:
            entry = model.model_copy(update={"id": entry_id, "version": 0, "status_digest": digest})
            await repository.save(store.read, entry)
        return entry_id, token

    return list(await asyncio.gather(*(copy(model, token) for model, token in share)))
