"""Defining a rubric, reading it, and freezing it with the first mark."""

from datetime import datetime

from services.judging.copies import service as copies
from services.judging.rubrics import repository
from services.judging.rubrics.domain import Round, Rubric, RubricMissing, Rules
from services.judging.rubrics.repository import INDEXES
from services.judging.scorelog import service as scorelog
from shared.errors import Stale
from shared.identity import Person, Role
from shared.mongo import Store, Tx

__all__ = ["INDEXES", "define", "find", "freeze", "get"]


async def get(tx: Tx, contest_id: str, round: str) -> Rubric:  # noqa: A002 - the field's word
    """The rubric in force. Raises RubricMissing."""
    found = await repository.find(tx, contest_id, round)
    if found is None:
        raise RubricMissing
    return found


async def find(tx: Tx, contest_id: str, round: str) -> Rubric | None:  # noqa: A002 - the field's word
    """The rubric in force, or None."""
    return await repository.find(tx, contest_id, round)


async def define(  # noqa: PLR0913 - what a new version says
    store: Store, contest_id: str, round_: Round, rules: Rules, *, version: int | None, by: Person, at: datetime
) -> Rubric:
    """Put `rules` in force as the next version. `version` is the one they were written against, None for whatever is there.

    Raises RubricFrozen, RubricInvalid, Stale; Forbidden for anybody but the contest's organiser and chair.
    """
    by.require(Role.ORGANISER, Role.CHAIR, scope=contest_id)

    async def work(tx: Tx) -> Rubric:
        await copies.contest(tx, contest_id)
        known = await repository.find(tx, contest_id, round_)
        changed = Rubric.following(known, contest_id, round_, rules)
        if version is not None and version != changed.version:
            raise Stale(version=changed.version)
        await repository.save(tx, changed, by=by.id, at=at)
        return changed

    return await store.transaction(work)


async def freeze(tx: Tx, contest_id: str, round: str, at: datetime, *, by: str = "system") -> None:  # noqa: A002 - the field's word
    """Keep the rubric as it is from the first mark on, and write it into the score log; later calls change nothing.

    Raises RubricMissing.
    """
    rubric = await get(tx, contest_id, round)
    if rubric.frozen_at is None and await repository.freeze(tx, contest_id, round, at):
        data = rubric.logged()
        await scorelog.append(tx, contest_id=contest_id, round=round, kind="rubric.frozen", data=data, by=by, at=at)
