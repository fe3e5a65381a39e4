"""`python -m deploy verify-register FILE`: checks sealed days of a register, without the system or a network.

The arithmetic is `shared.seals`, the same code that sealed; what is said is here.
"""

import json
from pathlib import Path
from typing import Any

from shared import recount, seals
from shared.seals import SealBroken

_FAULTS = {"content": "nội dung khác với mã băm của niêm phong", "chain": "không nối vào niêm phong ngày trước"}


def examine(content: bytes) -> tuple[list[str], list[str]]:
    """What was found, and what is wrong; nothing wrong means that the file is as it was sealed."""
    try:
        parsed: Any = json.loads(content.decode("utf-8"))
        chain = parsed if isinstance(parsed, list) else [parsed]
        if not chain or any(one["format"] != seals.FORMAT for one in chain):
            return [], ["tệp không phải là niêm phong của sổ tiếp nhận"]
        head = seals.check(chain)
    except SealBroken as broken:
        return [], [f"niêm phong ngày {broken.day}: {_FAULTS[broken.what]}"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return [], [f"tệp không đọc được: {type(error).__name__}"]
    if recount.canonical(parsed) != content:
        return [], ["cách viết của tệp khác với bản đã niêm phong (dạng chuẩn)"]
    lines = sum(len(one["lines"]) for one in chain)
    said = f"{len(chain)} ngày ({chain[0]['day']} đến {chain[-1]['day']}), {lines} dòng thay đổi, nguyên vẹn"
    return [said, f"mã băm cuối chuỗi: {head}"], []


def verify(path: Path) -> int:
    """Print what was found; 0 when the file is as it was sealed, 1 otherwise."""
    try:
        lines, faults = examine(Path(path).read_bytes())
    except OSError as error:
        lines, faults = [], [f"không đọc được tệp: {error}"]
    for line in lines:
        print(f"  {line}")
    for fault in faults:
        print(f"  SAI: {fault}")
    print(
        "NGUYÊN VẸN / intact. Hãy đối chiếu mã băm với trang Niêm phong sổ." if not faults else "ĐÃ BỊ SỬA / altered."
    )
    return 1 if faults else 0
