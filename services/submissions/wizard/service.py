"""Saving a step, looking up the people who are shut out, keeping documents to publish."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from services.submissions.contests import service as contests
from services.submissions.contests.domain import Contest
from services.submissions.files import service as files
from services.submissions.files.domain import Sent
from services.submissions.people import service as people
from services.submissions.rules.domain import PublicDocument, Rules
from services.submissions.wizard.domain import Step, shaped
from shared.errors import Invalid, NotFound, Stale
from shared.forms import sentences
from shared.identity import Person
from shared.ids import new_id
from shared.mongo import Store, Tx

_DOCUMENTS = ["application/pdf", "image/jpeg", "image/png"]
_MAX_BYTES, _MAX_DOCUMENTS = 10 * 1024 * 1024, 20


async def save(
    store: Store, contest_id: str, step: Step, typed: dict[str, Any], *, version: int, by: Person
) -> Contest:
    """Write one step's rules. Raises NotFound, Stale, Invalid and what revising raises."""
    contest = await contests.to_manage(store, contest_id, by)
    changes = shaped(step, typed)
    if "excluded" in changes:
        changes["excluded"] = await _excluded(store.read, changes["excluded"])
    return await contests.revise(store, contest_id, checked(contest.working, changes), version=version, by=by)


def checked(rules: Rules, changes: dict[str, Any]) -> Rules:
    """The rules with `changes`. Raises Invalid at the fields."""
    try:
        return rules.with_changes(changes)
    except ValidationError as error:
        raise Invalid(sentences(error.errors())) from error


async def _excluded(tx: Tx, typed: dict[str, Any]) -> dict[str, Any]:
    """People are named by their addresses and kept by their ids. Raises Invalid for an unknown address."""
    addresses = [one.strip().lower() for one in typed.pop("emails", "").splitlines() if one.strip()]
    ids = []
    for address in addresses:
        account = await people.find(tx, address)
        if account is None:
            text = f"Không có tài khoản nào dùng địa chỉ {address}."
            raise Invalid([{"field": "excluded.emails", "text": text}])
        ids.append(account.id)
    return {**typed, "person_ids": ids}


async def addresses(tx: Tx, person_ids: Sequence[str]) -> str:
    """The addresses of people who are shut out by name, one a line; an account that is gone is passed over."""
    found = []
    for person_id in person_ids:
        try:
            found.append((await people.get(tx, person_id)).email)
        except NotFound:
            continue
    return "\n".join(one for one in found if one)


async def add_document(  # noqa: PLR0913 - a file has so many sides
    store: Store,
    contest_id: str,
    title: str,
    upload: tuple[str, AsyncIterator[bytes]],
    *,
    version: int,
    by: Person,
    at: datetime,
) -> Contest:
    """Keep a document to publish. Raises NotFound, Stale, Invalid and the refusals of files."""
    contest = await contests.to_manage(store, contest_id, by)
    documents = contest.working.documents
    if contest.version != version:
        raise Stale
    if len(documents) >= _MAX_DOCUMENTS:
        raise Invalid([{"field": "file", "text": f"Mỗi cuộc thi công bố tối đa {_MAX_DOCUMENTS} tài liệu."}])
    name, pieces = upload
    async with files.received(pieces, _MAX_BYTES) as content:
        kept = await files.keep(
            store, Sent(name, content), allowed=_DOCUMENTS, max_bytes=_MAX_BYTES, at=at, for_jury=False
        )
    known = {"id": f"D{new_id()[-12:]}", "title": title or kept.name, "file_id": kept.id}
    document = PublicDocument(**known, media_type=kept.media_type, size=kept.size)
    rules = checked(contest.working, {"documents": [*documents, document]})
    return await contests.revise(store, contest_id, rules, version=version, by=by)


async def drop_document(store: Store, contest_id: str, document_id: str, *, version: int, by: Person) -> Contest:
    """No longer publish a document; its bytes stay for the editions that have it. Raises NotFound, Stale."""
    contest = await contests.to_manage(store, contest_id, by)
    rest = [one for one in contest.working.documents if one.id != document_id]
    rules = checked(contest.working, {"documents": rest})
    return await contests.revise(store, contest_id, rules, version=version, by=by)
