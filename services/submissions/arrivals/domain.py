"""The ways in which an entry comes, and a paper with its scans, its postmark and the state of its transcription. Pure."""

from datetime import date
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, Field

from services.submissions.eligibility.domain import PaperVerdict, paper_in_time
from services.submissions.files.domain import Attachment
from services.submissions.rules.domain import Timetable
from shared.errors import Refusal


class NotTranscribed(Refusal):
    """The jury reads text, and what one person typed another must have compared with the scan."""

    code = "not_transcribed"
    message = (
        "Bài giấy này chưa có bản chép được đối chiếu nên chưa tiếp nhận được. Hãy hoàn thành việc chép bài trước."
    )


class PaperLate(Refusal):
    """It came too late by the rules of the contest; the desk has written it down all the same."""

    code = "paper_late"


class AuthorIsTyping(Refusal):
    """The author changes the paper's words online at this moment."""

    code = "author_is_typing"
    message = "Người dự thi đang tự nhập bài này trên mạng. Hãy chờ họ nộp, hoặc liên hệ với họ trước."


class Channel(StrEnum):
    """How an entry came."""

    ONLINE = "online"
    DESK = "desk"
    POST = "post"
    EMAIL = "email"
    COMMUNE = "commune"


CHANNELS = {
    Channel.ONLINE: "Trực tuyến",
    Channel.DESK: "Nộp tại quầy",
    Channel.POST: "Qua bưu điện",
    Channel.EMAIL: "Qua thư điện tử",
    Channel.COMMUNE: "Qua UBND xã, phường",
}


class Transcript(StrEnum):
    """How far the text of a paper is."""

    WAITING = "to_transcribe"
    TYPED = "typed"
    SENT_BACK = "typed_sent_back"
    CHECKED = "checked"
    OWN = "typed_by_author"
    """The author typed the words, on this site or in the online entry that the paper was joined with."""


TRANSCRIPTS = {
    Transcript.WAITING: "Chờ chép",
    Transcript.TYPED: "Đã chép, chờ đối chiếu",
    Transcript.SENT_BACK: "Trả lại người chép",
    Transcript.CHECKED: "Đã đối chiếu",
    Transcript.OWN: "Tác giả tự nhập",
}


class Paper(BaseModel):
    """A paper as the desk received it. Its scans are evidence and never go to the jury: handwriting names its author."""

    received_at: AwareDatetime
    postmark: date | None = None
    pages: int = 1
    handwritten: bool = False
    envelope: Attachment | None = None
    scans: list[Attachment] = Field(default=[])
    transcript: Transcript = Transcript.WAITING

    @property
    def files(self) -> list[Attachment]:
        """The envelope and the scans."""
        return [*([self.envelope] if self.envelope else []), *self.scans]

    @property
    def readable(self) -> bool:
        """Whether its words are typed, by the author or by one person and checked by another."""
        return self.transcript in (Transcript.CHECKED, Transcript.OWN)

    def verdict(self, times: Timetable) -> PaperVerdict:
        """Whether it is in time, by the timetable as it is now. Raises PostmarkAfterArrival."""
        return paper_in_time(times, received_at=self.received_at, postmark=self.postmark)


def check_acceptable(channels: list[Channel], paper: Paper | None, times: Timetable) -> None:
    """What a paper must be before the formal check may accept it. Raises PaperLate, NotTranscribed."""
    if paper is None:
        return
    verdict = paper.verdict(times)
    if Channel.ONLINE not in channels and not verdict.in_time:
        raise PaperLate(f"Bài giấy đến ngoài thời hạn nên không tiếp nhận được. {verdict.reason}")
    if not paper.readable:
        raise NotTranscribed
