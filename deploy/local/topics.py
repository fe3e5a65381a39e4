"""The job that creates the topics of `shared/topics.py` on a broker that has just started."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from shared.kafka import create_topics


def create(kafka_url: str) -> list[str]:
    """Create what is missing; answers the names. Raises KafkaError when the broker refuses.

    In a thread of its own, because the caller may have an event loop.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(create_topics(kafka_url))).result()
