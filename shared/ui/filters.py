"""How numbers, dates and sizes are written on Vietnamese screens. Pure: every function takes the instant it needs."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import phonenumbers
from markupsafe import Markup

from shared import written_dates
from shared.clock import HANOI, local
from shared.written_dates import FIRST_YEAR, LAST_YEAR

_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
# Widest unit first; seconds below a minute are "vừa xong".
_STEPS = ((86_400, "ngày"), (3_600, "giờ"), (60, "phút"))
_AFTER_THIS_SHOW_THE_DATE = timedelta(days=30)
_KIBI = 1024
_OURS = 84
"""What a telephone number of this country begins with abroad."""


def _day_month_year(day: date) -> str:
    # Nghị định 30/2020/NĐ-CP, Phụ lục I: days below 10 and months 1 and 2 carry a leading zero, other months do not.
    month = f"{day.month:02d}" if day.month in {1, 2} else str(day.month)
    return f"{day.day:02d}/{month}/{day.year}"


def _wall(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone cannot be shown: Mongo must be read with tz_aware=True")
    return local(instant)


def vn_date(value: date | datetime | None) -> str:
    """`05/3/2019`; an instant is first moved to the Hanoi wall clock. None is an en dash."""
    if value is None:
        return "–"
    return _day_month_year(_wall(value) if isinstance(value, datetime) else value)


def vn_time(value: datetime) -> str:
    """`10:32` on the Hanoi wall clock."""
    return f"{_wall(value):%H:%M}"


def vn_datetime(value: datetime | None) -> str:
    """`10:32 ngày 05/3/2019` on the Hanoi wall clock. None is an en dash."""
    if value is None:
        return "–"
    wall = _wall(value)
    return f"{wall.hour:02}:{wall.minute:02} ngày {_day_month_year(wall)}"


def vn_moment(value: datetime) -> str:
    """`10:32 thứ Ba, ngày 05/3/2019`: for deadlines, where a wrong weekday is noticed."""
    return f"{vn_time(value)} {_WEEKDAYS[_wall(value).weekday()]}, ngày {vn_date(value)}"


def _length(span: timedelta) -> str | None:
    seconds = int(span.total_seconds())
    for size, unit in _STEPS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return None


def relative_time(value: datetime, now: datetime) -> str:
    """`3 phút trước`, `còn 2 ngày`, `vừa xong`; the date itself once it is more than 30 days off."""
    span = now - value
    if abs(span) > _AFTER_THIS_SHOW_THE_DATE:
        return vn_date(value)
    if span < timedelta(0):
        length = _length(-span)
        return f"còn {length}" if length else "còn chưa đến 1 phút"
    length = _length(span)
    return f"{length} trước" if length else "vừa xong"


def time_left(deadline: datetime, now: datetime) -> str:
    """`còn 2 ngày 3 giờ`, `còn 3 giờ 5 phút`, `còn 4 phút`: two units at most, the same words as `countdown.js`."""
    seconds = max(0, int((deadline - now).total_seconds()))
    counts = []
    for size, unit in _STEPS:
        counts.append((seconds // size, unit))
        seconds %= size
    first = next((place for place, (count, _) in enumerate(counts) if count), None)
    if first is None:
        return "còn chưa đến 1 phút"
    return "còn " + " ".join(f"{count} {unit}" for count, unit in counts[first : first + 2] if count)


def vn_number(value: Decimal | float | None, places: int | None = None) -> str:
    """`1.234,50`: dot for thousands, comma for decimals. A Decimal keeps its own scale unless `places` is given."""
    if value is None:
        return "–"
    if isinstance(value, int) and places is None:
        return f"{value:,}".replace(",", ".").replace("-", "−")
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    text = f"{number:,f}" if places is None else f"{number:,.{places}f}"
    return text.replace(",", "\x00").replace(".", ",").replace("\x00", ".").replace("-", "−")


def inside(value: str) -> str:
    """Words as they stand inside a sentence: `qua UBND xã`, not `qua ubnd xã`."""
    return value[:1].lower() + value[1:]


def vn_phone(value: str) -> str:
    """`0912 345 678` from `+84912345678`: as numbers are written and read out here; whatever is none stays as it is."""
    if not value.removeprefix("+").isdigit():
        return value
    try:
        number = phonenumbers.parse(value, "VN")
    except phonenumbers.NumberParseException:
        return value
    forms = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, forms.NATIONAL if number.country_code == _OURS else forms.INTERNATIONAL)


def breakable(value: str) -> Markup:
    """An e-mail address that may go on below after its sign, where a column is narrow."""
    return Markup("@<wbr>").join(value.split("@"))


def file_size(value: int) -> str:
    """`1,2 MB` from a number of bytes."""
    size, unit = float(value), "B"
    for unit in ("B", "KB", "MB", "GB"):
        if size < _KIBI or unit == "GB":
            break
        size /= _KIBI
    return f"{vn_number(size, 0 if unit in ('B', 'KB') or size.is_integer() else 1)} {unit}"


def iso(value: datetime) -> str:
    """ISO 8601 with the Hanoi offset, for `datetime=` attributes."""
    return _wall(value).isoformat(timespec="seconds")


def hanoi_input(value: datetime | None) -> str:
    """`2019-03-05T10:32`: the value of a datetime-local field. `read_hanoi_input` is its inverse."""
    return "" if value is None else f"{_wall(value):%Y-%m-%dT%H:%M}"


def read_hanoi_input(typed: str) -> datetime:
    """The instant that a datetime-local field meant; ValueError when it is not a date and time.

    A program that sends its zone along means that zone. Where a browser has no such field, people write as they write.
    """
    try:
        moment = datetime.fromisoformat(typed.strip())
    except ValueError:
        written = written_dates.read(typed)
        if written is None or written.at is None:
            raise
        moment = datetime.combine(written.day, written.at)
    return moment if moment.tzinfo else moment.replace(tzinfo=HANOI)


def typed_instant(typed: Any) -> Any:
    """What a datetime-local field of a form meant, for a validator: blank is None, what is no instant stays as it is."""
    if not isinstance(typed, str):
        return typed
    try:
        moment = read_hanoi_input(typed) if typed.strip() else None
    except ValueError:
        return typed
    if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"Năm phải từ {FIRST_YEAR} đến {LAST_YEAR}.")
    return moment
