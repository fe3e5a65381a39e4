"""The lot and what goes with it: drawing readers, a third one, a replacement; conflicts; who reads what."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.judging.copies import service as copies
from services.judging.copies.domain import PersonCopy, Script, ScriptState, Sealed
from services.judging.juries import domain, repository
from services.judging.juries.domain import (
    Assignment,
    Authors,
    Judge,
    JudgesMissing,
    NothingToAssign,
    NotOnPanel,
    Pair,
    Panel,
    Reason,
)
from services.judging.juries.repository import INDEXES
from services.judging.rubrics import service as rubrics
from services.judging.scorelog import service as scorelog
from shared import outbox
from shared.clock import local, now
from shared.dated_tree import DatedTree
from shared.events.judging import ThirdReaderCalled
from shared.identity import Person, Role
from shared.ids import new_id, new_secret
from shared.mongo import Document, Store, Tx
from shared.once import once

__all__ = [
    "INDEXES",
    "assign_third",
    "assignment",
    "assignments",
    "conflicted",
    "conflicting",
    "declare",
    "draw",
    "instead",
    "of_judge",
    "of_script",
    "overview",
    "recuse",
    "set_held",
]

set_held = repository.set_held


@dataclass(frozen=True, slots=True)
class Overview:
    """What the chair sees of a panel: judges, loads, how many conflicts each has; never which."""

    panel: Panel
    judges: list[PersonCopy]
    conflicts: dict[str, int]
    loads: dict[str, int]
    scripts: list[Script]
    readers: dict[str, int]
    """How many read each script, by entry id."""
    waiting: int
    """Scripts that lack readers."""


async def assignments(tx: Tx, contest_id: str, round: str) -> list[Assignment]:  # noqa: A002 - the field's word
    """Who reads what in a round, recused ones included."""
    return await repository.assignments(tx, {"contest_id": contest_id, "round": round})


async def assignment(tx: Tx, assignment_id: str) -> Assignment:
    """One assignment by its id, which is the sheet's id. Raises NotFound."""
    return await repository.assignment(tx, assignment_id)


async def of_judge(tx: Tx, judge_id: str) -> list[Assignment]:
    """What a judge has to read, in all contests."""
    return await repository.assignments(tx, {"judge_id": judge_id, "recused": False})


async def of_script(tx: Tx, contest_id: str, round_: str, entry_id: str) -> list[Assignment]:
    """Who reads or read a script, recused ones included."""
    return await repository.assignments(tx, {"contest_id": contest_id, "round": round_, "entry_id": entry_id})


async def _conflicts(
    tx: Tx, contest_id: str, judges: Iterable[PersonCopy], sealed: Collection[Sealed], at: datetime
) -> dict[Pair, Reason]:
    tree = DatedTree((await copies.units(tx)).values())
    behind = {one.entry_id: Authors(people=one.people, units=set(one.unit_ids)) for one in sealed}
    panel = [Judge(id=one.id, unit_id=one.unit_id) for one in judges]
    return domain.conflicts(panel, behind, tree, await repository.declared(tx, contest_id), day=local(at).date())


def _loads(held: Iterable[Assignment]) -> Counter[str]:
    return Counter(one.judge_id for one in held if not one.recused)


def _wanted(scripts: Iterable[Script], held: Iterable[Assignment], readers: int) -> dict[str, int]:
    """How many readers each script that takes part still lacks."""
    have = Counter(one.entry_id for one in held if not one.recused and not one.third)
    lacking = {one.entry_id: readers - have[one.entry_id] for one in scripts if one.state is ScriptState.ACTIVE}
    return {entry: number for entry, number in lacking.items() if number > 0}


async def conflicting(tx: Tx, contest_id: str, entry_id: str, judges: Iterable[PersonCopy], at: datetime) -> set[str]:
    """Who of `judges` may not mark an entry at `at`."""
    sealed = [await copies.sealed_script(tx, entry_id)]
    return {judge for _, judge in await _conflicts(tx, contest_id, judges, sealed, at)}


async def conflicted(tx: Tx, contest_id: str, entry_id: str, at: datetime) -> set[str]:
    """The judges of a contest who may not mark an entry at `at`; for the final, where the whole panel marks."""
    return await conflicting(tx, contest_id, entry_id, await copies.judges(tx, contest_id), at)


