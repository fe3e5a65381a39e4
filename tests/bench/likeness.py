"""How long one search for resembling texts takes among very many, and that a restart builds nothing anew."""

import asyncio
import random
import time
from collections.abc import Sequence

from deploy.demo import load
from deploy.demo.progress import Bar, Stages
from deploy.local.stack import Stack
from services.submissions.likeness import domain, repository, service
from services.submissions.likeness.domain import Item, Kind
from shared.mongo import Document, Store
from tests.bench.figures import Figure, percentile

_DATABASE = "bench_likeness"
_BATCH, _CONTESTS = 500, 20
_CHANGED = 0.3
"""Share of the words of a text that are drawn anew: texts of one field, none the copy of another."""


def measure(stack: Stack, texts: int, queries: int, seed: int, stages: Stages) -> list[Figure]:
    """Fill, close the connection, search over a new one."""
    made = Texts(seed)
    with stages.stage(f"Fingerprints of {texts} texts", texts) as bar:
        asyncio.run(_fill(stack, made, texts, bar))
    with stages.stage("Searches among them", queries) as bar:
        seconds, found = asyncio.run(_search(stack, made, texts, queries, bar))
    quantiles = " / ".join(f"{percentile(seconds, share) * 1000:,.1f}" for share in (0.5, 0.99, 1.0))
    note = f"{texts:,} texts of about {made.words} words; each within its contest and beside it; first search on a new connection included"
    return [
        Figure("likeness: one search, p50 / p99 / max, ms", quantiles, note=note),
        Figure("likeness: copies found", f"{found} of {queries}", note="one word in ten changed"),
    ]


class Texts:
    """Made-up entries: sentences of the demo's entries, shuffled, with words changed. The same for the same seed."""

    def __init__(self, seed: int) -> None:
        """`seed` decides every text."""
        entries = load.load().entries
        texts = [part for entry in entries for part in entry.parts.values()]
        self._sentences = [one.strip() for text in texts for one in text.split(".") if len(one.split()) > 6]
        self._vocabulary = sorted({word for text in texts for word in text.split()})
        self._seed = seed
        self.words = 400

    def text(self, number: int) -> str:
        """Text number `number`."""
        source = random.Random(f"{self._seed}|{number}")
        words: list[str] = []
        while len(words) < self.words:
            words += source.choice(self._sentences).split()
        return " ".join(source.choice(self._vocabulary) if source.random() < _CHANGED else word for word in words)

    def copy(self, number: int) -> str:
        """Text number `number` with a tenth of its words changed."""
        source = random.Random(f"{self._seed}|copy|{number}")
        words = self.text(number).split()
        return " ".join(source.choice(self._vocabulary) if source.random() < 0.1 else word for word in words)


def _document(made: Texts, number: int) -> Document:
    text = made.text(number)
    contest = _contest(number)
    item = Item(id=f"text-{number}", kind=Kind.ENTRY, title=f"Bài {number}", text=text, year=2019, contest_id=contest)
    mark = domain.signature(text)
    return {"_id": item.id, **item.model_dump(exclude={"id"}), "signature": mark, "bands": domain.bands(mark)}


def _contest(number: int) -> str:
    return f"contest-{number % _CONTESTS}"


async def _fill(stack: Stack, made: Texts, texts: int, bar: Bar) -> None:
    store = Store(stack.mongo_url, _DATABASE)
    await store.ensure(repository.INDEXES)
    for start in range(0, texts, _BATCH):
        numbers = range(start, min(start + _BATCH, texts))
        await store.read["fingerprints"].insert_all([_document(made, number) for number in numbers])
        bar.step(len(numbers))
    store.close()


async def _search(stack: Stack, made: Texts, texts: int, queries: int, bar: Bar) -> tuple[Sequence[float], int]:
    store, seconds, found = Store(stack.mongo_url, _DATABASE), [], 0
    for number in random.Random(made.words).sample(range(texts), queries):
        text = made.copy(number)
        begun = time.perf_counter()
        matches = await service.resembling(store.read, text, within=_contest(number))
        seconds.append(time.perf_counter() - begun)
        found += any(match.item.id == f"text-{number}" for match in matches)
        bar.step()
    store.close()
    return seconds, found
