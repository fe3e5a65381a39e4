"""What judging and notifications tell about entries, kept for their authors' pages."""

from services.submissions.receipts import service
from services.submissions.worker import worker
from shared import topics
from shared.events.judging import FinalistsNamed, ResultPublished
from shared.events.notifications import DeliveryAccepted, DeliveryFailed
from shared.inbox import Fact
from shared.mongo import Tx


@worker.agent(topics.RESULTS)
async def on_results(tx: Tx, fact: Fact) -> None:
    """Finalists and places."""
    match fact.event:
        case FinalistsNamed() as named:
            await service.hear_finalists(tx, named)
        case ResultPublished() as published:
            await service.hear_result(tx, published)


@worker.agent(topics.DELIVERIES)
async def on_deliveries(tx: Tx, fact: Fact) -> None:
    """Whether a message about an entry went out."""
    match fact.event:
        case DeliveryAccepted() | DeliveryFailed() as told:
            await service.hear_delivery(tx, told)
