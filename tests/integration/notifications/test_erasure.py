"""Somebody who was erased: what letters and notices said is gone, nothing more is sent, the counts still add up."""

from collections import Counter
from datetime import timedelta

from services.notifications.copies import service as copies
from services.notifications.deliveries import agents, repository, service
from services.notifications.deliveries.channels import sender
from services.notifications.deliveries.channels.attempts import Ending, Outcome
from services.notifications.deliveries.channels.sender import Post
from services.notifications.deliveries.domain import Channel, State
from services.notifications.deliveries.service import Sought
from services.notifications.settings import Settings
from shared.clock import now
from shared.mongo import Store, Tx
from tests.integration.notifications.conftest import LETTERS, announce, remember
from tests.integration.notifications.mail_server import Ledger
from tests.unit.notifications import facts

NAME, ADDRESS, TITLE = "Nguyễn Thị Ánh Tuyết", "p1@thu.example", "Một cửa không giấy của Nguyễn Thị Ánh Tuyết"


async def erased(store: Store, person_id: str) -> None:
    """What both agents do with a tombstone."""

    async def work(tx: Tx) -> None:
        await copies.forget_person(tx, person_id)
        await agents.on_erased(tx, person_id)

    await store.transaction(work)


async def everything(store: Store) -> str:
    """Every collection of the service."""
    names = ("people", "entries", "deliveries", "announcements", "notices", "outbox", "inbox", "dead_letters")
    return str([await store.read[name].find({}) for name in names])


async def written(base: Store) -> None:
    """An entry whose title names its author, told to the author through both channels."""
    await remember(base.read, facts.a_person("p1"))
    await remember(base.read, facts.submitted("e1", "p1").model_copy(update={"title": TITLE}))
    await announce(base, facts.a_fact(facts.submitted("e1", "p1").model_copy(update={"title": TITLE})))


async def states(store: Store) -> Counter[tuple[str, str]]:
    """Channel and state of every row."""
    return Counter((row["channel"], row["state"]) for row in await store.read["deliveries"].find({}))


async def test_nothing_of_the_person_is_left_and_what_waited_is_not_sent(
    base: Store, mail: Ledger, settings: Settings
) -> None:
    await written(base)
    for word in (NAME, ADDRESS):
        assert word in await everything(base)
    await erased(base, "p1")
    kept = await everything(base)
    for word in (NAME, ADDRESS, "Một cửa không giấy của Nguyễn"):
        assert word not in kept
    assert await states(base) == {(Channel.EMAIL, State.SUPPRESSED): 1, (Channel.IN_APP, State.POSTED): 1}
    assert await Post.of(settings, LETTERS).send_next(base) is None
    assert mail.taken == []


async def test_the_counts_still_add_up_and_the_end_of_a_letter_is_told_once(base: Store) -> None:
    await written(base)
    await erased(base, "p1")
    await erased(base, "p1")
    counted = await service.summary(base, Sought())
    assert counted.total == counted.expected
    failed = await base.read["outbox"].find({"type": "notifications.delivery.failed.v1"})
    assert len(failed) == 1


async def test_a_fact_that_comes_after_the_end_is_told_to_nobody(base: Store) -> None:
    await written(base)
    await erased(base, "p1")
    await announce(base, facts.a_fact(facts.accepted("e1", "p1")))
    await service.tidy(base, LETTERS, timedelta(seconds=1))
    late = Counter(
        (row["channel"], row["state"]) for row in await base.read["deliveries"].find({"message": "entry-accepted"})
    )
    assert late == {(Channel.EMAIL, State.SUPPRESSED): 1, (Channel.IN_APP, State.SUPPRESSED): 1}
    assert await base.read["notices"].find({}) == []


async def test_an_answer_to_a_mail_under_way_brings_no_words_back(base: Store) -> None:
    await written(base)
    at = now()
    row = await repository.claim(base.read, "sender", at, at + timedelta(minutes=1))
    assert row is not None
    await erased(base, "p1")
    answer = Outcome(Ending.REJECTED, f"550 5.1.1 {ADDRESS} unknown")
    await sender.record(base, row, answer, at, timedelta(seconds=1))
    assert (await states(base))[(Channel.EMAIL, State.SUPPRESSED)] == 1
    assert ADDRESS not in await everything(base)


async def test_an_address_that_a_mail_server_repeats_is_not_kept_and_not_published(base: Store) -> None:
    await written(base)
    at = now()
    row = await repository.claim(base.read, "sender", at, at + timedelta(minutes=1))
    assert row is not None
    await sender.record(base, row, Outcome(Ending.REJECTED, f"550 5.1.1 {ADDRESS} unknown"), at, timedelta(seconds=1))
    (kept,) = await base.read["deliveries"].find({"channel": Channel.EMAIL})
    assert kept["reason"] == "550 5.1.1 *** unknown"
    (told,) = await base.read["outbox"].find({"type": "notifications.delivery.failed.v1"})
    assert ADDRESS not in told["value"]
