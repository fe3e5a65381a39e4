"""The authors of an entry: shares that make a whole, one of them as representative. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from pydantic import BaseModel, Field

from shared.errors import Refusal
from shared.ui.filters import vn_number

WHOLE = Decimal(100)


class OwnerOnly(Refusal):
    """Co-authors write together; one of them hands in, withdraws and invites."""

    code = "owner_only"
    status = 403
    message = "Chỉ người tạo bài mới nộp, rút bài và mời đồng tác giả được. Bạn vẫn xem và sửa được nội dung bài."


class InvitationOpen(Refusal):
    """Nobody is named as an author, or left out, without an answer."""

    code = "invitation_open"
    status = 422


class SharesOff(Refusal):
    """The shares of the authors do not make a whole."""

    code = "shares_not_whole"
    status = 422


class OwnerStays(Refusal):
    """Whoever made the entry answers for it: they withdraw it, they do not leave it to others."""

    code = "owner_stays"
    message = "Bạn là người tạo bài nên không rời bài được. Bạn có thể rút bài, hoặc bỏ bớt đồng tác giả."


class AuthorGone(Refusal):
    """Nobody is entered against their will: what was handed in still names somebody who left since."""

    code = "author_gone"
    message = (
        "Một đồng tác giả đã rời bài sau khi nộp, bản đã nộp vẫn ghi tên người đó."
        " Hãy trả bài để chủ bài chia lại tỉ lệ và nộp lại."
    )


def percent(share: Decimal) -> str:
    """`33,5%`, `40%`."""
    return vn_number(share.to_integral() if share == share.to_integral() else share) + "%"


class Authored(BaseModel):
    """What an entry knows of its authors. Shares and invitations are kept by `coauthors`."""

    owner_id: str
    author_ids: list[str]
    """The owner and every co-author who agreed."""
    shares: dict[str, Decimal] = Field(default={})
    """Percent by author; empty for an owner alone."""
    invited: int = 0
    """Invitations that wait for an answer."""
    representative_id: str = ""
    """The author who gets letters and stands on stage; empty: the owner."""
    left: list[str] = []
    """Co-authors who went by their own wish and did not come back."""

    @property
    def representative(self) -> str:
        """Who speaks for the authors."""
        return self.representative_id if self.representative_id in self.author_ids else self.owner_id

    @property
    def owner_share(self) -> Decimal:
        """In percent; all of it for an owner alone."""
        return self.shares.get(self.owner_id, WHOLE)

    def check_owner(self, person_id: str) -> None:
        """Raises OwnerOnly."""
        if person_id != self.owner_id:
            raise OwnerOnly

    def check_authors(self) -> None:
        """Whether everybody answered and the shares make a whole. Raises InvitationOpen, SharesOff."""
        if self.invited:
            raise InvitationOpen(
                f"Còn {self.invited} lời mời đồng tác giả chưa được trả lời. Hãy đợi trả lời, hoặc bỏ người đó khỏi bài."
            )
        whole = sum(self.shares.values(), Decimal(0))
        if self.shares and whole != WHOLE:
            said = f"Tỉ lệ đóng góp của các tác giả cộng lại là {percent(whole)}, cần đúng 100%."
            raise SharesOff(f"{said} Hãy chia lại ở trang Tác giả của bài.")

    def replace_author(self, old_id: str, new_id: str) -> None:
        """The same author under another account, with the same share and office."""
        other = {old_id: new_id}
        self.owner_id = other.get(self.owner_id, self.owner_id)
        self.author_ids = [other.get(one, one) for one in self.author_ids]
        self.shares = {other.get(one, one): share for one, share in self.shares.items()}
        self.representative_id = other.get(self.representative_id, self.representative_id)
        self.left = [other.get(one, one) for one in self.left]

    def name_authors(self, shares: Mapping[str, Decimal], invited: int) -> None:
        """The owner and who agreed, with their shares. Who was taken out speaks for nobody any more."""
        self.author_ids = [self.owner_id, *(one for one in shares if one != self.owner_id)]
        self.shares = {} if shares == {self.owner_id: WHOLE} else dict(shares)
        self.invited = invited
        self.left = [one for one in self.left if one not in self.author_ids]
        self.representative_id = "" if self.representative == self.owner_id else self.representative

    def without(self, person_id: str) -> None:
        """A co-author goes by their own wish; the shares of the others stay as they agreed to them. Raises OwnerStays."""
        if person_id == self.owner_id:
            raise OwnerStays
        self.author_ids = [one for one in self.author_ids if one != person_id]
        self.shares = {one: share for one, share in self.shares.items() if one != person_id}
        self.left = list(dict.fromkeys([*self.left, person_id]))
        self.representative_id = "" if self.representative == self.owner_id else self.representative

    def check_nobody_left(self, handed_in: Sequence[str]) -> None:
        """Whether nobody of those whom the last hand-in names went since. Raises AuthorGone."""
        if not set(self.left).isdisjoint(handed_in):
            raise AuthorGone
