"""Renders every macro of the kit with sample data, for eyes and for browser tests: `python -m shared.ui.preview OUT`.

The folder can be served by any file server; the browser tests serve it with the real content security policy.
"""

import shutil
import sys
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import segno
from markupsafe import Markup

from shared.clock import HANOI
from shared.errors import Refusal
from shared.ui.filters import vn_number
from shared.ui.manifest import DIST
from shared.ui.render import TEMPLATES, environment, render

NOW = datetime(2019, 3, 5, 10, 32, tzinfo=HANOI)
_TITLES = (
    ("Ki-ốt lấy số thông minh tại bộ phận một cửa", "Phường Cửa Nam", "accepted", "86.50"),
    ("Trả kết quả đăng ký khai sinh tại nhà cho sản phụ", "Xã Yên Bài", "submitted", "84.25"),
    ("Zalo nhắc hẹn hồ sơ đất đai sắp đến hạn", "Quận Hoàn Kiếm", "returned", "81"),
    ("Một tờ khai dùng chung cho ba thủ tục liên thông sau khi kết hôn", "Phường Bồ Đề", "marking", "79.5"),
    ("Tổ công nghệ cộng đồng đến từng nhà", "Xã Ô Diên", "sealed", "78"),
    ("Bản đồ cây xanh do người dân cùng cập nhật", "Huyện Ứng Hòa", "withdrawn", "77.75"),
)


def _choices(*texts: str) -> list[dict[str, str]]:
    return [{"value": str(place), "text": text} for place, text in enumerate(texts, 1)]


def _form() -> dict[str, Any]:
    return {
        "values": {
            "title": 'Ki-ốt "một chạm"', "summary": "Người dân quét mã rồi chọn thủ tục. " * 4, "group": "2", "kind": "1",
            "goals": ["1", "3"], "born_day": "31", "born_month": "2", "born_year": "1990", "novelty": "21,5", "use": "40",
        },
        "errors": [
            {"field": "summary", "text": "Tóm tắt dài hơn 20 từ. Hãy rút gọn."},
            {"field": "born", "text": "Tháng 2 không có ngày 31."},
            {"field": "kind", "text": "Chọn tư cách dự thi."},
            {"field": "use", "text": "Điểm cao nhất của tiêu chí này là 35."},
        ],
        "groups": _choices("Đơn giản hóa thủ tục", "Dịch vụ công trực tuyến", "Thái độ phục vụ"),
        "kinds": [{"value": "1", "text": "Cá nhân", "hint": "Người dân, cán bộ, công chức"}, {"value": "2", "text": "Tổ chức"}],
        "goals": _choices("Bớt giấy tờ", "Bớt thời gian chờ", "Bớt đi lại"),
    }  # fmt: skip


def _samples() -> dict[str, Any]:
    rows: list[dict[str, Any]] = [
        {"title": title, "unit": unit, "state": state, "score": Decimal(score), "at": NOW - timedelta(hours=5 * place)}
        for place, (title, unit, state, score) in enumerate(_TITLES)
    ]
    return {
        "rows": rows,
        "board_rows": [row | {"rank": rank, "score": vn_number(row["score"], 2)} for rank, row in enumerate(rows, 1)],
        "marks": [{"name": f"Giám khảo {number}", "done": number < 4} for number in range(1, 6)],  # noqa: PLR2004
        "params": {"q": "một cửa", "sap-xep": "-ten"},
        "deadline": NOW + timedelta(days=12, hours=6, minutes=28),
        "milestones": [
            {"time": NOW - timedelta(days=33), "title": "Phát động cuộc thi", "text": "Kế hoạch 34/KH-UBND"},
            {"time": NOW, "title": "Nhận bài dự thi", "state": "current"},
            {"time": "Tháng 8/2019", "title": "Chung khảo và trao giải", "state": "future"},
        ],
        "bars_of": [
            {"label": unit, "value": value} for unit, value in (("Hoàn Kiếm", 1204), ("Ứng Hòa", 312), ("Ba Vì", 47))
        ],
        "bins": [
            {"label": f"{low}–{low + 10}", "value": value}
            for low, value in zip(range(40, 100, 10), (2, 9, 31, 48, 27, 9), strict=True)
        ],
        "qr": Markup(segno.make("https://example.vn/bien-nhan/7K3M-92QX").svg_inline(omitsize=True, border=1)),  # noqa: S704 - segno's own SVG
        "incident": "01JX-7Q2M-93",
        "status": 503,
        "refusal": Refusal("Hệ thống đang tạm gián đoạn và sẽ tự nối lại."),
        **_form(),
    }


def _frame(path: str) -> dict[str, Any]:
    return {
        "person": SimpleNamespace(id="p1", name="Nguyễn Thị Hường", roles=[(role, "*") for role in ("entrant", "secretary", "judge", "organiser")]),
        "csrf_token": "sample", "csp_nonce": "sample", "request_path": path, "now": NOW, "service": "submissions",
        "flash": [{"kind": "success", "text": "Đã lưu bản nháp lúc 10:32."}], "unread": 3,
    }  # fmt: skip


PATHS = {
    "trang-dau": "/", "bieu-mau": "/bai-du-thi/1", "danh-sach": "/tiep-nhan", "phieu-cham": "/cham-thi/1",
    "bien-nhan": "/bai-du-thi/1/bien-nhan", "bieu-do": "/ket-qua", "su-co": "/loi", "san-khau": "/chung-khao/1",
}  # fmt: skip


def write(out: Path) -> list[str]:
    """Write every sample page and the built assets to `out`; returns the page names."""
    env = environment([TEMPLATES])
    out.mkdir(parents=True, exist_ok=True)
    shutil.copytree(DIST, out / "static/dist", dirs_exist_ok=True)
    for name, path in PATHS.items():
        context = _frame(path) | _samples() | {"back": {"href": "/", "text": "Quay lại"}}
        if name == "trang-dau":
            context |= {"person": None, "flash": [], "back": None}
        (out / f"{name}.html").write_text(render(env, f"preview/{name}.html", **context))
    return list(PATHS)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
