"""The Vietnamese word and the colour of every state that a tag can show. What a state means is each room's domain."""

from typing import NamedTuple


class Look(NamedTuple):
    """What a tag shows: its words and its tone (`calm`, `busy`, `good`, `warn`, `bad`, `quiet`)."""

    text: str
    tone: str


_LOOKS = {
    # contests and rounds
    "planned": Look("Chưa mở", "quiet"),
    "open": Look("Đang mở", "good"),
    "published": Look("Đã công bố", "good"),
    "closed": Look("Đã đóng", "quiet"),
    "archived": Look("Đã lưu trữ", "quiet"),
    "judging": Look("Đang chấm", "busy"),
    "locked": Look("Đã khóa", "calm"),
    "signed": Look("Đã ký duyệt", "calm"),
    "signed_off": Look("Đã ký duyệt", "calm"),
    "finished": Look("Đã kết thúc", "quiet"),
    "none": Look("Chưa bắt đầu", "quiet"),
    "ordered": Look("Đã bốc thăm", "calm"),
    "running": Look("Đang diễn ra", "busy"),
    "cancelled": Look("Đã hủy", "quiet"),
    # entries
    "draft": Look("Bản nháp", "quiet"),
    "submitted": Look("Đã nộp", "calm"),
    "accepted": Look("Đã tiếp nhận", "good"),
    "returned": Look("Cần bổ sung", "warn"),
    "rejected": Look("Không hợp lệ", "bad"),
    "withdrawn": Look("Đã rút", "quiet"),
    "joined": Look("Đã nhập vào bài khác", "quiet"),
    # transcriptions of papers
    "to_transcribe": Look("Chờ chép", "quiet"),
    "typed": Look("Đã chép, chờ đối chiếu", "calm"),
    "typed_sent_back": Look("Trả lại người chép", "warn"),
    "checked": Look("Đã đối chiếu", "good"),
    "typed_by_author": Look("Tác giả tự nhập", "good"),
    "shortlisted": Look("Vào chung khảo", "good"),
    # files
    "scan_pending": Look("Đang chờ quét vi-rút", "busy"),
    "scan_clean": Look("Đã quét, không có vi-rút", "good"),
    "scan_infected": Look("Có mã độc, đã khóa", "bad"),
    "scan_unchecked": Look("Chưa quét vi-rút", "warn"),
    "copy_pending": Look("Đang làm bản cho giám khảo", "busy"),
    "copy_ready": Look("Bản cho giám khảo đã gỡ thông tin ẩn", "good"),
    "copy_failed": Look("Không làm được bản cho giám khảo", "bad"),
    "copy_gone": Look("Tệp đã bị xóa", "quiet"),
    # invitations to co-authors
    "invited": Look("Chờ trả lời", "busy"),
    "agreed": Look("Đã đồng ý", "good"),
    "declined": Look("Đã từ chối", "bad"),
    "left": Look("Đã rời bài", "bad"),
    "lapsed": Look("Lời mời hết hạn", "warn"),
    # files of entries
    "read_in": Look("Đã đọc thử, chưa ghi", "calm"),
    "to_write": Look("Đang ghi", "busy"),
    "written": Look("Đã ghi", "good"),
    "not_written": Look("Không ghi được", "bad"),
    # resemblances
    "undecided": Look("Chờ kết luận", "warn"),
    "copy": Look("Trùng lặp", "bad"),
    "distinct": Look("Không trùng", "good"),
    # rows of a file that is read before it is written
    "row_new": Look("Mới", "good"),
    "row_changed": Look("Sửa", "calm"),
    "row_same": Look("Đã có", "quiet"),
    # quotas of units
    "below_quota": Look("Còn thiếu", "warn"),
    "quota_handed_in": Look("Đủ số nộp, chờ kiểm tra", "calm"),
    "quota_met": Look("Đã đủ", "good"),
    # sheets, panels, slots
    "assigned": Look("Chưa chấm", "quiet"),
    "unmarked": Look("Chưa chấm", "quiet"),
    "marking": Look("Đang chấm", "busy"),
    "sealed": Look("Đã niêm phong", "good"),
    "active": Look("Đang dự thi", "good"),
    "third_reader": Look("Cần người chấm thứ ba", "warn"),
    "third_pending": Look("Chờ người chấm thứ ba", "warn"),
    "below_quorum": Look("Chưa đủ người chấm", "warn"),
    "ranked": Look("Được xếp hạng", "good"),
    "drawn": Look("Chờ đến lượt", "quiet"),
    "recused": Look("Đã xin không chấm", "quiet"),
    "absent": Look("Vắng mặt", "warn"),
    "held": Look("Tạm dừng", "warn"),
    "waiting": Look("Chờ đến lượt", "quiet"),
    "live": Look("Đang trình bày", "busy"),
    "done": Look("Đã xong", "good"),
    # conflicts of interest found late
    "replaced": Look("Đã chuyển người khác chấm", "good"),
    "reader_missing": Look("Thiếu người chấm thay", "warn"),
    "set_aside": Look("Không tính phiếu", "quiet"),
    "third_read": Look("Đã có điểm người thứ ba", "good"),
    "cleared": Look("Không còn xung đột", "quiet"),
    "too_late": Look("Kết quả đã ký", "quiet"),
    # requests about one's own data, erasures, personal data of a contest
    "received": Look("Mới nhận", "calm"),
    "in_progress": Look("Đang xử lý", "busy"),
    "answered": Look("Đã trả lời", "good"),
    "refused": Look("Không thực hiện", "bad"),
    "overdue": Look("Quá hạn", "bad"),
    "entries": Look("Đang gỡ khỏi bài dự thi", "busy"),
    "account": Look("Đang xóa tài khoản", "busy"),
    "files": Look("Đang xóa tệp", "busy"),
    "topic": Look("Đang dọn kho trao đổi", "busy"),
    "erased": Look("Đã xóa xong", "good"),
    "kept": Look("Đang lưu", "quiet"),
    "due": Look("Đến hạn xóa", "warn"),
    "confirmed": Look("Đang xóa", "busy"),
    # deliveries
    "queued": Look("Đang chờ gửi", "quiet"),
    "claimed": Look("Đang gửi", "busy"),
    "sending": Look("Đang gửi", "busy"),
    "sent": Look("Đã gửi", "good"),
    "delivered": Look("Đã đến nơi", "good"),
    "uncertain": Look("Chưa rõ kết quả", "warn"),
    "retrying": Look("Sẽ gửi lại", "warn"),
    "failed": Look("Gửi hỏng", "bad"),
    "read": Look("Đã đọc", "quiet"),
    "unread": Look("Chưa đọc", "busy"),
}


def look_of(state: str) -> Look:
    """The look of a state; a state without an entry is shown as it is written, so that nothing is hidden."""
    return _LOOKS.get(state, Look(state, "quiet"))