async def draw(  # noqa: PLR0913 - what a lot takes
    store: Store,
    contest_id: str,
    round_: str,
    by: Person,
    key: str,
    *,
    at: datetime,
    seed: str | None = None,
) -> Document:
    """Give every script that lacks readers its readers, by lot; scripts that have theirs keep them.

    Without a `seed` a secret one is drawn; it is recorded and published, so that anybody can draw the same again.
    Raises NothingToAssign, JudgesMissing, RubricMissing; Forbidden for all but chair and organiser.
    """
    by.require(Role.CHAIR, Role.ORGANISER, scope=contest_id)
    drawn = seed or new_secret()

    async def work(tx: Tx) -> Document:
        rubric = await rubrics.get(tx, contest_id, round_)
        held = await assignments(tx, contest_id, round_)
        wanted = _wanted(await copies.scripts(tx, contest_id), held, rubric.readers)
        if not wanted:
            raise NothingToAssign
        judges = await copies.judges(tx, contest_id)
        sealed = await copies.sealed(tx, contest_id)
        forbidden = await _conflicts(tx, contest_id, judges, [sealed[entry] for entry in wanted], at)
        taken = {(one.entry_id, one.judge_id) for one in held}
        ids = [one.id for one in judges]
        pairs = domain.assign(wanted, ids, {*forbidden, *taken}, drawn, _loads(held))
        panel = await repository.panel(tx, contest_id, round_)
        loads = await _give(tx, panel, pairs, drawn, by=by.id, at=at)
        return {"seed": drawn, "loads": loads}

    body = {"contest_id": contest_id, "round": round_, "seed": seed}
    return await once(store, action="juries.draw", by=by.id, key=key, body=body, work=work)


async def _give(  # noqa: PLR0913 - what a lot leaves
    tx: Tx,
    panel: Panel,
    pairs: Sequence[Pair],
    seed: str,
    *,
    by: str,
    at: datetime,
    third: bool = False,
) -> list[Document]:
    """Keep what a lot gave, log it and tell the judges."""
    event = panel.draw(pairs, seed, at)
    await repository.save_panel(tx, panel)
    await repository.add(tx, [_assignment(panel, pair, third=third) for pair in pairs])
    data = {"seed": seed, "draw": len(panel.draws), "pairs": [list(pair) for pair in pairs]}
    await scorelog.append(
        tx, contest_id=panel.contest_id, round=panel.round, kind="scripts.assigned", data=data, by=by, at=at
    )
    await outbox.add(tx, event, subject=panel.id, seq=panel.facts, by=by, time=at)
    return [load.model_dump() for load in event.loads]


def _assignment(panel: Panel, pair: Pair, *, third: bool) -> Assignment:
    entry, judge = pair
    return Assignment(
        id=new_id(),
        contest_id=panel.contest_id,
        round=panel.round,
        entry_id=entry,
        judge_id=judge,
        third=third,
        draw=len(panel.draws),
    )


async def _one_more(
    tx: Tx, panel: Panel, entry_id: str, seed: str, exclude: Collection[str], at: datetime
) -> str | None:
    """One further reader of one script by lot, or None when nobody is left without a conflict."""
    judges = await copies.judges(tx, panel.contest_id)
    forbidden = set(await _conflicts(tx, panel.contest_id, judges, [await copies.sealed_script(tx, entry_id)], at))
    held = await assignments(tx, panel.contest_id, panel.round)
    forbidden |= {(one.entry_id, one.judge_id) for one in held} | {(entry_id, judge) for judge in exclude}
    try:
        pairs = domain.assign({entry_id: 1}, [one.id for one in judges], forbidden, seed, _loads(held))
    except JudgesMissing:
        return None
    return pairs[0][1]


