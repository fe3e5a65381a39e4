"""People as the rules see them on a day, read from accounts and the dated tree."""

from collections.abc import Sequence
from datetime import date, datetime

from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.eligibility import domain
from services.submissions.eligibility.domain import Entrant, Standing
from services.submissions.people import service as people
from services.submissions.people.domain import Account
from services.submissions.units import service as units
from services.submissions.units.domain import Unit
from shared.clock import local
from shared.errors import NotFound
from shared.mongo import Tx

ALONG = (contests.along("contest_id"), people.along("author_ids"))
"""What `entrants` needs, to be read along with an entry."""


async def standing(tx: Tx, contest: Contest, person_id: str, at: datetime) -> Standing:
    """What the contest says to somebody at `at`: which groups are open to them, and why the others are not."""
    account = await people.get(tx, person_id)
    return domain.standing(contest, await entrant(tx, contest, account, at))


async def entrants(tx: Tx, contest: Contest, author_ids: Sequence[str], at: datetime) -> list[Entrant]:
    """The authors with their units of that day; whoever was erased since is left out."""
    accounts = [await people.shown(tx, author_id) for author_id in author_ids]
    return [await entrant(tx, contest, account, at) for account in accounts if not account.erased]


async def entrant(tx: Tx, contest: Contest, account: Account, at: datetime) -> Entrant:
    """Somebody as the rules of `contest` see them at `at`."""
    day, unit = local(at).date(), await _unit(tx, account)
    return Entrant(
        account=account,
        roles=[held.role for held in account.roles if held.scope in ("*", contest.id)],
        unit=unit,
        standing=await _standing(tx, unit, day) if unit else [],
        day=day,
    )


async def _standing(tx: Tx, unit: Unit, day: date) -> list[Unit]:
    """The whole tree is read only for a unit that is not there on that day."""
    return [unit] if unit.valid_on(day) else await units.standing(tx, unit.id, day)


async def called(tx: Tx, unit_ids: Sequence[str]) -> list[str]:
    """Names of units as kept with an entry on the day it was handed in; a unit that is not known is left out."""
    names = []
    for unit_id in unit_ids:
        try:
            names.append((await units.get(tx, unit_id)).name)
        except NotFound:
            continue
    return names


async def _unit(tx: Tx, account: Account) -> Unit | None:
    if account.unit_id is None:
        return None
    try:
        return await units.get(tx, account.unit_id)
    except NotFound:
        return None
