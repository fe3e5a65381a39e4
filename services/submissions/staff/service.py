"""Putting together what the pages show, and having an order carried out by `people`."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.submissions.acts import service as acts
from services.submissions.acts.domain import WORDS, Act, Asked
from services.submissions.contests import service as contests
from services.submissions.people import service as people
from services.submissions.people.domain import Account, Role, Sought
from services.submissions.staff import domain
from services.submissions.staff.domain import Order, Query, What
from services.submissions.units import service as units
from services.submissions.units.domain import Unit
from shared.clock import local, now
from shared.errors import NotFound
from shared.identity import Person
from shared.identity import Role as RoleWord
from shared.mongo import Store, Tx


@dataclass(frozen=True, slots=True)
class Row:
    """An account in the list, with addresses as its reader may see them."""

    account: Account
    unit: str
    email: str
    phone: str
    roles: list[str]


async def count(store: Store, query: Query, by: Person) -> int:
    """How many accounts are asked for."""
    return await people.count(store.read, await _sought(store.read, query, by))


async def listing(store: Store, query: Query, by: Person, *, skip: int = 0, limit: int = 0) -> list[Row]:
    """The accounts asked for in Vietnamese order of given names; who only audits sees addresses masked."""
    tx, whole = store.read, by.may(RoleWord.ADMINISTRATOR, "*")
    unit_names = {unit.id: unit.name for unit in await units.every(tx)}
    known, found = await scopes(tx), []
    for account in await people.page(tx, await _sought(tx, query, by), skip=skip, limit=limit):
        addresses = (account.email, account.phone)
        email, phone = addresses if whole else map(domain.masked, addresses)
        held = [domain.held_in_words(str(role), known) for role in account.roles]
        found.append(Row(account, unit_names.get(account.unit_id or "", ""), email, phone, held))
    return found


async def _sought(tx: Tx, query: Query, by: Person) -> Sought:
    names = {unit.id: unit.name for unit in await units.every(tx)} if query.unit else {}
    return query.sought(names, by_address=by.may(RoleWord.ADMINISTRATOR, "*"))


def cells(row: Row) -> list[object]:
    """A line of a file."""
    account, stand = row.account, domain.STANDS["mo" if row.account.active else "dong"]
    who = [account.name, row.email, row.phone, domain.KINDS[account.kind], row.unit]
    return [*who, "; ".join(row.roles), stand, domain.clock_words(account.created_at)]


async def scopes(tx: Tx) -> dict[str, str]:
    """The names of all contests and units, by id."""
    named = {unit.id: unit.name for unit in await units.every(tx)}
    return named | {one.id: one.short_name for one in await contests.every(tx)}


@dataclass(frozen=True, slots=True)
class Choices:
    """What a role can be given for."""

    contests: dict[str, str]
    units: list[Unit]
    known: Mapping[str, str]


async def choices(tx: Tx) -> Choices:
    """The contests that are there and the units of today."""
    named = {one.id: one.short_name for one in await contests.every(tx)}
    return Choices(named, await units.on(tx, local(now()).date()), await scopes(tx))


async def account(tx: Tx, person_id: str) -> Account:
    """Raises NotFound, also for somebody who was erased."""
    found = await people.get(tx, person_id)
    if found.erased:
        raise NotFound
    return found


async def read_back(store: Store, person_id: str, order: Order) -> Role | None:
    """The role an order is about, none for closing and opening. Raises Invalid."""
    if order.what in (What.CLOSE, What.REOPEN):
        return None
    if order.what is What.REVOKE:
        return order.taken_role(await account(store.read, person_id))
    at_hand = await choices(store.read)
    return order.given_role(at_hand.contests, [unit.id for unit in at_hand.units])


async def carry_out(store: Store, person_id: str, order: Order, *, by: Person) -> None:
    """Done twice it is done once. Raises NotFound, Invalid, OwnRoleKept, OwnAccountKept, LastAdministratorKept."""
    role = await read_back(store, person_id, order)
    match order.what:
        case What.CLOSE:
            await people.close(store, person_id, reason=order.reason, by=by)
        case What.REOPEN:
            await people.reopen(store, person_id, reason=order.reason, by=by)
        case What.GRANT if role:
            await people.give(store, person_id, role, reason=order.reason, by=by)
        case What.REVOKE if role:
            await people.take(store, person_id, role, reason=order.reason, by=by)


@dataclass(frozen=True, slots=True)
class Told:
    """An act in words; names are looked up now."""

    act: Act
    by: str
    person: str
    kind: str
    before: str
    after: str

    @property
    def cells(self) -> list[object]:
        """A line of a file."""
        at = domain.clock_words(self.act.at)
        return [at, self.by, self.person, self.kind, self.before, self.after, self.act.reason]


async def in_words(tx: Tx, found: list[Act]) -> list[Told]:
    """Acts as people read them."""
    names, known = await people.names(tx, [one for act in found for one in (act.by, act.person_id)]), await scopes(tx)

    def side(written: list[str]) -> str:
        return "; ".join(domain.held_in_words(one, known) for one in written) or "–"

    def who(person_id: str) -> str:
        return names.get(person_id, domain.GONE)

    return [
        Told(act, who(act.by), who(act.person_id), WORDS[act.kind], side(act.before), side(act.after)) for act in found
    ]


async def journal(tx: Tx, asked: Asked, name: str, *, skip: int = 0, limit: int = 0) -> tuple[list[Told], int]:
    """Acts by or about people of this name, and how many there are in all."""
    if name:
        asked.people = await people.named_like(tx, name)
    found = await acts.found(tx, asked, skip=skip, limit=limit)
    return await in_words(tx, found), await acts.count(tx, asked)


async def about(tx: Tx, person_id: str) -> list[Told]:
    """What was done with one account."""
    return await in_words(tx, await acts.about(tx, person_id))
