"""The head of a printed document after Decree 30/2020/NĐ-CP, annex I: whose it is, its symbol, place and date. Pure."""

from datetime import datetime

from pydantic import BaseModel

from services.submissions.contests.domain import Contest
from shared.clock import local

_PADDED_MONTHS = 2
_PADDED_DAYS = 9


RECEIVERS = {
    "STN": ("Ban Tổ chức", "Tổ thư ký", "Lưu: VT, hồ sơ cuộc thi"),
    "PTN": ("Người nộp", "Lưu: VT, hồ sơ bài dự thi"),
}
"""Who gets a copy, and last where one is filed, by the kind of document (Decree 30, annex I, II.9)."""


class Head(BaseModel):
    """What stands above the title."""

    parent: str
    """The body that the organisers act for; empty when the contest names no plan."""
    body: str
    symbol: str
    place_and_date: str
    receivers: list[str] = []
    """The lines under “Nơi nhận”, as they end: a semicolon each, a full stop the last."""


def place_and_date(place: str, at: datetime) -> str:
    """`Hà Nội, ngày 05 tháng 02 năm 2026`: days under 10 and the months 1 and 2 get a nought (Decree 30, annex I, II.4)."""
    day = local(at).date()
    days = f"{day.day:02}" if day.day <= _PADDED_DAYS else str(day.day)
    months = f"{day.month:02}" if day.month <= _PADDED_MONTHS else str(day.month)
    return f"{place}, ngày {days} tháng {months} năm {day.year}"


def head(contest: Contest | None, kind: str, place: str, at: datetime) -> Head:
    """Of a document of this kind (`STN` register, `PTN` receipt); its number is given by hand, as an office does."""
    return Head(
        parent=contest.plan.issuer if contest and contest.plan else "",
        body=f"Ban Tổ chức {contest.short_name}" if contest else "Ban Tổ chức cuộc thi",
        symbol=f"/{kind}-BTC",
        place_and_date=place_and_date(place, at),
        receivers=[*(f"{one};" for one in RECEIVERS[kind][:-1]), f"{RECEIVERS[kind][-1]}."],
    )
