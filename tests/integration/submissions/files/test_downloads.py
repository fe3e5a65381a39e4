"""Every address that sends a file: saved, sandboxed, not guessed at, not cached, and with its length."""

from collections.abc import Callable

from services.submissions.entries import service as entries
from services.submissions.files import service as files
from services.submissions.scanning import repository as scans
from services.submissions.scanning import service as scanning
from shared.clock import now
from shared.identity import Role
from shared.mongo import Store
from tests.integration.submissions.builders import ADMINISTRATOR, Browser, a_contest, a_person, email_of
from tests.integration.submissions.entry_builders import a_draft, a_pdf, attach, copied, hand_in


async def test_no_file_runs_in_the_browser_whoever_opens_it(store: Store, browser: Callable[[], Browser]) -> None:
    person, contest = await a_person(store, email=email_of("tac-gia")), await a_contest(store)
    await a_person(store, Role.JUDGE, scope=contest.id, email=email_of("giam-khao"))
    await a_person(store, Role.SECRETARY, scope=contest.id, email=email_of("thu-ky"))
    draft = await a_draft(store, person, contest.id)
    kept = await attach(store, draft.id, "bài của tôi.pdf", a_pdf(), by=person)
    await copied(store)
    made = (await files.copies(store.read, [kept]))[kept.id]
    await hand_in(store, draft.id, person)
    await store.transaction(lambda tx: entries.accept(tx, draft.id, ADMINISTRATOR, now()))
    scan = await scans.take(store.read, now())
    assert scan is not None
    await scanning.step(store, scan, None)
    own = f"/bai-du-thi/{draft.id}"
    opened = [
        ("tac-gia", f"{own}/tep/{kept.id}", kept.size),
        ("thu-ky", f"{own}/tep/{kept.id}", kept.size),
        ("tac-gia", f"{own}/xem-truoc/1", made.size),
        ("giam-khao", f"/bai-du-thi/ban-cham/{kept.copy_id}", made.size),
    ]
    for who, address, size in opened:
        window = browser()
        await window.sign_in(email_of(who))
        answer = await window.get(address)
        assert (answer.status_code, len(answer.content)) == (200, size), (who, address)
        told = answer.headers
        assert told["content-security-policy"] == "sandbox; default-src 'none'"
        assert told["content-disposition"].startswith("attachment;")
        assert (told["x-content-type-options"], told["cache-control"]) == ("nosniff", "private, no-store")
        assert (told["content-length"], told["content-type"]) == (str(size), "application/pdf")
        assert "tôi" not in told["content-disposition"]
