"""Published results bring entries into the gallery; what their authors agree to later brings them in or out."""

import asyncio

from services.submissions.gallery import service
from services.submissions.worker import worker
from shared import topics
from shared.events.judging import ResultPublished
from shared.events.submissions import PersonUpdated
from shared.inbox import Fact
from shared.mongo import Store, Tx

_REST_SECONDS = 2.0


@worker.agent(topics.RESULTS)
async def on_results(tx: Tx, fact: Fact) -> None:
    """A contest is over."""
    match fact.event:
        case ResultPublished() as published:
            await service.hear_result(tx, published)


@worker.agent(topics.PEOPLE, erased=service.refresh_person)
async def on_people(tx: Tx, fact: Fact) -> None:
    """Somebody may have agreed, or taken it back."""
    match fact.event:
        case PersonUpdated(person_id=person_id):
            await service.refresh_person(tx, person_id)


@worker.task
async def fill(store: Store) -> None:
    """Entries of a contest one by one: a whole contest in one transaction would be too long."""
    while True:
        if not await service.fill_next(store):
            await asyncio.sleep(_REST_SECONDS)
