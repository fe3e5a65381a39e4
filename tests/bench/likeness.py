"""How long one search for resembling texts takes among very many, and that a restart builds nothing anew."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field

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
_FAR_AWAY = 10_000_000
"""No stored text has so high a number."""
_SHARES = (0.35, 0.5, 0.7)


def measure(stack: Stack, texts: int, queries: int, seed: int, stages: Stages) -> list[Figure]:
    """Fill, close the connection, search over a new one."""
    made = Texts(seed)
    with stages.stage(f"Fingerprints of {texts} texts", texts) as bar:
        asyncio.run(_fill(stack, made, texts, bar))
    with stages.stage("Searches among them", queries + queries // 2) as bar:
        found = asyncio.run(_search(stack, made, texts, queries, bar))
    quantiles = " / ".join(f"{percentile(found.seconds, share) * 1000:,.1f}" for share in (0.5, 0.99, 1.0))
    note = f"{texts:,} texts of about {made.words} words; each within its contest and beside it; first search on a new connection included"
    return [
        Figure("likeness: one search, p50 / p99 / max, ms", quantiles, note=note),
        Figure("likeness: copies found", f"{found.copies} of {queries}", note="one word in ten changed"),
        Figure(
            "likeness: passages found, 35 / 50 / 70 %",
            _counts(found.passages, queries),
            note="that share of a text taken over whole into another one",
        ),
        Figure(
            "likeness: rewritten texts found, 35 / 50 / 70 %",
            _counts(found.rewritten, queries),
            note="single words changed until that share of three-syllable runs was left",
        ),
    ]


def _counts(found: Counter[float], queries: int) -> str:
    return f"{' / '.join(str(found[share]) for share in _SHARES)} of {queries // 2}"


@dataclass(slots=True)
class Found:
    """What the searches took, and how many texts they found again."""

    seconds: list[float] = field(default_factory=list)
    copies: int = 0
    passages: Counter[float] = field(default_factory=Counter)
    rewritten: Counter[float] = field(default_factory=Counter)


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

    def passage(self, number: int, share: float) -> str:
        """Another text into which a share of text number `number` was taken over whole."""
        source = random.Random(f"{self._seed}|passage|{number}|{share}")
        words, own = self.text(number).split(), self.text(number + _FAR_AWAY).split()
        taken = int(len(words) * share)
        begin, at = source.randrange(len(words) - taken + 1), source.randrange(len(own) - taken + 1)
        return " ".join([*own[:at], *words[begin : begin + taken], *own[at + taken :]])

    def rewritten(self, number: int, share: float) -> str:
        """Text number `number` with so many single words changed that about `share` of its runs of three are left."""
        source = random.Random(f"{self._seed}|rewritten|{number}|{share}")
        kept = share ** (1 / domain.SHINGLE)
        return " ".join(
            word if source.random() < kept else source.choice(self._vocabulary) for word in self.text(number).split()
        )

    def copy(self, number: int) -> str:
        """Text number `number` with a tenth of its words changed."""
        source = random.Random(f"{self._seed}|copy|{number}")
        words = self.text(number).split()
        return " ".join(source.choice(self._vocabulary) if source.random() < 0.1 else word for word in words)


def _document(made: Texts, number: int) -> Document:
    text = made.text(number)
    contest = _contest(number)
    item = Item(id=f"text-{number}", kind=Kind.ENTRY, title=f"Bài {number}", text=text, year=2019, contest_id=contest)
    return repository.document(item, domain.fingerprint(text))


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


async def _search(stack: Stack, made: Texts, texts: int, queries: int, bar: Bar) -> Found:
    store, found = Store(stack.mongo_url, _DATABASE), Found()
    for number in random.Random(made.words).sample(range(texts), queries):
        begun = time.perf_counter()
        found.copies += await _meets(store, made.copy(number), number)
        found.seconds.append(time.perf_counter() - begun)
        bar.step()
    for number in random.Random(made.words + 1).sample(range(texts), queries // 2):
        for share in _SHARES:
            found.passages[share] += await _meets(store, made.passage(number, share), number)
            found.rewritten[share] += await _meets(store, made.rewritten(number, share), number)
        bar.step()
    store.close()
    return found


async def _meets(store: Store, text: str, number: int) -> bool:
    matches = await service.resembling(store.read, text, at_least=0.0, within=_contest(number))
    return any(match.item.id == f"text-{number}" for match in matches)
