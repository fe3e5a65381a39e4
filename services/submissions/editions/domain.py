"""An edition, and the difference between two sets of rules in Vietnamese words. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.submissions.rules.domain import Rules
from shared.clock import local

_TRACKS = {"individual": "cá nhân", "collective": "tập thể"}
_KINDS = {"resident": "người dân", "organisation": "cơ quan, tổ chức", "official": "cán bộ, công chức"}
_STAFF = {"organiser": "Ban Tổ chức", "chair": "Trưởng ban Giám khảo", "judge": "giám khảo", "secretary": "Tổ thư ký"}
_MEGABYTE = 1024 * 1024
LABELS = {
    "name": "Tên cuộc thi",
    "short_name": "Tên gọn",
    "year": "Năm",
    "slug": "Đường dẫn",
    "summary": "Lời giới thiệu",
    "plan": "Căn cứ",
    "entrant_groups": "Đối tượng dự thi",
    "excluded": "Người không được dự thi",
    "quotas": "Chỉ tiêu bài của đơn vị",
    "content_groups": "Lĩnh vực nội dung",
    "goals": "Mục tiêu",
    "parts": "Phần của bài viết",
    "form_rules": "Quy định về bài và tệp",
    "asks_id_number": "Số định danh cá nhân",
    "rounds": "Vòng thi",
    "finalists": "Số bài vào chung khảo",
    "presentation_minutes": "Phút trình bày",
    "question_minutes": "Phút hỏi đáp",
    "prizes": "Giải thưởng",
    "complaint_days": "Thời hạn kiến nghị",
    "retention_months": "Thời hạn giữ dữ liệu cá nhân",
    "documents": "Tài liệu công bố",
}
TIMES = {
    "opens_at": "Mở nhận bài",
    "closes_at": "Hạn nộp bài",
    "edit_until": "Hạn sửa bài đã nộp",
    "postmark_until": "Hạn theo dấu bưu điện",
    "received_until": "Hạn bài giấy đến nơi",
    "final_at": "Chung khảo",
}


class Change(BaseModel):
    """One thing that is different now. An empty text: there was none, or there is none."""

    model_config = ConfigDict(frozen=True)

    field: str
    label: str
    before: str
    after: str


class Edition(BaseModel):
    """The rules as they were published once."""

    model_config = ConfigDict(extra="ignore")

    contest_id: str
    number: int
    rules: Rules
    changes: list[Change] = []
    """Against the edition before; the first has none."""
    reason: str = ""
    """Why, where the organiser gave a reason."""
    published_at: AwareDatetime
    by: str


def moment(instant: datetime | None) -> str:
    """`17:00 ngày 15/10/2019` on the Hanoi clock, empty for None."""
    return f"{local(instant):%H:%M ngày %d/%m/%Y}" if instant else ""


def diff(before: Rules, after: Rules) -> list[Change]:
    """What is different in `after`, in the order of the form, item by item where there are lists."""
    return list(_changes(before, after))


def _changes(before: Rules, after: Rules) -> Iterator[Change]:
    for field, label in LABELS.items():
        old, new = getattr(before, field), getattr(after, field)
        if old == new:
            continue
        if isinstance(new, list):
            yield from _of_lists(field, label, old, new)
        else:
            yield Change(field=field, label=label, before=_said(field, old), after=_said(field, new))
    for name, label in TIMES.items():
        was, now = getattr(before.timetable, name), getattr(after.timetable, name)
        if was != now:
            yield Change(field=f"timetable.{name}", label=label, before=moment(was), after=moment(now))


def _of_lists(field: str, label: str, old: list[Any], new: list[Any]) -> Iterator[Change]:
    was, now = {one.id: _item(one) for one in old}, {one.id: _item(one) for one in new}
    for item_id in [*was, *(one for one in now if one not in was)]:
        if was.get(item_id) != now.get(item_id):
            yield Change(field=field, label=label, before=was.get(item_id, ""), after=now.get(item_id, ""))
    if was == now and list(was) != list(now):
        yield Change(
            field=field, label=f"{label} (thứ tự)", before="; ".join(was.values()), after="; ".join(now.values())
        )


def _item(one: Any) -> str:
    """A group, part, prize … on one line."""
    facts = list(_facts(one.model_dump()))
    return f"{one.title} ({', '.join(facts)})" if facts else str(one.title)


def _facts(values: Mapping[str, Any]) -> Iterator[str]:
    if "track" in values:
        yield f"giải {_TRACKS[values['track']]}"
    if values.get("kinds"):
        yield "dành cho " + ", ".join(_KINDS[kind] for kind in values["kinds"])
    if values.get("unit_levels"):
        yield "cấp đơn vị: " + ", ".join(values["unit_levels"])
    yield from _numbers(values)
    if values.get("needs_mandate"):
        yield "cần giấy cử người đại diện"
    if not values.get("required", True):
        yield "không bắt buộc"
    if values.get("description") or values.get("hint") or values.get("note"):
        yield str(values.get("description") or values.get("hint") or values.get("note"))
    if values.get("forms"):
        yield ", ".join(values["forms"])


def _numbers(values: Mapping[str, Any]) -> Iterator[str]:
    if "max_authors" in values:
        yield f"tối đa {values['max_authors']} tác giả"
    if "max_words" in values:
        yield f"tối đa {values['max_words']} từ"
    if "rank" in values:
        yield f"hạng {values['rank']}, {values['count']} giải"
    if "minimum" in values:
        word = "bắt buộc" if values["compulsory"] else "khuyến khích"
        below = ", tính cả đơn vị trực thuộc" if values["count_subunits"] else ""
        yield f"{word} ít nhất {values['minimum']} bài mỗi đơn vị cấp {values['unit_level']}{below}"


def _said(field: str, value: Any) -> str:
    """A value that is no list, in words."""
    if value is None:
        return ""
    match field:
        case "plan":
            return f"số {value.number} ngày {value.date:%d/%m/%Y} của {value.issuer}"
        case "excluded":
            named = len(value.person_ids) + len(value.unit_ids)
            words = [_STAFF[role] for role in value.roles] + ([f"{named} người hoặc đơn vị nêu tên"] if named else [])
            return ", ".join(words + ([value.note] if value.note else []))
        case "form_rules":
            size = f"mỗi tệp không quá {value.max_bytes // _MEGABYTE} MB"
            effects = "; cần ít nhất một hiệu quả bằng số" if value.effects_required else ""
            return f"tên tối đa {value.title_max_words} từ; tối đa {value.max_files} tệp {value.kinds_in_words}, {size}{effects}"
        case "asks_id_number":
            return "Có hỏi" if value else "Không hỏi"
    units = {"complaint_days": " ngày làm việc", "retention_months": " tháng"}
    return f"{value}{units.get(field, '')}"
