"""A file found to be of no use after it was taken: the owner is told once, the register shows it until it was mended."""

from collections.abc import Callable

from services.submissions.entries import service as entries
from services.submissions.file_faults import domain, service
from services.submissions.intake import service as intake
from services.submissions.jury_copies import repository as copies
from services.submissions.scanning import repository as scans
from shared.clock import now
from shared.events.envelope import Envelope
from shared.events.submissions import FileRefused
from shared.identity import Role
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_contest, a_person, email_of, outbox_rows
from tests.integration.submissions.entry_builders import a_draft, an_image, attach, copied, deliver, hand_in
from tests.integration.submissions.jury_copies.test_jury_copies import a_broken_picture


async def told(store: Store, entry_id: str) -> list[tuple[str, bool]]:
    """What went out about an entry's files."""
    facts = [Envelope.model_validate_json(row["value"]).event() for row in await outbox_rows(store, entry_id)]
    return [(fact.fault, fact.handed_in) for fact in facts if isinstance(fact, FileRefused)]


async def infected(store: Store, file_id: str) -> None:
    """The scanner's answer."""
    [scan] = await scans.among(store.read, [file_id])
    await scans.answer(store.read, scan.settled("Eicar-Test-Signature", now()))


async def test_the_owner_of_an_infected_file_is_told_once_and_the_register_shows_it_until_it_is_mended(
    store: Store, browser: Callable[[], Browser]
) -> None:
    person, contest = await a_person(store, email=email_of("tac-gia")), await a_contest(store)
    await a_person(store, Role.SECRETARY, scope=contest.id, email=email_of("thu-ky"))
    draft = await a_draft(store, person, contest.id)
    kept = await attach(store, draft.id, "ảnh.jpg", an_image(), by=person)
    await hand_in(store, draft.id, person)
    assert await service.tell(store, now()) == 0
    await infected(store, kept.id)
    await copied(store)  # a locked file has no copy, and that is not told beside it
    assert await service.tell(store, now()) == 1
    assert await service.tell(store, now()) == 0
    assert await told(store, draft.id) == [("infected", True)]
    await deliver(store, draft.id)
    desk = browser()
    await desk.sign_in(email_of("thu-ky"))
    assert "Tệp có mã độc" in (await desk.open("/tiep-nhan")).text
    await entries.detach(store, draft.id, kept.id, by=person, at=now())
    await hand_in(store, draft.id, person)
    await deliver(store, draft.id)
    assert (await intake.line(store.read, draft.id)).file_fault == ""
    assert await copies.untold(store.read, 10) == []


async def test_a_copy_that_failed_is_told_and_a_file_of_nobody_is_left_in_peace(store: Store) -> None:
    person, contest = await a_person(store), await a_contest(store)
    draft = await a_draft(store, person, contest.id)
    await attach(store, draft.id, "ảnh.png", a_broken_picture(), by=person)
    gone = await attach(store, draft.id, "ảnh.jpg", an_image(), by=person)
    await entries.detach(store, draft.id, gone.id, by=person, at=now())
    await infected(store, gone.id)
    await copied(store)
    assert await service.tell(store, now()) == 1
    assert await told(store, draft.id) == [("not_copied", False)]
    assert [one.id for one in await scans.untold(store.read, 10)] == [gone.id]  # its entry may still be on the way
    assert await service.tell(store, now() + 2 * domain.GRACE) == 0
    assert await scans.untold(store.read, 10) == []
