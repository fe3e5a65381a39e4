"""One's own entries that say the same as the one about to be handed in."""

from services.submissions.entries.domain import Entry
from services.submissions.hand_in import domain
from services.submissions.states.domain import State
from shared.clock import now

TEXT = "Mỗi phường đặt một bảng kiểm tra trước cửa; người dân tự đánh dấu, cán bộ chỉ xem lại những mục còn trống."
OTHER = "Xe buýt chở máy tính và đoàn viên về nhà văn hóa thôn, giúp bà con nộp hồ sơ ngay tại chỗ mỗi tháng một lần."


def an_entry(name: str, text: str, state: State = State.DRAFT) -> Entry:
    return Entry(
        id=name, contest_id="c", owner_id="p", author_ids=["p"], state=state, status_digest=name, created_at=now(),
        saved_at=now(), title=f"Bài {name}", parts={"solution": text}, entrant_group="E1", content_group="C1",
    )  # fmt: skip


def test_a_draft_that_says_the_same_is_shown_with_where_to_read_it():
    this = an_entry("mới", TEXT)
    own = [this, an_entry("cũ", TEXT.upper(), State.SUBMITTED), an_entry("nháp", TEXT + OTHER), an_entry("khác", OTHER)]
    found = domain.twins(this, own)
    assert [(one.entry.id, one.address) for one in found] == [
        ("cũ", "/bai-du-thi/cũ"),
        ("nháp", "/bai-du-thi/nháp/soan"),
    ]


def test_what_was_withdrawn_is_no_twin():
    assert domain.twins(an_entry("mới", TEXT), [an_entry("rút", TEXT, State.WITHDRAWN)]) == []


def test_a_title_alone_is_too_little_to_warn_of():
    assert domain.twins(an_entry("mới", ""), [an_entry("mới cũ", "")]) == []
