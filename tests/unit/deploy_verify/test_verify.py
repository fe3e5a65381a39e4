"""A published file: counted again it is equal, and one altered byte anywhere in it is found."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from deploy import verify
from services.judging.results import domain, repository
from services.judging.results.domain import Result, ResultState
from services.judging.scorelog import domain as scorelog
from shared import recount
from shared.events.judging import Place
from shared.events.submissions import ContestPublished

AT = datetime(2019, 11, 15, 1, 30, tzinfo=UTC)
CONTEST = ContestPublished.model_validate(
    {
        "contest_id": "c1", "version": 1, "slug": "sang-kien", "name": "Tìm kiếm sáng kiến", "short_name": "Sáng kiến",
        "year": 2019, "plan": {"issuer": "UBND", "number": "34/KH-UBND", "date": date(2019, 1, 29)},
        "entrant_groups": [], "content_groups": [], "parts": [], "finalists": 2, "presentation_minutes": 10,
        "question_minutes": 5, "timetable": {"opens_at": AT, "closes_at": AT, "edit_until": AT},
        "prizes": [{"id": "p1", "title": "Giải Nhất", "track": "individual", "rank": 1, "count": 1}],
    }
)  # fmt: skip
SEED = "hạt giống"
ORDER = recount.running_order(SEED, ["e1", "e2"])


class Log:
    """A score log in memory."""

    def __init__(self):
        self.head, self.lines = scorelog.start("c1"), []

    def add(self, round_, kind, **data):
        line = scorelog.following(self.head, round_=round_, kind=kind, data=data, by="ai-đó", at=AT)
        self.head = scorelog.Head("c1", line.n, line.hash)
        self.lines.append(line.published())

    def sheet(self, entry, judge, marks):
        marks = {f"t{n}": Decimal(mark) for n, mark in enumerate(marks)}
        total = sum(marks.values())
        self.add("preliminary", "sheet.sealed", entry_id=entry, judge_id=judge, marks=marks, total=total, third=False)

    def score(self, entry, judge, marks):
        marks = {f"t{n}": Decimal(mark) for n, mark in enumerate(marks)}
        self.add("final", "score.given", entry_id=entry, judge_id=judge, marks=marks, total=sum(marks.values()))


def a_log():
    log = Log()
    log.add("preliminary", "rubric.frozen", quorum=2, third_reader=True, gap_limit=Decimal(20), version=1)
    for entry, marks in (("e1", "40.0"), ("e2", "35.5"), ("e3", "20.0")):
        log.sheet(entry, "j1", [marks, "30.0"])
        log.sheet(entry, "j2", [marks, "32.5"])
    places = recount.ranking(log.lines, "preliminary", recount.Rules.frozen(log.lines, "preliminary"))
    named = [{"entry_id": one.entry_id, "rank": one.rank, "score": one.score} for one in places[:2]]
    log.add("preliminary", "finalists.named", entries=named, left_out=[], reason="")
    log.add("final", "rubric.frozen", quorum=1, third_reader=False, gap_limit=None, version=1)
    slots = [{"slot_id": f"s{n}", "entry_id": entry, "position": n} for n, entry in enumerate(ORDER, start=1)]
    log.add("final", "order.drawn", seed=SEED, slots=slots)
    log.score("e1", "j1", ["50.0", "41.5"])
    log.score("e2", "j1", ["49.0", "41.5"])
    log.add("final", "final.locked")
    return log


def a_file(log=None, **changes):
    log = log or a_log()
    result = Result(id="c1:final", contest_id="c1", round="final", state=ResultState.SIGNED, signed_at=AT)
    places = recount.ranking(log.lines, "final", recount.Rules.frozen(log.lines, "final"))
    tracks = dict.fromkeys(("e1", "e2"), "individual")
    offered = [prize.model_dump() for prize in CONTEST.prizes]
    result.places, result.unplaced = domain.placed(places, tracks, offered)
    for name, value in changes.items():
        setattr(result, name, value)
    signed = result.model_dump(include={"result_version", "places", "unplaced"})
    log.add("final", "result.signed", **signed)
    entries = [{"entry_id": f"e{n}", "code": f"K{n}", "title": f"Bài số {n}", "track": "individual"} for n in (1, 2)]
    return repository.bytes_of(result, CONTEST, [*entries, {"entry_id": "e3", "code": "K3"}], log.lines)


CONTENT = a_file()


def forged(change):
    """A file that somebody altered and then wrote again as neatly as we do, with a new digest."""
    parsed = json.loads(CONTENT)
    change(parsed)
    rest = {name: value for name, value in parsed.items() if name != "digest"}
    return recount.canonical({**rest, "digest": recount.digest(rest)})


def test_a_published_file_counts_to_the_same_result():
    report = verify.examine(CONTENT)
    assert report.faults == []
    assert report.log_head == json.loads(CONTENT)["log_head"]
    assert any("3 bài" in line for line in report.lines)


def test_the_same_result_gives_the_same_bytes():
    assert a_file() == CONTENT


def test_every_altered_byte_is_found():
    for place, byte in enumerate(CONTENT):
        mask = (0x01, 0x20, 0x80)[place % 3]
        altered = CONTENT[:place] + bytes([byte ^ mask]) + CONTENT[place + 1 :]
        assert not verify.examine(altered).equal, f"byte {place} of {len(CONTENT)}, mask {mask}"


def test_every_missing_and_every_added_byte_is_found():
    for place in range(0, len(CONTENT), 7):
        assert not verify.examine(CONTENT[:place] + CONTENT[place + 1 :]).equal
        assert not verify.examine(CONTENT[:place] + b" " + CONTENT[place:]).equal
    assert not verify.examine(CONTENT + b"\n").equal


def test_the_first_altered_line_is_named():
    altered = CONTENT.replace(b'"t0":"50.0"', b'"t0":"59.0"', 1)
    line = next(one["n"] for one in json.loads(CONTENT)["log"] if one["kind"] == "score.given")
    assert verify.examine(altered).faults[0] == f"dòng nhật ký {line} đã bị sửa: mã băm không khớp"


def rank_of_the_first(parsed):
    parsed["result"]["places"][0]["rank"] = 2


def title(parsed):
    parsed["entries"][0]["title"] = "Bài khác"


def prize(parsed):
    parsed["contest"]["prizes"][0]["count"] = 2


def quorum(parsed):
    parsed["rules"]["final"]["quorum"] = 5


def track(parsed):
    parsed["entries"][0]["track"] = "collective"


@pytest.mark.parametrize("change", [rank_of_the_first, prize, quorum, track])
def test_a_forger_who_writes_a_new_digest_is_found_by_counting(change):
    assert not verify.examine(forged(change)).equal


def test_a_forger_of_words_that_count_for_nothing_is_found_by_the_published_digest():
    altered = forged(title)
    assert verify.examine(altered).equal
    assert verify.examine(altered).sha256 != verify.examine(CONTENT).sha256


def test_a_result_that_does_not_follow_from_the_marks_is_found_even_when_it_was_signed():
    places = json.loads(CONTENT)["result"]["places"]
    swapped = [
        Place.model_validate({**one, "rank": 3 - one["rank"], "prize_id": None, "prize_title": None}) for one in places
    ]
    assert "hạng, điểm hoặc giải tính lại khác với kết quả công bố" in verify.examine(a_file(places=swapped)).faults


def test_a_total_that_is_not_the_sum_of_its_marks_is_found():
    log = a_log()
    log.add("final", "score.given", entry_id="e1", judge_id="j2", marks={"t": Decimal(50)}, total=Decimal(95))
    assert any("tổng điểm" in fault for fault in verify.examine(a_file(log)).faults)


def test_an_order_that_the_seed_does_not_draw_is_found():
    log = a_log()
    slots = [{"slot_id": "s", "entry_id": entry, "position": n} for n, entry in enumerate(reversed(ORDER), start=1)]
    log.add("final", "order.drawn", seed=SEED, slots=slots)
    assert any("bốc thăm" in fault for fault in verify.examine(a_file(log)).faults)


def test_a_better_entry_that_was_passed_over_is_found():
    log = Log()
    log.add("preliminary", "rubric.frozen", quorum=1, third_reader=False, gap_limit=None)
    log.sheet("e1", "j1", ["50.0"])
    log.sheet("e2", "j1", ["40.0"])
    log.add(
        "preliminary",
        "finalists.named",
        entries=[{"entry_id": "e2", "rank": 2, "score": "40.00"}],
        left_out=[],
        reason="vì thế",
    )
    log.add("final", "rubric.frozen", quorum=1, third_reader=False, gap_limit=None)
    assert any("bỏ qua" in fault for fault in verify.examine(a_file(log)).faults)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"null",
        b'{"format":"sang-kien/result/v1"}',
        b"[" * 100_000,
        b'{"n":NaN}',
        b"9" * 9999,
    ],
)
def test_what_is_no_published_file_is_refused_without_a_crash(content):
    assert not verify.examine(content).equal


def test_the_command_answers_by_its_exit_code_and_says_what_it_counted(tmp_path, capsys):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(CONTENT)
    bad.write_bytes(CONTENT.replace("Bài số 1".encode(), "Bài số 7".encode()))
    assert verify.verify(good) == 0
    assert "BẰNG NHAU" in capsys.readouterr().out
    assert verify.verify(bad) == 1
    assert "KHÁC NHAU" in capsys.readouterr().out
    assert verify.verify(tmp_path / "none.json", quiet=True) == 1
    assert capsys.readouterr().out == ""


def a_log_without(entry, *, said):
    """Three entries, the best of them left out of the final; `said`: whether the log tells of its withdrawal."""
    log = Log()
    log.add("preliminary", "rubric.frozen", quorum=1, third_reader=False, gap_limit=None)
    for one, marks in (("e1", "40.0"), ("e2", "35.5"), ("e3", "50.0")):
        log.sheet(one, "j1", [marks])
    if said:
        log.add("all", "script.withdrawn", entry_id=entry, at=AT)
    places = recount.ranking(log.lines, "preliminary", recount.Rules.frozen(log.lines, "preliminary"))
    named = [
        {"entry_id": p.entry_id, "rank": p.rank, "score": p.score} for p in places if p.rank and p.entry_id != entry
    ]
    log.add("preliminary", "finalists.named", entries=named, left_out=[entry], reason="")
    log.add("final", "rubric.frozen", quorum=1, third_reader=False, gap_limit=None)
    slots = [{"slot_id": f"s{n}", "entry_id": one, "position": n} for n, one in enumerate(ORDER, start=1)]
    log.add("final", "order.drawn", seed=SEED, slots=slots)
    log.score("e1", "j1", ["50.0"])
    return log


def test_an_entry_that_was_withdrawn_is_left_out_with_the_log_as_witness():
    log = a_log_without("e3", said=True)
    log.add("all", "script.withdrawn", entry_id="e2", at=AT)
    report = verify.examine(a_file(log))
    assert report.faults == []
    assert any("sơ khảo" in line and "1 bài đã rút" in line for line in report.lines)
    assert any("chung khảo" in line and "1 bài đã rút" in line for line in report.lines)


def test_an_entry_left_out_without_a_withdrawal_in_the_log_is_found():
    assert any(
        "đã rút ghi trong nhật ký" in fault for fault in verify.examine(a_file(a_log_without("e3", said=False))).faults
    )
