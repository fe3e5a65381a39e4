"""Giving and withdrawing consent; one function is one transaction."""

from datetime import datetime

from services.submissions.consents import domain, repository
from services.submissions.consents.domain import Consent, Decision, WordingChanged
from services.submissions.people import service as people
from shared.identity import Person
from shared.ids import new_id
from shared.mongo import Store, Tx

INDEXES = repository.INDEXES


async def history(tx: Tx, person_id: str) -> list[Consent]:
    """Everything a person said, the oldest first."""
    return await repository.history(tx, person_id)


async def decide(store: Store, asked: Decision, *, by: Person, at: datetime) -> None:
    """Write down a yes or a no; the same once more is no second line. Raises UnknownPurpose, WordingChanged, NotFound."""
    wording, line_id = domain.purpose(asked.purpose).now, new_id()
    if asked.given and asked.version != wording.version:
        raise WordingChanged

    async def work(tx: Tx) -> None:
        said = await repository.history(tx, by.id)
        holds = domain.holding(said).get(asked.purpose)
        if (holds is not None) == asked.given and (holds is None or holds.version == asked.version):
            return
        version = asked.version if asked.given or holds is None else holds.version
        line = Consent(id=line_id, person_id=by.id, at=at, **asked.model_dump(exclude={"version"}), version=version)
        await repository.add(tx, line)
        await people.agree(tx, by.id, sorted(domain.holding([*said, line])), by=by.id, at=at)

    await store.transaction(work)


async def forget(tx: Tx, person_id: str) -> None:
    """The person was erased."""
    await repository.delete(tx, person_id)
