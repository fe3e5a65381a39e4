"""`python -m deploy verify-register FILE`: checks sealed days of a register, without the system or a network.

The arithmetic is `shared.seals`, the same code that sealed; what is said, and how it is laid out, is here.
"""

import json
from dataclasses import asdict, dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

from shared import recount, seals
from shared.seals import Fault

_SAID = {
    "line": "dòng sổ bị sửa: nội dung không khớp mã băm của dòng",
    "content": "ngày bị sửa: nội dung không khớp mã băm của niêm phong",
    "chain": "không nối vào niêm phong ngày trước",
    "number": "thiếu hoặc thừa ngày: số thứ tự niêm phong không liền nhau",
    "register": "niêm phong của một sổ khác",
    "form": "cách viết của tệp khác với bản đã niêm phong (dạng chuẩn)",
}
_NEAR = 20


class Outcome(IntEnum):
    """The exit status."""

    INTACT = 0
    ALTERED = 1
    UNREADABLE = 2


@dataclass(slots=True)
class Report:
    """What was found. No fault and nothing unreadable means that the file is as it was sealed."""

    days: int = 0
    first: str = ""
    last: str = ""
    lines: int = 0
    head: str = ""
    """The hash of the last day: to be held against the page of seals, or the one written down on paper."""
    faults: list[Fault] = field(default_factory=list)
    unreadable: str = ""

    @property
    def outcome(self) -> Outcome:
        """The exit status."""
        if self.unreadable:
            return Outcome.UNREADABLE
        return Outcome.ALTERED if self.faults else Outcome.INTACT


def examine(content: bytes) -> Report:
    """Check all days of a file, and go on after the first fault."""
    try:
        parsed: Any = json.loads(content.decode("utf-8"))
        chain = parsed if isinstance(parsed, list) else [parsed]
        if not chain or any(one["format"] not in seals.FORMATS for one in chain):
            return Report(unreadable="tệp không phải là niêm phong của sổ tiếp nhận")
        report = Report(len(chain), chain[0]["day"], chain[-1]["day"], sum(len(one["lines"]) for one in chain))
        report.head, report.faults = str(chain[-1]["hash"]), seals.faults(chain)
        written = recount.canonical(parsed)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return Report(unreadable=f"tệp không đọc được: {type(error).__name__} {error}"[:200])
    if written != content:
        report.faults.append(_other_form(written, content, report.first))
    return report


def _other_form(wanted: bytes, found: bytes, day: str) -> Fault:
    """Where two ways of writing the same part."""
    place = next((n for n, pair in enumerate(zip(wanted, found, strict=False)) if pair[0] != pair[1]), 0)
    near = [part[max(0, place - _NEAR) : place + _NEAR].decode(errors="replace") for part in (wanted, found)]
    return Fault(day, "form", near[0], near[1])


def verify(path: Path, *, as_json: bool = False) -> int:
    """Print what was found, for people or as JSON; 0 when the file is as it was sealed, 1 altered, 2 unreadable."""
    try:
        report = examine(Path(path).read_bytes())
    except OSError as error:
        report = Report(unreadable=f"không đọc được tệp: {error}")
    if as_json:
        print(json.dumps({"outcome": report.outcome.name.lower(), **asdict(report)}, ensure_ascii=False, indent=1))
    else:
        print("\n".join(_told(report)))
    return int(report.outcome)


def _told(report: Report) -> list[str]:
    if report.unreadable:
        return [f"KHÔNG ĐỌC ĐƯỢC / unreadable: {report.unreadable}"]
    said = [f"  {report.days} ngày ({report.first} đến {report.last}), {report.lines} dòng thay đổi"]
    for fault in report.faults:
        where = f"ngày {fault.day}" + (f", số vào sổ {fault.line} (dòng thứ {fault.place})" if fault.line else "")
        said += [
            f"  SAI {where}: {_SAID[fault.what]}",
            f"      phải là: {fault.expected}",
            f"      tìm thấy: {fault.found}",
        ]
    said.append(f"  mã băm cuối chuỗi: {report.head}")
    if report.faults:
        return [*said, f"ĐÃ BỊ SỬA / altered: {len(report.faults)} chỗ không khớp."]
    return [*said, "NGUYÊN VẸN / intact. Hãy đối chiếu mã băm với trang Niêm phong sổ."]
