"""Putting together everything that is known of a person: for the page, and as a copy to take away."""

import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.submissions.acts import service as acts
from services.submissions.coauthors import service as coauthors
from services.submissions.consents import service as consents
from services.submissions.consents.domain import Consent, holding
from services.submissions.contests import service as contests
from services.submissions.credentials import service as credentials
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.erasures import service as erasures
from services.submissions.erasures.domain import NotConfirmed, SignInAgain, WrongPassword
from services.submissions.files import service as files
from services.submissions.papers import service as papers
from services.submissions.people import service as people
from services.submissions.people.domain import Account
from services.submissions.privacy import domain
from services.submissions.privacy.domain import Around
from services.submissions.receipts import service as receipts
from services.submissions.requests import service as requests
from services.submissions.requests.domain import DataRequest
from services.submissions.scanning.domain import Infected
from services.submissions.sign_in import service as sign_in
from services.submissions.units import service as units
from services.submissions.uploads import service as uploads
from services.submissions.versions import service as versions
from shared.blobs import BlobMissing
from shared.clock import local, now
from shared.identity import Person
from shared.mongo import Store, Tx

_COPIES_IN_WINDOW = 20
_WRONG_PASSWORDS_IN_WINDOW = 10


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page shows."""

    history: list[Consent]
    holds: dict[str, Consent]
    requests: list[DataRequest]


async def overview(store: Store, person: Person) -> Overview:
    """Consents with their history and the requests of a person."""
    said = await consents.history(store.read, person.id)
    return Overview(list(reversed(said)), holding(said), await requests.mine(store.read, person.id))


async def copy(store: Store, person: Person) -> dict[str, Any]:
    """Everything kept about a person, as JSON-able values in words of the field. Raises TooMany."""
    await credentials.count(store.read, [f"own-data|{person.id}"], [_COPIES_IN_WINDOW])
    tx = store.read
    account = await people.get(tx, person.id)
    unit = await units.get(tx, account.unit_id) if account.unit_id else None
    return {
        "format": domain.FORMAT,
        "made_at": local(now()).isoformat(),
        "account": domain.account_of(account, unit.name if unit else ""),
        "roles": [role.model_dump() for role in account.roles],
        "acts": [one.model_dump(mode="json", exclude={"id", "by"}) for one in await acts.about(tx, person.id)],
        "sessions": [domain.session_of(one) for one, _ in await sign_in.sessions(store, person.id, "")],
        "consents": [domain.consent_of(one) for one in await consents.history(tx, person.id)],
        "requests": [one.model_dump(mode="json") for one in await requests.mine(tx, person.id)],
        "invitations": [
            one.model_dump(mode="json", exclude={"digest", "entry_id"}) for one in await coauthors.about(tx, account)
        ],
        "uploads": [domain.upload_of(one) for one in await uploads.of_person(tx, person.id)],
        "entries": [await _entry(tx, entry, person) for entry in await entries.of_author(tx, person.id)],
    }


async def _entry(tx: Tx, entry: Entry, person: Person) -> dict[str, Any]:
    contest, owns = await contests.get(tx, entry.contest_id), person.id == entry.owner_id
    around = Around(
        revisions=await entries.revisions(tx, entry.id),
        versions=await versions.of_entry(tx, entry.id),
        news=await receipts.news(tx, entry.id),
        team=await coauthors.of(tx, entry) if owns else None,
        record=await papers.record_of(tx, entry.id) if owns else None,
    )
    return domain.entry_of(entry, contest.name, around)


async def archive(store: Store, person: Person, readable: str) -> bytes:
    """The copy with the files of all entries, packed; files over the limit in all are listed only. Raises TooMany."""
    content, left = await copy(store, person), domain.MAX_FILES_BYTES
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("du-lieu.json", domain.as_json(content))
        packed.writestr("du-lieu.html", readable)
        for place, file in domain.files_of(content):
            if file["size"] <= left and (body := await _body(store, file["id"])) is not None:
                packed.writestr(place, body)
                left -= file["size"]
    return made.getvalue()


async def _body(store: Store, file_id: str) -> bytes | None:
    try:
        return await files.content(store, file_id)
    except (BlobMissing, Infected):  # deleted since the copy was begun, or locked
        return None


async def erase(
    store: Store, person: Person, *, sure: bool, password: str, session_since: datetime | None, secret_key: str
) -> None:
    """Erase the asker's own account after confirmation.

    Raises NotConfirmed, WrongPassword, SignInAgain, TooMany, LastAdministrator.
    """
    if not sure:
        raise NotConfirmed(field="sure")
    account = await people.get(store.read, person.id)
    if account.password:
        counted = await credentials.count(store.read, [f"erase|{person.id}"], [_WRONG_PASSWORDS_IN_WINDOW])
        if not await credentials.is_right(password, account.password):
            raise WrongPassword(field="password")
        await credentials.take_back(store.read, counted)
    elif session_since is None or now() - session_since > domain.FRESH:
        raise SignInAgain
    await erasures.begin(store, person.id, by=person.id, secret_key=secret_key, at=now())


async def session_since(store: Store, person: Person, secret: str) -> datetime | None:
    """When the browser that asks was signed in."""
    here = [one for one, asks in await sign_in.sessions(store, person.id, secret) if asks]
    return here[0].created_at if here else None


async def account(store: Store, person: Person) -> Account:
    """The asker's own."""
    return await people.get(store.read, person.id)
