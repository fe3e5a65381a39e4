"""Changing one's own profile; one function is one transaction."""

from services.submissions.people import service as people
from services.submissions.people.domain import Account
from services.submissions.profiles import domain
from services.submissions.profiles.domain import Profile
from services.submissions.units import service as units
from services.submissions.units.domain import Unit
from shared.clock import local, now
from shared.identity import Person
from shared.mongo import Store, Tx
from shared.sealed import seal, unseal


async def units_today(tx: Tx) -> list[Unit]:
    """By level, then in Vietnamese order."""
    return sorted(await units.on(tx, local(now()).date()), key=lambda unit: unit.level)


async def change(store: Store, typed: Profile, *, by: Person) -> None:
    """Keep what the owner says. Raises Invalid, Stale when the account changed since it was read."""

    async def work(tx: Tx) -> None:
        typed.check({unit.id for unit in await units_today(tx)})
        said = {**typed.model_dump(exclude={"version"}), "name_key": typed.sort_key}
        await people.revise(tx, by.id, said, version=typed.version, at=now())

    await store.transaction(work)


async def keep_number(store: Store, number: str, *, secret_key: str, by: Person) -> str:
    """Keep the identity number sealed; what looks wrong with it, or nothing."""
    at = now()
    sealed = seal({"number": number}, secret_key=secret_key, purpose=domain.PURPOSE)
    said = {"id_number": sealed, "id_number_mark": domain.mark(number, secret_key)}

    async def work(tx: Tx) -> None:
        await people.revise(tx, by.id, said, version=None, at=at)

    await store.transaction(work)
    return domain.oddity(number, local(at).year)


async def delete_number(store: Store, *, by: Person) -> None:
    """Nothing of it is kept."""

    async def work(tx: Tx) -> None:
        await people.revise(tx, by.id, {"id_number": "", "id_number_mark": ""}, version=None, at=now())

    await store.transaction(work)


def covered(account: Account, secret_key: str) -> str:
    """The number as its owner recognises it, or nothing."""
    if not account.id_number:
        return ""
    return domain.covered(unseal(account.id_number, secret_key=secret_key, purpose=domain.PURPOSE)["number"])
