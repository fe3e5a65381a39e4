"""Which author of a paper somebody may stand in for, and what that changes in what was handed in. Pure."""

from collections.abc import Sequence

from services.submissions.people.domain import Account
from services.submissions.texts.domain import Revision
from shared.errors import Refusal
from shared.text import folded


class NotPaper(Refusal):
    """The receipt is that of an entry whose author had an account from the beginning."""

    code = "claim_not_paper"
    message = "Bài này được nộp trực tuyến. Hãy đăng nhập bằng chính tài khoản đã nộp bài."


class ClaimedAlready(Refusal):
    """Every author that the desk wrote down has an account by now."""

    code = "claimed_already"
    message = "Bài này đã thuộc về một tài khoản. Nếu đó không phải tài khoản của bạn, hãy báo nơi đã nhận bài giấy."


class StaffOfContest(Refusal):
    """Whoever judges or keeps the register of a contest enters nothing there, not even what was on paper before."""

    code = "claim_by_staff"


def seat(authors: Sequence[Account], owner_id: str, name: str) -> str:
    """The author on the paper whom somebody called `name` is: the one of that name, else the sender.

    Only an author nobody ever signed in as. Raises ClaimedAlready.
    """
    waiting = [one for one in authors if one.only_written_down]
    called = [one.id for one in waiting if folded(one.name) == folded(name)]
    sender = [one.id for one in waiting if one.id == owner_id]
    if not (called or sender):
        raise ClaimedAlready
    return (called or sender)[0]


def others(written_down: Sequence[str], account: Account) -> list[str]:
    """The addresses among those `written_down` that `account` has not shown to be its own."""
    own = {account.phone if account.phone_confirmed_at else "", account.email if account.email_confirmed_at else "", ""}
    return [one for one in dict.fromkeys(written_down) if one not in own]


def renamed(revision: Revision, seat_id: str, person_id: str) -> Revision:
    """What was handed in, with the account in the place of what the desk wrote down."""
    other = {seat_id: person_id}
    change = {
        "author_ids": [other.get(one, one) for one in revision.author_ids],
        "shares": {other.get(one, one): share for one, share in revision.shares.items()},
        "representative_id": other.get(revision.representative_id, revision.representative_id),
    }
    return revision.model_copy(update=change)
