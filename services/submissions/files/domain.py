"""A file as it is kept with an entry: its name, how many there may be, and the headers it is sent with."""

import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import NamedTuple
from urllib.parse import quote

from pydantic import AwareDatetime

from services.submissions.inspection.domain import SUFFIXES
from services.submissions.jury_copies.domain import Copy
from shared.blobs import Incoming
from shared.errors import Refusal
from shared.text import one_line

MANDATE = "mandate"
_NAME_LENGTH = 150
_MOST_MANDATES = 2


class TooManyFiles(Refusal):
    """The contest's limit is reached."""

    code = "too_many_files"
    status = 422


class Sent(NamedTuple):
    """A file on its way in, as its sender calls it; `purpose` as of an attachment."""

    name: str
    content: Incoming
    purpose: str = ""


class Attachment(Copy):
    """A file as it came, and its copy for the jury where it gets one. `name` is data, never a path."""

    name: str
    added_at: AwareDatetime
    copy_id: str = ""
    """Of the copy for the jury, made after the file was stored; empty when there is none to be made."""
    copy_for_jury: Copy | None = None
    """Of a file from the time when copies were made at once."""
    purpose: str = ""
    """`mandate`: the paper naming an organisation's representative, which no jury gets; empty: part of the entry."""

    @property
    def copy_blob(self) -> str:
        """Where the copy for the jury is or will be; empty when there is none."""
        return self.copy_for_jury.id if self.copy_for_jury else self.copy_id


def check_room(kept: Sequence[Attachment], limit: int, purpose: str) -> None:
    """`limit` is for what belongs to the entry; papers of other purposes are not counted. Raises TooManyFiles."""
    most = _MOST_MANDATES if purpose else limit
    if sum(one.purpose == purpose for one in kept) >= most:
        what = "giấy cử" if purpose else "tệp"
        text = f"Mỗi bài kèm được nhiều nhất {most} {what}. Hãy bỏ bớt một tệp rồi thêm lại."
        raise TooManyFiles(text, field=purpose or "file")


def kept_name(name: str) -> str:
    """The original name in NFC without folders, at most 150 signs; its ending stays."""
    bare = one_line(PurePath(name.replace("\\", "/")).name) or "tep"
    suffix = PurePath(bare).suffix[:10]
    return bare if len(bare) <= _NAME_LENGTH else bare[: _NAME_LENGTH - len(suffix)] + suffix


def jury_name(number: int, media_type: str) -> str:
    """What a judge saves the file as; it tells nothing."""
    return f"tep-{number}{SUFFIXES[media_type][0]}"


def download_headers(name: str) -> dict[str, str]:
    """Never shown by the browser as a page of ours: saved, not guessed at, and without rights (RFC 6266)."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
