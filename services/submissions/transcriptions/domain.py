"""A transcription: typed, handed over, confirmed or sent back by somebody who did not type. Pure."""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, Field

from services.submissions.arrivals.domain import Transcript
from services.submissions.texts.domain import Words
from shared.errors import Invalid, Refusal
from shared.redaction import hide

ILLEGIBLE = "[không đọc được]"
"""What a typist writes for words that cannot be read."""


class SameHand(Refusal):
    """Whoever typed sees what they meant to type."""

    code = "same_hand"
    message = "Người chép không tự đối chiếu bản của mình. Hãy nhờ một người khác trong Tổ thư ký."


class NotTyping(Refusal):
    """It was handed over, checked, or the author typed it: nothing is typed now."""

    code = "not_typing"
    message = "Bản chép không ở bước đang chép: có thể người khác vừa chuyển bước. Hãy tải lại trang."


class NotToCheck(Refusal):
    """There is nothing to compare with the scan."""

    code = "not_to_check"
    message = "Bản chép không ở bước chờ đối chiếu: có thể người khác vừa xử lý. Hãy tải lại trang."


class NoScan(Refusal):
    """Without a scan nobody can compare."""

    code = "no_scan"
    status = 422
    message = "Bài chưa có bản quét nên không ai đối chiếu được. Hãy thêm bản quét ở trang bài giấy trước."


class Nothing(Refusal):
    """An empty text is not handed over."""

    code = "nothing_typed"
    status = 422
    message = f"Chưa chép chữ nào. Chỗ không đọc được thì ghi {ILLEGIBLE}."


class Act(StrEnum):
    """What was done with it."""

    HANDED_OVER = "handed_over"
    SENT_BACK = "sent_back"
    CONFIRMED = "confirmed"
    REOPENED = "reopened"


ACTS = {
    Act.HANDED_OVER: "Chuyển đối chiếu",
    Act.SENT_BACK: "Trả lại người chép",
    Act.CONFIRMED: "Xác nhận đúng bản quét",
    Act.REOPENED: "Mở lại để sửa",
}


class Step(BaseModel):
    """Who did what, and what they remarked."""

    act: Act
    by: str
    at: AwareDatetime
    remark: str = ""


class Transcription(Words):
    """The text while it is typed and checked."""

    id: str
    """The entry's."""
    version: int = 0
    contest_id: str
    state: Transcript = Transcript.WAITING
    typists: list[str] = Field(default=[])
    """Whoever typed in it since it was confirmed last, the last one at the end."""
    checker: str = ""
    steps: list[Step] = Field(default=[])
    saved_at: AwareDatetime | None = None

    @property
    def remark(self) -> str:
        """Why it was sent back last."""
        return next((one.remark for one in reversed(self.steps) if one.act is Act.SENT_BACK), "")

    @property
    def illegible(self) -> int:
        """How many places could not be read."""
        return sum(text.count(ILLEGIBLE) for text in self.parts.values())

    def has_done(self, act: Act, version: int, by: str) -> bool:
        """Whether this is the text right after that step at `version`: its answer got lost, or a button was pressed twice."""
        return self.version == version + 1 and bool(self.steps) and (self.steps[-1].act, self.steps[-1].by) == (act, by)

    def write(self, words: Words, *, by: str, at: datetime) -> None:
        """Take what was typed. Raises NotTyping."""
        if self.state not in (Transcript.WAITING, Transcript.SENT_BACK):
            raise NotTyping
        if not self.same_words(words):
            self.typists = [*(one for one in self.typists if one != by), by]
            self.saved_at = at
        for name in Words.model_fields:
            setattr(self, name, getattr(words, name))

    def hand_over(self, *, scanned: bool, by: str, at: datetime) -> None:
        """To somebody else, for comparing with the scan. Raises NotTyping, NoScan, Nothing."""
        if self.state not in (Transcript.WAITING, Transcript.SENT_BACK):
            raise NotTyping
        if not scanned:
            raise NoScan
        if not any(text.strip() for text in self.parts.values()):
            raise Nothing
        if not self.typists:
            self.typists = [by]
        self._step(Act.HANDED_OVER, Transcript.TYPED, by=by, at=at)

    def handed_over(self, words: Words, by: str) -> bool:
        """Whether somebody gave just these words on: a button pressed twice says them, and an older version, again."""
        own = {"entrant_group": self.entrant_group, "content_group": self.content_group}
        same = self.same_words(words.model_copy(update=own))
        return self.state is Transcript.TYPED and self.steps[-1].by == by and same

    def check_hand(self, by: str) -> None:
        """Raises NotToCheck, SameHand."""
        if self.state is not Transcript.TYPED:
            raise NotToCheck
        if by in self.typists:
            raise SameHand

    def send_back(self, remark: str, *, by: str, at: datetime) -> None:
        """It is not what the scan says. Raises NotToCheck, SameHand, Invalid."""
        self.check_hand(by)
        if not remark.strip():
            raise Invalid([{"field": "remark", "text": "Hãy ghi chỗ nào chưa đúng bản quét."}])
        self._step(Act.SENT_BACK, Transcript.SENT_BACK, by=by, at=at, remark=remark)

    def confirm(self, *, by: str, at: datetime) -> None:
        """It says what the scan says. Raises NotToCheck, SameHand."""
        self.check_hand(by)
        self.checker = by
        self._step(Act.CONFIRMED, Transcript.CHECKED, by=by, at=at)

    def reopen(self, *, by: str, at: datetime) -> None:
        """Something must be changed: another check follows. Raises NotToCheck."""
        if self.state not in (Transcript.TYPED, Transcript.CHECKED):
            raise NotToCheck
        if self.state is Transcript.CHECKED:
            self.typists, self.checker = [], ""
        self._step(Act.REOPENED, Transcript.WAITING, by=by, at=at)

    def _step(self, act: Act, state: Transcript, *, by: str, at: datetime, remark: str = "") -> None:
        self.state = state
        self.steps.append(Step(act=act, by=by, at=at, remark=remark))

    def forgotten(self, words: list[str], *, all_words: bool) -> "Transcription":
        """Without the author; with `all_words` nothing that was typed stays."""
        text = {part: "" if all_words else hide(said, words) for part, said in self.parts.items()}
        steps = [one.model_copy(update={"remark": hide(one.remark, words)}) for one in self.steps]
        title = "" if all_words else hide(self.title, words)
        return self.model_copy(update={"title": title, "parts": text, "steps": steps})
