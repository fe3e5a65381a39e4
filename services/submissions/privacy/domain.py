"""The copy of one's data: its form, and what of each thing belongs in it. No secret, no digest of one. Pure."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from services.submissions.consents.domain import Consent
from services.submissions.entries.domain import Entry
from services.submissions.people.domain import Account
from services.submissions.receipts.domain import News
from services.submissions.sign_in.domain import Session
from services.submissions.texts.domain import Revision

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
_TIMES = {"saved_at", "submitted_at", "accepted_at", "returned", "withdrawn"}


def account_of(account: Account, unit: str) -> dict[str, Any]:
    """Without the password's hash."""
    return {**account.model_dump(mode="json", include=_OF_ACCOUNT | _MORE_OF_ACCOUNT), "unit": unit}


def session_of(session: Session) -> dict[str, Any]:
    """Without what would let somebody in."""
    return session.model_dump(mode="json", include={"created_at", "seen_at", "expires_at", "user_agent"})


def consent_of(consent: Consent) -> dict[str, Any]:
    """With what was asked, word for word."""
    return {**consent.model_dump(mode="json", exclude={"id", "person_id"}), "wording": consent.wording}


def entry_of(entry: Entry, contest: str, revisions: Sequence[Revision], news: News) -> dict[str, Any]:
    """The working copy, everything that was handed in, and what became of it."""
    own = entry.model_dump(mode="json", include=_OF_ENTRY | _TIMES)
    handed_in = [one.model_dump(mode="json", exclude={"entry_id", "findings", "files", "by"}) for one in revisions]
    every = {file.id: file for one in revisions for file in one.files} | {file.id: file for file in entry.files}
    listed = [
        file.model_dump(mode="json", include={"id", "name", "media_type", "size", "sha256", "added_at"})
        for file in every.values()
    ]
    return {**own, "contest": contest, "revisions": handed_in, "files": listed, "outcome": news.outcome}


def as_json(content: dict[str, Any]) -> str:
    """For programs; people may read it too."""
    return json.dumps(content, ensure_ascii=False, indent=2, default=str)


def files_of(content: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every file of every entry with its place in the archive; names are numbered, so that none hides another."""
    for number, entry in enumerate(content["entries"], 1):
        for place, file in enumerate(entry["files"], 1):
            yield f"tep/bai-{number}/{place}-{file['name']}", file
