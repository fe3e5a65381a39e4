"""When a co-author may leave an entry, and what that changes. Pure."""

from datetime import datetime

from services.submissions.coauthors.domain import may_leave
from services.submissions.entries.domain import Entry
from shared.errors import Refusal


class TakenIn(Refusal):
    """The jury has it, or it is over: who wrote it is a matter for the organisers."""

    code = "entry_taken_in"
    message = "Bài đã được tiếp nhận hoặc đã kết thúc nên không tự rời được nữa. Hãy gửi đơn tới Ban Tổ chức."


class NotSure(Refusal):
    """The box was not ticked."""

    code = "leaving_not_confirmed"
    status = 422
    message = "Hãy đánh dấu vào ô xác nhận nếu bạn chắc chắn muốn rời bài. Bạn vẫn là đồng tác giả."


def leave(entry: Entry, person_id: str, at: datetime) -> None:
    """Until the formal check nobody stays against their will, deadline or not. Raises OwnerStays, TakenIn.

    What was handed in with them is not accepted any more until the owner has handed in without them.
    """
    if person_id != entry.owner_id and not may_leave(entry, person_id):
        raise TakenIn
    entry.without(person_id)
    entry.saved_at, entry.changed = at, entry.revision > 0
