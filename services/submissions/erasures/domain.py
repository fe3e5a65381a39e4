"""What becomes of an entry when its author is erased, and the steps of an erasure. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, BaseModel

from services.submissions.entries.domain import Entry
from services.submissions.files.domain import Attachment
from services.submissions.states import domain as states
from services.submissions.texts import domain as texts
from services.submissions.texts.domain import Revision
from shared.errors import Refusal
from shared.events.submissions import EntryWithdrawn
from shared.redaction import ERASED, hide

WITHDRAWN_BECAUSE = "Người dự thi đã yêu cầu xóa dữ liệu cá nhân."
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=10)
LEASE = timedelta(seconds=60)
"""How long a worker has for one step before another takes it up."""


class WrongPassword(Refusal):
    """Erasing is confirmed by whoever owns the account."""

    code = "wrong_password"
    status = 422
    message = "Mật khẩu không đúng nên chưa xóa gì. Hãy nhập lại."


class SignInAgain(Refusal):
    """An account without a password confirms by having signed in just now."""

    code = "sign_in_again"
    status = 403
    message = "Để chắc chắn đó là bạn, hãy đăng xuất, đăng nhập lại rồi xác nhận xóa trong vòng 10 phút."


class NotConfirmed(Refusal):
    """The box was not ticked."""

    code = "erasure_not_confirmed"
    status = 422
    message = "Hãy đánh dấu vào ô xác nhận nếu bạn chắc chắn muốn xóa. Chưa có gì bị xóa."


class LastAdministrator(Refusal):
    """Without one nobody could give rights any more."""

    code = "last_administrator"
    message = "Đây là quản trị viên cuối cùng nên chưa xóa được. Hãy giao quyền quản trị cho người khác trước."


class NotAsked(Refusal):
    """Only whoever asked for it is erased."""

    code = "erasure_not_asked"
    message = "Yêu cầu này không phải là yêu cầu xóa, hoặc đã được trả lời. Hãy tải lại trang."


class Fate(StrEnum):
    """What becomes of an entry."""

    DELETED = "deleted"
    EMPTIED = "emptied"
    NAMELESS = "nameless"


FATE_WORDS = {
    Fate.DELETED: "Xóa hẳn bản nháp và tệp",
    Fate.EMPTIED: "Rút khỏi cuộc thi, xóa nội dung và tệp",
    Fate.NAMELESS: "Giữ nội dung đã vào chấm, gỡ tên và mọi thông tin về bạn, xóa tệp gốc",
}


class Files(StrEnum):
    """Which files of an entry go with its author: what others handed in with them stays."""

    NONE = "none"
    BUT_COPIES = "but_copies"
    ALL = "all"


class State(StrEnum):
    """What is done next; the account itself is gone before the first of them."""

    ENTRIES = "entries"
    FILES = "files"
    TOPIC = "topic"
    ERASED = "erased"


class Erasure(BaseModel):
    """How far the erasure of a person came. `sealed` holds what is looked for in texts, and goes with the last text."""

    id: str
    state: State = State.ENTRIES
    sealed: str = ""
    asked_by: str
    asked_at: AwareDatetime
    next_at: AwareDatetime
    tries: int = 0
    files: list[str] = []
    """Blobs to delete."""
    copies: dict[str, list[str]] = {}
    """By contest: the jury's neutral copies, which go when its result is published."""
    done_at: AwareDatetime | None = None

    def pause(self, at: datetime) -> None:
        """Look again later; later each time."""
        self.next_at = at + min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(self.tries, 8))
        self.tries += 1

    def go_on(self, state: State, at: datetime) -> None:
        """To the next step."""
        self.state, self.next_at, self.tries = state, at, 0
        if state is State.ERASED:
            self.done_at = self.done_at or at

    def published(self, contest_id: str, at: datetime) -> None:
        """The jury needs its copies no more."""
        self.files += self.copies.pop(contest_id, [])
        self.go_on(State.FILES, at)


def fate(entry: Entry, person_id: str) -> Fate:
    """What becomes of `entry` when this author is erased; what others wrote with them stays theirs."""
    if set(entry.author_ids) - {person_id}:
        return Fate.NAMELESS
    if entry.state is states.State.DRAFT:
        return Fate.DELETED
    return Fate.NAMELESS if entry.state is states.State.ACCEPTED else Fate.EMPTIED


@dataclass(frozen=True, slots=True)
class Cleared:
    """An entry without its author, with what is to be told and deleted afterwards."""

    entry: Entry
    revisions: list[Revision]
    files: list[str]
    copies: list[str]
    told: EntryWithdrawn | None = None


def emptied(entry: Entry, revisions: Sequence[Revision], at: datetime) -> Cleared:
    """Without a word or a file; withdrawn whatever the deadline, unless its authors were taken out before."""
    gone, told = _blobs(entry, revisions), None
    left: dict[str, Any] = {"title": ERASED, "parts": {}, "files": []}
    own: dict[str, Any] = {"returned": None, "refused": None, "withdrawn": None, "released": [], "paper": None}
    if entry.author_ids:
        reason = states.Withdrawn(reason=WITHDRAWN_BECAUSE, at=at)
        own |= {"state": states.State.WITHDRAWN, "withdrawn": reason}
    if entry.author_ids and entry.state is not states.State.WITHDRAWN:
        entry.facts += 1
        whose = {"entry_id": entry.id, "contest_id": entry.contest_id, "owner_id": entry.owner_id}
        told = EntryWithdrawn(reason=WITHDRAWN_BECAUSE, **whose)
    bare = [one.model_copy(update=left | {"asked": "", "message": ""}) for one in revisions]
    return Cleared(entry.model_copy(update={**left, **own}), bare, gone, [], told)


def nameless(entry: Entry, revisions: Sequence[Revision], words: Sequence[str], files: Files) -> Cleared:
    """The same text without the author in it; the jury's copies are named apart until they may go."""
    released = {copy.id for copy in entry.released} if files is Files.BUT_COPIES else set()
    gone = [] if files is Files.NONE else [blob for blob in _blobs(entry, revisions) if blob not in released]
    kept: dict[str, Any] = {} if files is Files.NONE else {"files": []}
    bare = [texts.without(one, words, ERASED).model_copy(update=kept) for one in revisions]
    entry = texts.without(entry, words, ERASED).model_copy(update=kept)
    if files is Files.ALL:
        entry.released = []
    if entry.paper is not None:  # handwriting and a sender's address are the author's, whatever is left of the text
        gone = list(dict.fromkeys([*gone, *_blobs_of(entry.paper.files)]))
        entry.paper = entry.paper.model_copy(update={"envelope": None, "scans": []})
    for name in ("returned", "refused", "withdrawn"):
        if (said := getattr(entry, name)) is not None:
            setattr(entry, name, said.model_copy(update={"reason": hide(said.reason, words)}))
    return Cleared(entry, bare, gone, sorted(released))


def _blobs(entry: Entry, revisions: Sequence[Revision]) -> list[str]:
    """Every file that was ever with it, as it came and as the jury's copy."""
    paper = entry.paper.files if entry.paper else []
    files: list[Attachment] = [*entry.files, *paper, *(file for one in revisions for file in one.files)]
    return list(dict.fromkeys([*_blobs_of(files), *(copy.id for copy in entry.released)]))


def _blobs_of(files: Sequence[Attachment]) -> list[str]:
    return [blob for file in files for blob in (file.id, file.copy_blob) if blob]
