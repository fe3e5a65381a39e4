"""`python -m deploy verify FILE`: counts a published result again from its log, without the system or a network.

The arithmetic is `shared.recount`, the same code that made the result; what is compared, and what is said, is here.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from shared import recount
from shared.recount import ChainBroken, Placed, Rules, TieAcrossPrizes

FORMAT = "sang-kien/result/v1"
_ROUNDS = (("preliminary", "sơ khảo"), ("final", "chung khảo"))
_SHOWN = 300


@dataclass(slots=True)
class Report:
    """What was found. `lines` tells what was counted, `faults` what does not agree; no fault means equal."""

    sha256: str
    log_head: str = ""
    lines: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        """Whether everything agrees."""
        return not self.faults


class Unreadable(ValueError):
    """The bytes are not a published file."""


def _no(what: str) -> NoReturn:
    raise Unreadable(f"số {what} không được phép trong tệp")


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(content.decode("utf-8"), parse_float=_no, parse_constant=_no)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"tệp không đọc được: {error}") from error
    if not isinstance(parsed, dict) or parsed.get("format") != FORMAT:
        raise Unreadable("tệp không phải là tệp kết quả đã công bố")
    return parsed


def examine(content: bytes) -> Report:
    """Count a published file again, all of it: chain, marks, ranks, prizes, and the bytes themselves."""
    report = Report(hashlib.sha256(content).hexdigest())
    try:
        parsed = _parsed(content)
        _check_chain(parsed, report)
        _check_bytes(parsed, content, report)
        if report.equal:
            _check_counting(parsed, report)
    except Unreadable as error:
        report.faults.append(str(error))
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        report.faults.append(f"tệp thiếu hoặc sai cấu trúc: {type(error).__name__} {error}"[:_SHOWN])
    return report


def _check_chain(parsed: Mapping[str, Any], report: Report) -> None:
    log = parsed["log"]
    try:
        head = recount.check_chain(log)
    except ChainBroken as broken:
        report.faults.append(f"dòng nhật ký {broken.n} đã bị sửa: mã băm không khớp")
        return
    report.log_head = head
    report.lines.append(f"chuỗi nhật ký: {len(log)} dòng nguyên vẹn, đầu chuỗi {head}")
    if head != parsed["log_head"]:
        report.faults.append("đầu chuỗi ghi trong tệp khác với đầu chuỗi tính được")


def _check_bytes(parsed: Mapping[str, Any], content: bytes, report: Report) -> None:
    rest = {name: value for name, value in parsed.items() if name != "digest"}
    if recount.digest(rest) != parsed["digest"]:
        report.faults.append("nội dung tệp khác với mã băm ghi trong tệp")
    if recount.canonical(parsed) != content:
        report.faults.append("cách viết của tệp khác với bản đã công bố (dạng chuẩn)")


def _check_counting(parsed: Mapping[str, Any], report: Report) -> None:
    log = parsed["log"]
    _check_sums(log, report)
    _check_rules(parsed, report)
    _check_order(log, report)
    counted = {}
    for round_, name in _ROUNDS:
        counted[round_] = recount.ranking(log, round_, Rules.frozen(log, round_))
        ranked = sum(1 for place in counted[round_] if place.rank is not None)
        gone = sum(1 for place in counted[round_] if place.state == "withdrawn")
        told = f", {gone} bài đã rút" if gone else ""
        report.lines.append(f"vòng {name}: tính lại {len(counted[round_])} bài, {ranked} bài được xếp hạng{told}")
    _check_finalists(log, counted["preliminary"], report)
    _check_result(parsed, counted["final"], report)


def _check_sums(log: Sequence[Mapping[str, Any]], report: Report) -> None:
    scores = [line for line in log if line["kind"] in ("sheet.sealed", "score.given")]
    for line in scores:
        marks = line["data"]["marks"].values()
        if sum(map(Decimal, marks), Decimal(0)) != Decimal(line["data"]["total"]):
            report.faults.append(f"dòng nhật ký {line['n']}: tổng điểm khác với tổng các tiêu chí")
    report.lines.append(f"điểm: cộng lại {len(scores)} phiếu và lần chấm")


def _check_rules(parsed: Mapping[str, Any], report: Report) -> None:
    frozen = {line["round"]: line["data"] for line in parsed["log"] if line["kind"] == "rubric.frozen"}
    if frozen != parsed["rules"]:
        report.faults.append("quy tắc ghi trong tệp khác với quy tắc trong nhật ký")


def _check_order(log: Sequence[Mapping[str, Any]], report: Report) -> None:
    for line in log:
        if line["kind"] == "order.drawn":
            drawn = [slot["entry_id"] for slot in sorted(line["data"]["slots"], key=lambda slot: int(slot["position"]))]
            if recount.running_order(line["data"]["seed"], drawn) != drawn:
                report.faults.append("thứ tự thi khác với kết quả bốc thăm lại từ mã đã ghi")
            report.lines.append(f"thứ tự thi: bốc thăm lại {len(drawn)} bài từ mã {line['data']['seed']}")


def _check_finalists(log: Sequence[Mapping[str, Any]], places: Sequence[Placed], report: Report) -> None:
    named = [line["data"] for line in log if line["kind"] == "finalists.named"]
    if not named:
        report.faults.append("nhật ký không có danh sách vào chung khảo")
        return
    counted = {place.entry_id: place for place in places if place.rank is not None}
    for one in named[-1]["entries"]:
        place = counted.get(one["entry_id"])
        if place is None or (place.rank, place.score) != (one["rank"], Decimal(one["score"])):
            report.faults.append(f"bài {one['entry_id']}: hạng hoặc điểm sơ khảo khác với bản tính lại")
    chosen = {one["entry_id"] for one in named[-1]["entries"]}
    worst = max((one["rank"] for one in named[-1]["entries"]), default=0)
    # Whoever was taken back has no rank, so nobody else may be left out.
    if set(named[-1]["left_out"]) != recount.withdrawn(log, "preliminary"):
        report.faults.append("các bài không xét vào chung khảo khác với các bài đã rút ghi trong nhật ký")
    for entry, place in counted.items():
        passed_over = entry not in chosen and (place.rank or 0) <= worst
        # An equal one may be passed over by a decision with its reason, a better one never.
        if passed_over and ((place.rank or 0) < worst or not named[-1]["reason"]):
            report.faults.append(f"bài {entry} đứng trên bài vào chung khảo nhưng bị bỏ qua")
    report.lines.append(f"vào chung khảo: {len(chosen)} bài, đối chiếu với bảng điểm sơ khảo")


def _check_result(parsed: Mapping[str, Any], places: Sequence[Placed], report: Report) -> None:
    offered = parsed["contest"]["prizes"]
    tracks = {entry["entry_id"]: entry["track"] for entry in parsed["entries"] if "track" in entry}
    try:
        won = recount.prizes(places, tracks, offered)
    except TieAcrossPrizes:
        report.faults.append("có bài bằng điểm nhưng nhận giải khác nhau mà không có quyết định trong nhật ký")
        return
    titles = {prize["id"]: prize["title"] for prize in offered}
    counted = [
        {
            "entry_id": place.entry_id,
            "rank": place.rank,
            "score": recount.plain(place.score),
            "track": tracks[place.entry_id],
            "prize_id": won.get(place.entry_id),
            "prize_title": titles.get(won.get(place.entry_id, "")),
        }
        for place in places
        if place.rank is not None
    ]
    unplaced = [{"entry_id": place.entry_id, "state": place.state} for place in places if place.rank is None]
    result = parsed["result"]
    signed = [line["data"] for line in parsed["log"] if line["kind"] == "result.signed"]
    if (counted, unplaced) != (result["places"], result["unplaced"]):
        report.faults.append("hạng, điểm hoặc giải tính lại khác với kết quả công bố")
    if not signed or any(signed[-1][name] != result[name] for name in ("result_version", "places", "unplaced")):
        report.faults.append("kết quả công bố khác với kết quả đã ký duyệt trong nhật ký")
    report.lines.append(f"kết quả: tính lại {len(counted)} hạng và {len(won)} giải")


def verify(path: Path, *, quiet: bool = False) -> int:
    """Examine the file and, unless `quiet`, print what was found; 0 when everything is equal, 1 otherwise."""
    try:
        report = examine(Path(path).read_bytes())
    except OSError as error:
        report = Report("", faults=[f"không đọc được tệp: {error}"])
    if not quiet:
        _tell(report)
    return 0 if report.equal else 1


def _tell(report: Report) -> None:
    for line in report.lines:
        print(f"  {line}")
    for fault in report.faults:
        print(f"  SAI: {fault}")
    print(f"  SHA-256 của tệp: {report.sha256}")
    if report.equal:
        print("BẰNG NHAU / equal: kết quả tính lại đúng như công bố. Hãy đối chiếu SHA-256 với trang kết quả.")
    else:
        print("KHÁC NHAU / not equal: tệp này không phải là kết quả đã công bố.")
