"""A request about one's own data: its kinds, its states, and when an answer is due. Pure; working days are `shared`."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from shared import working_days
from shared.errors import Refusal
from shared.text import nfc

DAYS = 2
"""Working days for an answer (Luật 91/2025/QH15, Nghị định 356/2025/NĐ-CP)."""
_MOST_OPEN = 10


class AlreadyAnswered(Refusal):
    """An answer is given once."""

    code = "request_answered"
    message = "Yêu cầu này đã được trả lời. Hãy tải lại trang để xem kết quả."


class AlreadyTaken(Refusal):
    """Somebody is at it."""

    code = "request_taken"
    message = "Yêu cầu này đang được xử lý. Hãy tải lại trang để xem ai đã nhận."


class TooManyOpen(Refusal):
    """The desk reads every request; one person cannot fill it."""

    code = "too_many_requests_open"
    status = 422
    message = "Bạn đang có nhiều yêu cầu chưa được trả lời. Hãy đợi trả lời trước khi gửi thêm."


class Kind(StrEnum):
    """What the law gives a right to."""

    ACCESS = "access"
    CORRECTION = "correction"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    OBJECTION = "objection"


KIND_WORDS = {
    Kind.ACCESS: "Cho xem, cung cấp dữ liệu về tôi",
    Kind.CORRECTION: "Sửa dữ liệu về tôi",
    Kind.ERASURE: "Xóa dữ liệu về tôi",
    Kind.RESTRICTION: "Hạn chế dùng dữ liệu về tôi",
    Kind.OBJECTION: "Phản đối việc dùng dữ liệu về tôi",
}


class State(StrEnum):
    """Where a request stands."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"
    REFUSED = "refused"


OPEN = frozenset({State.RECEIVED, State.IN_PROGRESS})
_composed = BeforeValidator(lambda value: nfc(value) if isinstance(value, str) else value)
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), _composed]


class Asked(BaseModel):
    """What a person fills in."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    text: Words


class Step(BaseModel):
    """Something that happened to a request."""

    state: State
    at: AwareDatetime
    by: str
    note: str = ""


class DataRequest(BaseModel):
    """The aggregate."""

    id: str
    version: int = 0
    person_id: str
    kind: Kind
    text: str
    state: State = State.RECEIVED
    received_at: AwareDatetime
    due_at: AwareDatetime
    answer: str = ""
    steps: list[Step] = []

    @classmethod
    def received(cls, request_id: str, person_id: str, asked: Asked, open_now: int, at: datetime) -> "DataRequest":
        """A new one; the clock starts. Raises TooManyOpen."""
        if open_now >= _MOST_OPEN:
            raise TooManyOpen
        first = Step(state=State.RECEIVED, at=at, by=person_id)
        due = working_days.due(at, DAYS)
        own = {"person_id": person_id, "kind": asked.kind, "text": asked.text, "received_at": at}
        return cls(id=request_id, due_at=due, steps=[first], **own)

    @property
    def in_words(self) -> str:
        """What is asked for."""
        return KIND_WORDS[self.kind]

    @property
    def last_day(self) -> date:
        """The last day on which an answer is in time, to its midnight."""
        return working_days.last_day(self.due_at)

    @property
    def is_open(self) -> bool:
        """Whether an answer is still owed."""
        return self.state in OPEN

    def overdue(self, at: datetime) -> bool:
        """Whether the answer is late, or was."""
        ended = at if self.is_open else self.steps[-1].at
        return ended >= self.due_at

    def take(self, by: str, at: datetime) -> None:
        """Somebody works on it. Raises AlreadyAnswered, AlreadyTaken."""
        if self.state is State.IN_PROGRESS:
            raise AlreadyTaken
        self._step(State.IN_PROGRESS, by, at, "")

    def answered(self, text: str, by: str, at: datetime) -> None:
        """Done as asked. Raises AlreadyAnswered."""
        self._step(State.ANSWERED, by, at, text)

    def refused(self, reason: str, by: str, at: datetime) -> None:
        """Not done, with the reason. Raises AlreadyAnswered."""
        self._step(State.REFUSED, by, at, reason)

    def _step(self, state: State, by: str, at: datetime, note: str) -> None:
        if not self.is_open:
            raise AlreadyAnswered
        self.state, self.answer = state, note if state not in OPEN else ""
        self.steps.append(Step(state=state, at=at, by=by, note=note))

    def forgotten(self) -> None:
        """The person was erased: that there was a request and when it was answered stays, what was written goes."""
        self.text, self.answer = "", ""
        self.steps = [step.model_copy(update={"note": ""}) for step in self.steps]
