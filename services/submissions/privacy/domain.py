"""The copy of one's data: its form, and what of each thing belongs in it. No secret, no digest of one. Pure."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.submissions.coauthors.domain import Team
from services.submissions.consents.domain import Consent
from services.submissions.entries.domain import Entry
from services.submissions.papers.domain import Record
from services.submissions.people.domain import Account
from services.submissions.receipts.domain import News
from services.submissions.sign_in.domain import Session
from services.submissions.texts.domain import Revision, Words
from services.submissions.uploads.domain import Upload
from services.submissions.versions.domain import Version

FORMAT = "sang-kien/own-data/1"
FRESH = timedelta(minutes=10)
"""How long after signing in an account without a password may confirm its end."""
MAX_FILES_BYTES = 60 * 1024 * 1024
_OF_ACCOUNT = {"id", "name", "email", "phone", "kind", "unit_id", "active", "created_at", "consents"}
_MORE_OF_ACCOUNT = {
    "position",
    "representative",
    "family_name",
    "middle_name",
    "given_name",
    "former",
    "email_confirmed_at",
    "phone_confirmed_at",
}
_OF_ENTRY = {
    "id",
    "state",
    "title",
    "parts",
    "effects",
    "shares",
    "entrant_group",
    "content_group",
    "receipt",
    "revision",
    "created_at",
}
_TIMES = {"saved_at", "submitted_at", "accepted_at", "returned", "refused", "withdrawn"}
_WORDS = set(Words.model_fields)
_OF_PAPER = {"received_at", "postmark", "pages", "handwritten", "transcript"}
_OF_FILE = {"id", "name", "media_type", "size", "sha256", "added_at"}


def account_of(account: Account, unit: str) -> dict[str, Any]:
    """Without the password's hash."""
    return {**account.model_dump(mode="json", include=_OF_ACCOUNT | _MORE_OF_ACCOUNT), "unit": unit}


def session_of(session: Session) -> dict[str, Any]:
    """Without what would let somebody in."""
    return session.model_dump(mode="json", include={"created_at", "seen_at", "expires_at", "user_agent"})


def consent_of(consent: Consent) -> dict[str, Any]:
    """With what was asked, word for word."""
    return {**consent.model_dump(mode="json", exclude={"id", "person_id"}), "wording": consent.wording}


@dataclass(frozen=True, slots=True)
class Around:
    """What other rooms keep of an entry."""

    revisions: Sequence[Revision]
    versions: Sequence[Version]
    """Words of the draft as they were, also before they were converted or taken up again."""
    news: News
    team: Team | None = None
    """For its owner, who typed the addresses in it."""
    record: Record | None = None
    """For its owner: what a desk wrote down about the sender of a paper."""


def entry_of(entry: Entry, contest: str, around: Around) -> dict[str, Any]:
    """The working copy, everything that was handed in or kept, and what became of it."""
    own = entry.model_dump(mode="json", include=_OF_ENTRY | _TIMES)
    handed_in = [
        one.model_dump(mode="json", exclude={"entry_id", "findings", "files", "by"}) for one in around.revisions
    ]
    every = {file.id: file for one in around.revisions for file in one.files} | {file.id: file for file in entry.files}
    every |= {file.id: file for file in entry.paper.files} if entry.paper else {}
    listed = [file.model_dump(mode="json", include=_OF_FILE) for file in every.values()]
    kept = [
        one.model_dump(mode="json", include={"number", "begun_at", "at", "how", *_WORDS}) for one in around.versions
    ]
    more = {
        "contest": contest,
        "revisions": handed_in,
        "versions": kept,
        "files": listed,
        "outcome": around.news.outcome,
    }
    return {**own, **more, "paper": _paper_of(entry, around.record), "authors": _authors_of(around.team)}


def _paper_of(entry: Entry, record: Record | None) -> dict[str, Any] | None:
    if entry.paper is None:
        return None
    sender = record.sender.model_dump(mode="json") if record else None
    return {**entry.paper.model_dump(mode="json", include=_OF_PAPER), "channel": entry.channel.value, "sender": sender}


def _authors_of(team: Team | None) -> dict[str, Any] | None:
    if team is None:
        return None
    named = [
        one.model_dump(mode="json", include={"name", "address", "share", "state", "reason"}) for one in team.invitations
    ]
    return {"invited": named, "not_sent": team.draft.typed.model_dump(mode="json") if team.draft.typed else None}


def upload_of(upload: Upload) -> dict[str, Any]:
    """A file that is not whole yet."""
    return upload.model_dump(mode="json", include={"name", "purpose", "length", "offset", "created_at", "expires_at"})


def as_json(content: dict[str, Any]) -> str:
    """For programs; people may read it too."""
    return json.dumps(content, ensure_ascii=False, indent=2, default=str)


def files_of(content: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every file of every entry with its place in the archive; names are numbered, so that none hides another."""
    for number, entry in enumerate(content["entries"], 1):
        for place, file in enumerate(entry["files"], 1):
            yield f"tep/bai-{number}/{place}-{file['name']}", file
