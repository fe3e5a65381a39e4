"""Ranking, naming finalists, deciding ties, signing off, publishing; everything is computed from the score log."""

import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from services.judging.copies import service as copies
from services.judging.copies.domain import ContestCopy, Script, Sealed
from services.judging.finals import service as finals
from services.judging.finals.service import Act
from services.judging.late_conflicts import service as late_conflicts
from services.judging.results import domain, repository
from services.judging.results.domain import NotRanked, Placed, Result, ResultMoved, ResultState, Rules
from services.judging.results.repository import INDEXES
from services.judging.rubrics import service as rubrics
from services.judging.scorelog import service as scorelog
from shared import outbox, recount
from shared.errors import NotFound, Refusal, Stale
from shared.events.judging import FinalistsNamed, ResultPublished
from shared.identity import Person, Role
from shared.mongo import Document, Store, Tx

__all__ = ["INDEXES"]

_READERS = (Role.ORGANISER, Role.CHAIR, Role.AUDITOR)
PRELIMINARY, FINAL = "preliminary", "final"
_SHOWN = 12
Lines = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Standing:
    """A round as its organisers see it."""

    round: str
    result: Result
    places: list[Placed]
    ties: list[list[str]]
    judges: dict[str, str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A file about to be published, and how long the log was when it was made."""

    content: bytes
    sha256: str
    log_head: str
    lines: int


async def _lines(tx: Tx, contest_id: str) -> list[dict[str, Any]]:
    return [line.published() for line in await scorelog.lines(tx, contest_id)]


async def _places(tx: Tx, lines: Lines, contest_id: str, round_: str) -> list[Placed]:
    """The ranking by the frozen rules, or by those in force before the first mark. Empty without any."""
    try:
        rules = Rules.frozen(lines, round_)
    except KeyError:
        rubric = await rubrics.find(tx, contest_id, round_)
        if rubric is None:
            return []
        rules = Rules(rubric.quorum, rubric.third_reader, rubric.gap_limit)
    return domain.ranking(lines, round_, rules)


async def standing(tx: Tx, contest_id: str, round_: str) -> Standing:
    """A round with its ranking computed from the log."""
    lines = await _lines(tx, contest_id)
    places = await _places(tx, lines, contest_id, round_)
    result = await repository.get(tx, contest_id, round_)
    return Standing(round_, result, places, recount.ties(places), domain.labels(lines))


async def desk(tx: Tx, contest_id: str, person: Person) -> Document:
    """What organisers, chair and auditors see of a contest's results."""
    person.require(Role.ORGANISER, Role.CHAIR, Role.AUDITOR, scope=contest_id)
    return {
        "contest": await copies.contest(tx, contest_id),
        "scripts": {script.entry_id: script for script in await copies.scripts(tx, contest_id)},
        "rounds": [await standing(tx, contest_id, round_) for round_ in (PRELIMINARY, FINAL)],
        "locked": await finals.is_locked(tx, contest_id),
    }


async def name_finalists(
    store: Store, contest_id: str, act: Act, *, codes: Sequence[str] | None, count: int | None, reason: str
) -> Document:
    """Sign the written round off: the best of it go on. Raises what `domain.choose` raises, AlreadyNamed."""
    act.by.require(Role.ORGANISER, Role.CHAIR, scope=contest_id)

    async def work(tx: Tx) -> Document:
        contest = await copies.contest(tx, contest_id)
        scripts = await copies.scripts(tx, contest_id)
        lines, result = await _lines(tx, contest_id), await repository.get(tx, contest_id, PRELIMINARY)
        left_out = recount.withdrawn(lines, PRELIMINARY)
        places = await _places(tx, lines, contest_id, PRELIMINARY)
        picked = _entries(scripts, codes) if codes else None
        with _in_codes(scripts):
            await late_conflicts.require_settled(tx, contest_id, PRELIMINARY)
            chosen = domain.choose(places, count or contest.finalists, picked=picked, left_out=left_out, reason=reason)
        event = result.name_finalists(chosen, act.by.id, act.at)
        await repository.save(tx, result)
        data = {"entries": event.model_dump()["finalists"], "left_out": sorted(left_out), "reason": reason}
        await _log(tx, act, contest_id, PRELIMINARY, "finalists.named", data)
        await _tell(tx, act, result, event)
        by_id = {script.entry_id: script.code for script in scripts}
        named = [{"code": by_id[one.entry_id], "rank": one.rank, "score": f"{one.score:f}"} for one in event.finalists]
        return {"contest_id": contest_id, "finalists": named}

    body = {"contest_id": contest_id, "codes": codes, "count": count, "reason": reason}
    return await act.once(store, "results.finalists", body, work)


@contextmanager
def _in_codes(scripts: Sequence[Script]) -> Iterator[None]:
    """Name the entries of a refusal by their codes: the people who read it know no ids."""
    try:
        yield
    except Refusal as refusal:
        codes = {script.entry_id: script.code for script in scripts}
        for name in {"tied", "unfinished"} & set(refusal.details):
            entries = cast("list[str]", refusal.details[name])
            refusal.details[name] = [codes[entry] for entry in entries]
            refusal.message += f" Số phách: {', '.join(codes[entry] for entry in entries[:_SHOWN])}."
        raise


def _entries(scripts: Sequence[Script], codes: Sequence[str]) -> list[str]:
    known = {script.code: script.entry_id for script in scripts}
    if not set(codes) <= set(known):
        raise NotRanked(unknown=sorted(set(codes) - set(known)), field="entry_codes")
    return [known[code] for code in codes]


async def _log(tx: Tx, act: Act, contest_id: str, round_: str, kind: str, data: Document) -> str:
    line = await scorelog.append(tx, contest_id=contest_id, round=round_, kind=kind, data=data, by=act.by.id, at=act.at)
    return line.hash


async def _tell(tx: Tx, act: Act, result: Result, event: FinalistsNamed | ResultPublished) -> None:
    await outbox.add(tx, event, subject=result.id, seq=result.facts, by=act.by.id, time=act.at)


async def decide_tie(
    store: Store, contest_id: str, act: Act, *, round_: str, codes: Sequence[str], reason: str
) -> Document:
    """The chair puts entries with equal marks in order, with a reason. Raises NoSuchTie, ReasonNeeded, AlreadySigned."""
    act.by.require(Role.CHAIR, scope=contest_id)

    async def work(tx: Tx) -> Document:
        (await repository.get(tx, contest_id, round_)).require_open()
        order = _entries(await copies.scripts(tx, contest_id), codes)
        places = await _places(tx, await _lines(tx, contest_id), contest_id, round_)
        domain.check_tie(places, order, reason)
        await _log(tx, act, contest_id, round_, "tie.decided", {"order": order, "reason": reason})
        return {"contest_id": contest_id, "round": round_, "order": list(codes)}

    body = {"contest_id": contest_id, "round": round_, "codes": list(codes), "reason": reason}
    return await act.once(store, "results.tie", body, work)


async def _result_lines(tx: Tx, lines: Lines, contest: ContestCopy) -> tuple[list[Any], list[Any]]:
    sealed = await copies.sealed(tx, contest.contest_id)
    places = await _places(tx, lines, contest.contest_id, FINAL)
    tracks = {place.entry_id: sealed[place.entry_id].track for place in places}
    return domain.placed(places, tracks, [prize.model_dump() for prize in contest.prizes])


async def sign_off(store: Store, contest_id: str, act: Act) -> Document:
    """The chair signs the result of the locked final. Raises NotLocked, AlreadySigned, TieUndecided."""
    act.by.require(Role.CHAIR, scope=contest_id)

    async def work(tx: Tx) -> Document:
        result, locked = await repository.get(tx, contest_id, FINAL), await finals.is_locked(tx, contest_id)
        lines, contest = await _lines(tx, contest_id), await copies.contest(tx, contest_id)
        with _in_codes(await copies.scripts(tx, contest_id)):
            await late_conflicts.require_settled(tx, contest_id, FINAL)
            places, unplaced = await _result_lines(tx, lines, contest) if locked else ([], [])
        result.sign(places, unplaced, act.by.id, act.at, locked=locked)
        await repository.save(tx, result)
        signed = result.model_dump(include={"result_version", "places", "unplaced"})
        head = await _log(tx, act, contest_id, FINAL, "result.signed", signed)
        return {"contest_id": contest_id, "state": result.state.value, "log_head": head}

    return await act.once(store, "results.sign", {"contest_id": contest_id}, work)


async def _draft(tx: Tx, contest_id: str) -> Draft | None:
    """The file of a signed result; None when there is nothing to publish. Raises ResultMoved."""
    result = await repository.get(tx, contest_id, FINAL)
    if result.state is not ResultState.SIGNED:
        return None
    lines, contest = await _lines(tx, contest_id), await copies.contest(tx, contest_id)
    if await _result_lines(tx, lines, contest) != (result.places, result.unplaced):
        raise ResultMoved
    sealed, ranked = await copies.sealed(tx, contest_id), {place.entry_id for place in result.places}
    finalists = ranked | {one.entry_id for one in result.unplaced}
    entries = [
        {"entry_id": script.entry_id, "code": script.code}
        | ({"title": script.title, **sealed[script.entry_id].opened()} if script.entry_id in finalists else {})
        for script in await copies.scripts(tx, contest_id)
    ]
    content = repository.bytes_of(result, contest, entries, lines)
    return Draft(content, hashlib.sha256(content).hexdigest(), lines[-1]["hash"], len(lines))


@asynccontextmanager
async def _kept(store: Store, contest_id: str, draft: Draft | None) -> AsyncIterator[str]:
    """The id of the stored draft ("" without one). What a refused or repeated publication stored is deleted again.

    After a failure of the database the file stays: whether the publication that links to it was committed is unknown.
    """
    file_id = await repository.keep_file(store, draft.content) if draft else ""
    try:
        yield file_id
    except Refusal:
        await repository.drop_unlinked(store, contest_id, FINAL, file_id)
        raise
    await repository.drop_unlinked(store, contest_id, FINAL, file_id)


async def publish(store: Store, contest_id: str, act: Act) -> Document:
    """Make the signed result public, with its file. Raises NotSigned, SignerMayNotPublish, AlreadyPublished, ResultMoved."""
    act.by.require(Role.ORGANISER, scope=contest_id)
    draft = await store.transaction(lambda tx: _draft(tx, contest_id))

    async def work(tx: Tx, file_id: str) -> Document:
        result = await repository.get(tx, contest_id, FINAL)
        result.require_publishable(act.by.id)
        if draft is None or (await scorelog.head(tx, contest_id)).n != draft.lines:
            raise Stale
        slug = (await copies.contest(tx, contest_id)).slug
        result.file_id = file_id
        event = result.publish(act.by.id, act.at, slug=slug, file_sha256=draft.sha256, log_head=draft.log_head)
        await repository.save(tx, result)
        data = {"result_version": result.result_version, "file_sha256": draft.sha256}
        await _log(tx, act, contest_id, FINAL, "result.published", data)
        await _tell(tx, act, result, event)
        return {"slug": slug, "file_sha256": draft.sha256, "result_version": result.result_version}

    async with _kept(store, contest_id, draft) as file_id:
        return await act.once(store, "results.publish", {"contest_id": contest_id}, partial(work, file_id=file_id))


async def published(tx: Tx) -> list[tuple[Result, ContestCopy]]:
    """Every published result with its contest."""
    return [(result, await copies.contest(tx, result.contest_id)) for result in await repository.published(tx)]


async def managed(tx: Tx, person: Person) -> list[ContestCopy]:
    """The contests whose rankings a person may open."""
    return [one for one in await copies.contests(tx) if any(person.may(role, one.contest_id) for role in _READERS)]


async def visible(tx: Tx, contest_id: str, person: Person | None) -> Result:
    """A published result for everybody, a signed one for staff. Raises NotFound."""
    result = await repository.get(tx, contest_id, FINAL)
    staff = person is not None and any(person.may(role, contest_id) for role in _READERS)
    if result.state is ResultState.PUBLISHED or (staff and result.state is ResultState.SIGNED):
        return result
    raise NotFound


async def find_published(tx: Tx, slug: str) -> Result:
    """The published result. Raises NotFound."""
    return await repository.published_under(tx, slug)


async def public_page(tx: Tx, result: Result) -> Document:
    """A published result with titles and, now unsealed, the names of the authors."""
    contest_id = result.contest_id
    sealed = await copies.sealed(tx, contest_id)
    shown = [place.entry_id for place in result.places] + [one.entry_id for one in result.unplaced]
    scripts = {entry: await copies.script(tx, entry) for entry in shown}
    names = {entry: await _authors(tx, sealed[entry]) for entry in shown}
    marks = {round_: await rubrics.find(tx, contest_id, round_) for round_ in (PRELIMINARY, FINAL)}
    contest = await copies.contest(tx, contest_id)
    return {"contest": contest, "result": result, "scripts": scripts, "authors": names, "rubrics": marks}


async def _authors(tx: Tx, sealed: Sealed) -> list[str]:
    return [await _name(tx, one) + sealed.beside(one) for one in sealed.author_ids]


async def _name(tx: Tx, person_id: str) -> str:
    try:
        return (await copies.person(tx, person_id)).name
    except NotFound:
        return "(đã xóa theo yêu cầu)"


async def file(store: Store, slug: str) -> tuple[Result, bytes]:
    """The published file. Raises NotFound."""
    result = await repository.published_under(store.read, slug)
    return result, await repository.file(store, result.file_id)
