"""The purposes people are asked about, each with the versions of its wording, and what holds after a history. Pure."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.errors import Refusal


class UnknownPurpose(Refusal):
    """Consent is for a named purpose only (Luật 91/2025/QH15: specific, for each purpose)."""

    code = "unknown_purpose"
    status = 422
    message = "Không có mục đích này trong danh sách xin đồng ý. Hãy tải lại trang rồi chọn lại."


class WordingChanged(Refusal):
    """Somebody agreed to words that are no longer the ones asked."""

    code = "wording_changed"
    message = "Nội dung xin đồng ý vừa được thay đổi. Hãy đọc lại bản mới rồi quyết định; chưa có gì được ghi."


class Wording(BaseModel):
    """What was asked, word for word, from a day on."""

    model_config = ConfigDict(frozen=True)

    version: int
    since: date
    text: str


class Purpose(BaseModel):
    """One thing people may agree to. `afterwards` says what a withdrawal changes."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    wordings: tuple[Wording, ...]
    afterwards: str
    at_hand_in: bool = False
    """Whether it is also asked on the receipt of an entry."""

    @property
    def now(self) -> Wording:
        """The wording that is asked."""
        return self.wordings[-1]

    def wording(self, version: int) -> str:
        """The words of a version, also of an old one."""
        return next((one.text for one in self.wordings if one.version == version), "")


_FIRST = date(2026, 1, 1)
PURPOSES = (
    Purpose(
        id="publicity",
        title="Giới thiệu bài dự thi",
        wordings=(
            Wording(
                version=1,
                since=_FIRST,
                text="Tôi đồng ý để Ban Tổ chức giới thiệu bài dự thi của tôi, kèm họ tên, trên báo, đài và các kênh "
                "thông tin của Thành phố nhằm tuyên truyền về cải cách hành chính.",
            ),
        ),
        afterwards="Ban Tổ chức không dùng bài của bạn cho bài giới thiệu mới. Bài đã in hoặc đã phát thì không thu hồi được.",
        at_hand_in=True,
    ),
    Purpose(
        id="gallery",
        title="Thư viện sáng kiến công khai",
        wordings=(
            Wording(
                version=1,
                since=_FIRST,
                text="Tôi đồng ý để nội dung bài dự thi của tôi, kèm họ tên, được đăng trong thư viện sáng kiến trên "
                "trang này sau khi có kết quả, cho mọi người cùng đọc và áp dụng.",
            ),
        ),
        afterwards="Bài của bạn không hiện trong thư viện công khai nữa.",
        at_hand_in=True,
    ),
    Purpose(
        id="news",
        title="Tin về các cuộc thi sau",
        wordings=(
            Wording(
                version=1,
                since=_FIRST,
                text="Tôi đồng ý nhận tin về các cuộc thi và hoạt động cải cách hành chính khác của Thành phố qua thư "
                "điện tử hoặc điện thoại đã đăng ký.",
            ),
        ),
        afterwards="Bạn không nhận tin này nữa. Thư về chính bài dự thi của bạn vẫn được gửi.",
    ),
)
_BY_ID = {purpose.id: purpose for purpose in PURPOSES}


class Channel(StrEnum):
    """Where somebody said yes or no."""

    ACCOUNT = "account"
    HAND_IN = "hand_in"


CHANNEL_WORDS = {Channel.ACCOUNT: "Trang Dữ liệu của tôi", Channel.HAND_IN: "Trang biên nhận sau khi nộp bài"}


class Decision(BaseModel):
    """A yes or a no as it comes in."""

    model_config = ConfigDict(extra="forbid")

    purpose: str
    given: bool
    version: int
    """Of the wording that was asked."""
    channel: Channel = Channel.ACCOUNT


class Consent(Decision):
    """One line of the history: given, or withdrawn. Never changed."""

    model_config = ConfigDict(extra="ignore")

    id: str
    person_id: str
    at: AwareDatetime

    @property
    def title(self) -> str:
        """The purpose in words."""
        return _BY_ID[self.purpose].title if self.purpose in _BY_ID else self.purpose

    @property
    def wording(self) -> str:
        """What was asked, word for word."""
        return _BY_ID[self.purpose].wording(self.version) if self.purpose in _BY_ID else ""


def purpose(purpose_id: str) -> Purpose:
    """Raises UnknownPurpose."""
    if purpose_id not in _BY_ID:
        raise UnknownPurpose
    return _BY_ID[purpose_id]


def holding(history: Iterable[Consent]) -> dict[str, Consent]:
    """The consents that hold after a history, oldest first, by purpose; nothing said means no."""
    last = {line.purpose: line for line in history}
    return {name: line for name, line in last.items() if line.given}
