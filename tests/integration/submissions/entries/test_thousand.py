"""Every sixteenth of the thousand texts over HTTP: saved, read again, looked through."""

import json
from collections.abc import Callable

from services.submissions.entries import service as entries
from services.submissions.marks.domain import Verdict
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_contest, a_person, email_of
from tests.integration.submissions.entry_builders import a_draft, words
from tests.unit.submissions.texts.thousand import Case, cases

API = "/api/submissions/v1"


async def _fault(store: Store, client: Browser, headers: dict[str, str], entry_id: str, case: Case) -> str:
    """What goes wrong with one text on its way through the service; empty when nothing does."""
    entry = await entries.get(store.read, entry_id)
    typed = words(parts={"situation": words().parts["situation"]})
    # As a program would write it: half a surrogate pair and NUL as \u escapes, which are valid JSON.
    body = json.dumps({**typed.model_dump(), "version": entry.version, "parts": {"solution": case.sent}})
    sent = {**headers, "Content-Type": "application/json"}
    answer = await client.put(f"{API}/entries/{entry_id}", content=body, headers=sent)
    if case.verdict is None:
        after = await entries.get(store.read, entry_id)
        return "" if answer.status_code in (413, 422) and after.same_words(entry) else f"gets {answer.status_code}"
    if answer.status_code != 200:
        return f"gets {answer.status_code} {answer.text[:200]}"
    told = (await client.get(f"{API}/entries/{entry_id}", headers=headers)).json()["parts"]["solution"]
    if case.kept is not None and told != case.kept:
        return "comes back otherwise than meant"
    page = await client.get(f"/bai-du-thi/{entry_id}/xem-truoc")
    offered = f"/bai-du-thi/{entry_id}/bang-ma" in page.text
    if page.status_code != 200 or offered is not (case.verdict is Verdict.ENCODED):
        return f"has the preview {page.status_code}, conversion offered: {offered}"
    return ""


async def test_a_sample_of_the_thousand_texts_neither_breaks_the_service_nor_passes_wrongly(
    store: Store, browser: Callable[[], Browser]
) -> None:
    author, contest = await a_person(store, email=email_of("tac-gia")), await a_contest(store)
    client = browser()
    await client.sign_in(email_of("tac-gia"))
    headers, draft = await client.bearer(email_of("tac-gia")), await a_draft(store, author, contest.id)
    sample = [*list(cases())[::16], *[case for case in cases() if case.verdict is None][::10]]
    faults = [
        f"{case.kind}: {case.sent[:40]!a} {fault}"
        for case in sample
        if (fault := await _fault(store, client, headers, draft.id, case))
    ]
    assert faults == []
    assert len({case.kind for case in sample}) == 18
