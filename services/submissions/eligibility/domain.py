"""Why somebody may not enter, in words, and whether a paper entry is in time. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from pydantic import BaseModel

from services.submissions.people.domain import Account, Kind
from services.submissions.rules.domain import EntrantGroup, Rules, Timetable
from services.submissions.units.domain import Unit, level_words
from shared.clock import local
from shared.errors import Invalid, Refusal
from shared.ui.filters import vn_date, vn_moment

KINDS = {
    Kind.RESIDENT: "người dân",
    Kind.ORGANISATION: "cơ quan, tổ chức, doanh nghiệp",
    Kind.OFFICIAL: "cán bộ, công chức, viên chức",
}
ROLES = {
    "organiser": "Ban Tổ chức",
    "chair": "Trưởng ban Giám khảo",
    "judge": "giám khảo",
    "secretary": "Tổ thư ký",
}
_ID_NUMBER_MISSING = (
    "Cuộc thi này cần số căn cước của người dự thi. Hãy điền ở Tài khoản, mục Hồ sơ, rồi quay lại nộp bài."
)


class NotEligible(Invalid):
    """The rules of this contest do not let these people enter, or not in this group."""

    code = "not_eligible"
    message = "Thể lệ không cho phép dự thi như vậy. Nội dung đã lưu vẫn còn nguyên."


class PostmarkAfterArrival(Refusal):
    """Nobody receives a letter before it is posted."""

    code = "postmark_after_arrival"
    status = 422
    message = "Ngày trên dấu bưu điện không thể sau ngày nhận được bài."


class Entrant(BaseModel):
    """Somebody as the rules see them on one day."""

    account: Account
    roles: list[str] = []
    """Held in this contest, or everywhere."""
    unit: Unit | None = None
    """The unit of the account; what stands for it on the day is in `standing`."""
    standing: list[Unit] = []
    day: date

    @property
    def unit_on_the_day(self) -> Unit | None:
        """None without a unit, and when several took over from it: nobody knows which is meant."""
        return self.standing[0] if len(self.standing) == 1 else None

    @property
    def unit_ids(self) -> list[str]:
        """What is kept with the entry; a unit that the tree does not know on the day stands for itself."""
        own = self.account.unit_id
        return [unit.id for unit in self.standing] or ([] if own is None else [own])


class GroupStand(BaseModel):
    """A group of the contest for one person: open when there are no reasons."""

    group: EntrantGroup
    reasons: list[str]


class Standing(BaseModel):
    """What a contest says to one person before anything is typed."""

    reasons: list[str]
    """Why the person may not enter at all."""
    groups: list[GroupStand]

    @property
    def open(self) -> bool:
        """Whether there is a group to enter in."""
        return not self.reasons and any(not one.reasons for one in self.groups)


def standing(rules: Rules, entrant: Entrant) -> Standing:
    """Every group with its reasons."""
    groups = [GroupStand(group=group, reasons=list(_of_group(group, entrant))) for group in rules.entrant_groups]
    return Standing(reasons=list(_excluded(rules, entrant)), groups=groups)


def check(rules: Rules, group_id: str, entrants: Sequence[Entrant]) -> None:
    """At hand-in. Raises NotEligible with every reason."""
    faults = list(_faults(rules, group_id, entrants))
    if rules.asks_id_number:
        faults += [
            ("", _whose(one, entrants) + _ID_NUMBER_MISSING) for one in entrants if not one.account.id_number_mark
        ]
    _refuse(faults)


def check_beginning(rules: Rules, group_id: str, entrant: Entrant) -> None:
    """Raises NotEligible: not in this group, or, when none is chosen yet, in no group at all."""
    faults, stand = list(_faults(rules, group_id, [entrant])), standing(rules, entrant)
    if not faults and not group_id and not stand.open:
        faults = [("entrant_group", f"{one.group.title}: {text}") for one in stand.groups for text in one.reasons]
    _refuse(faults)


def _refuse(faults: Sequence[tuple[str, str]]) -> None:
    if faults:
        raise NotEligible([{"code": "not_eligible", "field": field, "text": text} for field, text in faults])


def objections(rules: Rules, group_id: str, entrants: Sequence[Entrant]) -> list[str]:
    """The same reasons for whoever reads the entry later; somebody may have become a judge since."""
    return list(dict.fromkeys(text for _, text in _faults(rules, group_id, entrants)))


def _faults(rules: Rules, group_id: str, entrants: Sequence[Entrant]) -> Iterator[tuple[str, str]]:
    for entrant in entrants:
        yield from (("", _whose(entrant, entrants) + text) for text in _excluded(rules, entrant))
    group = next((one for one in rules.entrant_groups if one.id == group_id), None)
    if group is None:  # not chosen yet: completeness is another rule's affair
        return
    if len(entrants) > group.max_authors:
        text = f"Nhóm “{group.title}” nhận bài của nhiều nhất {group.max_authors} tác giả; bài này có {len(entrants)}."
        yield "entrant_group", text
    for entrant in entrants:
        whose = _whose(entrant, entrants)
        yield from (("entrant_group", f"{whose}{group.title}: {text}") for text in _of_group(group, entrant))


def _whose(entrant: Entrant, entrants: Sequence[Entrant]) -> str:
    """Among several authors a reason says whose it is."""
    return f"{entrant.account.name}: " if len(entrants) > 1 else ""


def _excluded(rules: Rules, entrant: Entrant) -> Iterator[str]:
    excluded = rules.excluded
    held = [ROLES[role] for role in excluded.roles if role in entrant.roles]
    if held:
        yield f"Người giữ việc {' và '.join(held)} trong cuộc thi này không được dự thi."
    note = f" {excluded.note}" if excluded.note else ""
    if entrant.account.id in excluded.person_ids:
        yield f"Tài khoản này có tên trong danh sách không được dự thi.{note}"
    own = {unit.id for unit in (*entrant.standing, *([entrant.unit] if entrant.unit else []))}
    if not own.isdisjoint(excluded.unit_ids):
        yield f"Người của đơn vị này không được dự thi.{note}"


def _of_group(group: EntrantGroup, entrant: Entrant) -> Iterator[str]:
    kind = entrant.account.kind
    if group.kinds and kind not in group.kinds:
        wanted = " hoặc ".join(KINDS[Kind(one)] for one in group.kinds)
        yield f"chỉ dành cho {wanted}; tài khoản này là {KINDS[kind]}."
    if group.unit_levels:
        yield from _of_unit(group.unit_levels, entrant)


def _of_unit(levels: Sequence[str], entrant: Entrant) -> Iterator[str]:
    wanted = "chỉ nhận người của " + ", ".join(level_words(level).lower() for level in levels)
    unit = entrant.unit_on_the_day
    if entrant.unit is None:
        yield f"{wanted}; tài khoản này chưa chọn đơn vị. Hãy chọn ở Tài khoản, mục Hồ sơ."
    elif unit is None:
        day = vn_date(entrant.day)
        yield f"{wanted}; {entrant.unit.name} không còn là đơn vị vào ngày {day}. Hãy chọn đơn vị hiện nay ở Tài khoản, mục Hồ sơ."
    elif unit.level not in levels:
        yield f"{wanted}; {unit.name} là {level_words(unit.level).lower()}."


class PaperVerdict(BaseModel):
    """Whether a paper entry counts, and the rule that says so."""

    in_time: bool
    by: str
    """`arrival` or `postmark`, whichever decided."""
    reason: str


def paper_in_time(times: Timetable, *, received_at: datetime, postmark: date | None = None) -> PaperVerdict:
    """Arrival before the closing instant counts; else the day of a readable postmark, where the rules say so.

    The closing instants themselves are too late; the postmark has a day only, so its last day counts whole.
    Raises PostmarkAfterArrival.
    """
    if postmark is not None and postmark > local(received_at).date():
        raise PostmarkAfterArrival(field="postmark")
    if received_at < times.opens_at:
        return _late("arrival", f"Đến trước khi cuộc thi mở nhận bài ({vn_moment(times.opens_at)}).")
    if received_at < times.closes_at:
        return PaperVerdict(in_time=True, by="arrival", reason=f"Đến nơi trước hạn {vn_moment(times.closes_at)}.")
    if times.postmark_until is None:
        return _late("arrival", f"Đến nơi sau hạn {vn_moment(times.closes_at)}; thể lệ không tính theo dấu bưu điện.")
    if postmark is None:
        return _late("arrival", "Đến nơi sau hạn nộp và không có dấu bưu điện đọc được.")
    return _posted(postmark, local(times.postmark_until).date(), times.received_until, received_at)


def _posted(postmark: date, last_day: date, received_until: datetime | None, received_at: datetime) -> PaperVerdict:
    if postmark > last_day:
        return _late("postmark", f"Dấu bưu điện ngày {vn_date(postmark)}, sau hạn {vn_date(last_day)}.")
    if received_until is not None and received_at >= received_until:
        return _late("arrival", f"Gửi đúng hạn nhưng đến sau hạn nhận bài giấy {vn_moment(received_until)}.")
    reason = f"Dấu bưu điện ngày {vn_date(postmark)}, trong hạn {vn_date(last_day)}."
    return PaperVerdict(in_time=True, by="postmark", reason=reason)


def _late(by: str, reason: str) -> PaperVerdict:
    return PaperVerdict(in_time=False, by=by, reason=reason)
