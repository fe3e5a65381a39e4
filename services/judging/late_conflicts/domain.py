"""A conflict found late: how it stands, who may decide it and how. Pure. Which tie to the author it is, is never kept."""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel

from services.judging.sheets.domain import SheetState
from shared.errors import Refusal

FINAL = "final"
FOUND = "Xung đột lợi ích phát hiện sau khi phân công"
"""What the score log keeps (as a digest) when a script is taken from a judge before it was begun."""


class Cause(StrEnum):
    """What brought it to light."""

    AUTHORS = "authors"
    DECLARED = "declared"


CAUSES = {
    Cause.AUTHORS: "Tác giả của bài được ghi nhận lại sau khi phân công",
    Cause.DECLARED: "Trưởng ban hoặc Ban Tổ chức ghi nhận",
}


class State(StrEnum):
    """How it stands."""

    UNDECIDED = "undecided"
    REPLACED = "replaced"
    """Nothing was written yet: the script went to another reader by lot."""
    READER_MISSING = "reader_missing"
    """It was taken, and nobody without a conflict is left to read it."""
    SET_ASIDE = "set_aside"
    THIRD_PENDING = "third_pending"
    """A third reader's mark is to be the official one."""
    THIRD_READ = "third_read"
    """Shown once that mark is there; not a state of its own in the database."""
    CLEARED = "cleared"
    """The authors changed again: there is no conflict any more."""
    TOO_LATE = "too_late"
    """The round was signed: what is signed stays as it was signed."""


class Choice(StrEnum):
    """What may be decided."""

    SET_ASIDE = "set_aside"
    THIRD = "third"


class NotOpen(Refusal):
    """It was decided, or the round was signed meanwhile."""

    code = "late_conflict_closed"
    message = (
        "Trường hợp này đã được quyết định, đã hết xung đột, hoặc kết quả vòng thi đã ký. Hãy tải lại trang để xem."
    )


class OwnCase(Refusal):
    """Nobody decides about their own sheet."""

    code = "late_conflict_own"
    status = 403
    message = "Phiếu này của chính bạn. Hãy để người khác trong Ban Giám khảo hoặc Ban Tổ chức quyết định."


class ChoiceInvalid(Refusal):
    """It is not offered for this sheet by the rules of the round."""

    code = "late_conflict_choice"
    status = 422
    message = "Hãy chọn một trong các cách xử lý đang có cho phiếu này."


class NobodyLeft(Refusal):
    """No third reader can be drawn."""

    code = "late_conflict_nobody"
    message = "Không còn giám khảo nào không vướng xung đột để chấm. Hãy bổ sung giám khảo rồi quyết định lại."


class Unsettled(Refusal):
    """A round is not signed while a mark of somebody in conflict may count."""

    code = "conflicts_unsettled"
    message = (
        "Còn phiếu của giám khảo vướng xung đột lợi ích chưa được quyết định, "
        "hoặc đang chờ người chấm thứ ba. Hãy xử lý ở trang Xung đột lợi ích rồi chốt."
    )


class LateConflict(BaseModel):
    """A judge and a script that should not have met. For the written round its id is the sheet's."""

    id: str
    contest_id: str
    round: str
    entry_id: str
    judge_id: str
    cause: Cause
    found_at: AwareDatetime
    state: State = State.UNDECIDED
    decided_by: str = ""
    decided_at: AwareDatetime | None = None

    def choices(self, sheet: SheetState, *, third_reader: bool, signed: bool) -> list[Choice]:
        """What may be decided now; the third reader is the contest's own rule, for marks that are sealed."""
        if signed or self.state not in (State.UNDECIDED, State.THIRD_PENDING):
            return []
        may_third = third_reader and self.round != FINAL and sheet is SheetState.SEALED
        return [Choice.SET_ASIDE, *([Choice.THIRD] if may_third and self.state is State.UNDECIDED else [])]

    def decide(self, choice: Choice, offered: list[Choice], *, by: str, at: datetime) -> None:
        """Raises OwnCase, NotOpen, ChoiceInvalid."""
        if by == self.judge_id:
            raise OwnCase
        if not offered:
            raise NotOpen
        if choice not in offered:
            raise ChoiceInvalid(field="choice")
        self.state = State.SET_ASIDE if choice is Choice.SET_ASIDE else State.THIRD_PENDING
        self.decided_by, self.decided_at = by, at