async def assign_third(  # noqa: PLR0913 - the contract between rooms
    tx: Tx,
    contest_id: str,
    round: str,  # noqa: A002 - the field's word
    entry_id: str,
    exclude: Collection[str],
    at: datetime,
    *,
    gap: Decimal,
    by: str = "system",
) -> str | None:
    """Draw a third reader for a script whose readers differ by `gap`, log it and tell the judge.

    Never a judge with a conflict, nor one who has or had the script, nor one of `exclude`; None when nobody is left.
    """
    panel = await repository.panel(tx, contest_id, round)
    judge = await _one_more(tx, panel, entry_id, panel.seed_for(entry_id, "third"), exclude, at)
    if judge is None:
        return None
    await repository.add(tx, [_assignment(panel, (entry_id, judge), third=True)])
    called = panel.call_third(
        ThirdReaderCalled(contest_id=contest_id, round=round, judge_id=judge, entry_id=entry_id, gap=gap, called_at=at)
    )
    await repository.save_panel(tx, panel)
    data = {"entry_id": entry_id, "judge_id": judge, "gap": gap, "exclude": sorted(exclude)}
    await scorelog.append(tx, contest_id=contest_id, round=round, kind="third-reader.called", data=data, by=by, at=at)
    await outbox.add(tx, called, subject=panel.id, seq=panel.facts, by=by, time=at)
    return judge


async def recuse(tx: Tx, given: Assignment, reason: str, at: datetime, *, by: str = "") -> str | None:
    """The judge gives a script back, or `by` takes it: it is logged, never comes to them again, another is drawn.

    Answers the new reader, or None when nobody without a conflict is left; a later draw then tries again.
    """
    by = by or given.judge_id
    about = {"reason": reason, "by": by, "at": at}
    await repository.declare(tx, given.contest_id, (given.entry_id, given.judge_id), **about)
    await repository.set_recused(tx, given.id)
    data = {"judge_id": given.judge_id, "entry_id": given.entry_id, "reason": reason}
    await scorelog.append(
        tx, contest_id=given.contest_id, round=given.round, kind="judge.recused", data=data, by=by, at=at
    )
    return await instead(tx, given, at, third=given.third)


async def instead(tx: Tx, given: Assignment, at: datetime, *, third: bool) -> str | None:
    """A further reader of a script by lot, a `third` one or one like the first; None when nobody is left."""
    panel = await repository.panel(tx, given.contest_id, given.round)
    seed = panel.seed_for(given.entry_id, f"instead of {given.id}")
    judge = await _one_more(tx, panel, given.entry_id, seed, [], at)
    if judge is not None:
        await _give(tx, panel, [(given.entry_id, judge)], seed, by="system", at=at, third=third)
    return judge


async def declare(  # noqa: PLR0913 - what a declaration says
    tx: Tx, contest_id: str, judge_id: str, code: str, reason: str, *, by: Person, at: datetime
) -> str:
    """Keep a conflict that the data does not show; it counts in every later lot. The entry it is about.

    Raises NotFound for an unknown code, NotOnPanel; Forbidden for all but chair and organiser.
    """
    by.require(Role.CHAIR, Role.ORGANISER, scope=contest_id)
    script = await copies.script_by_code(tx, contest_id, code)
    if judge_id not in {one.id for one in await copies.judges(tx, contest_id)}:
        raise NotOnPanel(field="judge_id")
    await repository.declare(tx, contest_id, (script.entry_id, judge_id), reason=reason, by=by.id, at=at)
    return script.entry_id


async def overview(store: Store, contest_id: str, round_: str, by: Person) -> Overview:
    """The panel as its chair sees it. Raises Forbidden for anybody else but organiser and auditor."""
    by.require(Role.CHAIR, Role.ORGANISER, Role.AUDITOR, scope=contest_id)
    tx = store.read
    judges = await copies.judges(tx, contest_id)
    scripts = [one for one in await copies.scripts(tx, contest_id) if one.state is ScriptState.ACTIVE]
    held = await assignments(tx, contest_id, round_)
    rubric = await rubrics.find(tx, contest_id, round_)
    sealed = await copies.sealed(tx, contest_id)
    found = await _conflicts(tx, contest_id, judges, list(sealed.values()), now())
    return Overview(
        panel=await repository.panel(tx, contest_id, round_),
        judges=judges,
        conflicts=Counter(judge for _, judge in found),
        loads=_loads(held),
        scripts=scripts,
        readers=Counter(one.entry_id for one in held if not one.recused),
        waiting=len(_wanted(scripts, held, rubric.readers)) if rubric else len(scripts),
    )
