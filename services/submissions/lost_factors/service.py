"""Taking factors off, written down with its reason; one function is one transaction."""

from services.submissions.credentials.domain import News
from services.submissions.factors import service as factors
from services.submissions.lost_factors import domain, repository
from services.submissions.lost_factors.domain import Reset
from services.submissions.people import service as people
from services.submissions.sign_in import service as sign_in
from shared.clock import now
from shared.identity import Person
from shared.ids import new_id
from shared.mongo import Store, Tx

INDEXES = repository.INDEXES


async def reset(store: Store, person_id: str, why: str, *, by: Person, secret_key: str) -> None:
    """The password is enough until a new factor is set up; every browser is signed out and the owner is written to.

    Raises NotFound, NotForOneself, NothingToReset.
    """
    reset_id = new_id()

    async def work(tx: Tx) -> None:
        account = await people.get(tx, person_id)
        own = await factors.overview(tx, person_id)
        if person_id == by.id:
            raise domain.NotForOneself
        if not own.any:
            raise domain.NothingToReset
        done = Reset(
            id=reset_id, person_id=person_id, by=by.id, by_name=by.name, at=now(), why=why,
            had_app=own.totp_at is not None, passkeys=len(own.passkeys),
        )  # fmt: skip
        await repository.add(tx, done)
        await factors.forget(tx, person_id)
        await sign_in.end_all(tx, person_id)
        await people.tell(tx, account, News.FACTORS_OFF, secret_key=secret_key)

    await store.transaction(work)


async def of(tx: Tx, person_id: str) -> list[Reset]:
    """The last first."""
    return await repository.of(tx, person_id)


async def forget(tx: Tx, person_id: str) -> None:
    """The reasons; that it was done stays."""
    await repository.forget(tx, person_id)
