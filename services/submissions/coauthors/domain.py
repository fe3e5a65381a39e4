"""An invitation to be a co-author: what asks somebody anew, what an answer is worth. Pure."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.submissions.authors.domain import WHOLE, percent
from services.submissions.contests.domain import Contest
from services.submissions.effects.domain import read_number
from services.submissions.entries.domain import Entry
from services.submissions.people.domain import Account, Email, Phone
from services.submissions.states.domain import State as EntryState
from services.submissions.team_drafts.domain import Draft, Row, Typed
from shared.errors import Invalid, Refusal

LIFETIME = timedelta(days=14)
_BY_PHONE = frozenset("+0123456789 .-()")
Fault = dict[str, str]


class InvitationOver(Refusal):
    """Unknown, answered, too old, taken back: they look the same."""

    code = "invitation_over"
    status = 404
    message = "Lời mời này không còn dùng được: đã được trả lời, đã hết hạn hoặc người mời đã rút lại. Hãy hỏi lại người đã mời bạn."


class ShareChanged(Refusal):
    """The owner changed it while the page was open: nobody agrees to what they did not see."""

    code = "share_changed"
    message = "Tỉ lệ đóng góp vừa được thay đổi. Hãy xem lại con số mới rồi trả lời."


class AlreadyAuthor(Refusal):
    """Nobody is an author twice."""

    code = "already_author"
    message = "Bạn đã là tác giả của bài này nên không nhận thêm lời mời nữa."


class ReasonMissing(Refusal):
    """Whoever invited is to know why."""

    code = "reason_missing"
    status = 422
    message = "Hãy viết lý do từ chối để người mời biết."


class State(StrEnum):
    """Where an invitation stands."""

    INVITED = "invited"
    AGREED = "agreed"
    DECLINED = "declined"
    LEFT = "left"
    """They had agreed and took it back."""
    LAPSED = "lapsed"
    """Nobody answered in time."""


_OUT = (State.DECLINED, State.LEFT)


_NOT_TAKEN_IN = (EntryState.DRAFT, EntryState.SUBMITTED, EntryState.RETURNED)


def may_leave(entry: Entry, person_id: str) -> bool:
    """Whether this author may go by their own wish: no owner, and nobody once the jury has the entry."""
    return person_id != entry.owner_id and person_id in entry.author_ids and entry.state in _NOT_TAKEN_IN


class Invitation(BaseModel):
    """Somebody who is asked to be a co-author. Only the digest of the secret is kept."""

    model_config = ConfigDict(extra="ignore")

    id: str
    entry_id: str
    name: str
    address: str
    """E-mail or E.164; what an answered one shows is the name of the account."""
    share: Decimal
    state: State = State.INVITED
    person_id: str | None = None
    """Who answered."""
    reason: str = ""
    digest: str
    sent_at: AwareDatetime
    expires_at: AwareDatetime
    answered_at: AwareDatetime | None = None
    asked_again: bool = False
    """They had agreed to another share."""

    def state_at(self, at: datetime) -> State:
        """As it is now: one that nobody answered lapses."""
        return State.LAPSED if self.state is State.INVITED and at >= self.expires_at else self.state

    def send(self, secret: str, at: datetime, closes_at: datetime) -> None:
        """A letter with a new secret goes out; earlier ones open nothing any more."""
        self.state, self.reason, self.answered_at = State.INVITED, "", None
        self.digest, self.sent_at = kept_as(secret), at
        self.expires_at = max(at + timedelta(days=1), min(at + LIFETIME, closes_at))

    def check_open(self, at: datetime) -> None:
        """Raises InvitationOver."""
        if self.state_at(at) is not State.INVITED:
            raise InvitationOver

    def agree(self, person_id: str, seen: Decimal, at: datetime) -> None:
        """Raises InvitationOver, ShareChanged."""
        self.check_open(at)
        if seen != self.share:
            raise ShareChanged
        self.state, self.person_id, self.answered_at, self.asked_again = State.AGREED, person_id, at, False

    def decline(self, person_id: str, reason: str, at: datetime) -> None:
        """Raises InvitationOver, ReasonMissing."""
        self.check_open(at)
        if not reason:
            raise ReasonMissing(field="reason")
        self.state, self.person_id, self.answered_at, self.reason = State.DECLINED, person_id, at, reason

    def leave(self, reason: str, at: datetime) -> None:
        """They are an author no more and may be asked again."""
        self.state, self.reason, self.answered_at, self.asked_again = State.LEFT, reason, at, False

    def is_for(self, account: Account) -> bool:
        """Whether this account may answer without the letter: its address is the one that was invited."""
        phone = account.phone if account.phone_confirmed_at else ""
        return self.person_id == account.id or self.address in {one for one in (account.email, phone) if one}

    def forgotten(self) -> "Invitation":
        """The same without name and contact; the share stays with the entry."""
        return self.model_copy(update={"name": "", "address": "", "reason": "", "digest": self.id})


def said(share: Decimal) -> str:
    """A share as it stands in the form: `33,5`."""
    return f"{share.normalize():f}".replace(".", ",")


def in_effect(entry: Entry, invitations: Sequence[Invitation]) -> Typed:
    """What counts now, as the form would say it."""
    rows = [Row(id=one.id, name=one.name, address=one.address, share=said(one.share)) for one in invitations]
    chosen = entry.representative if len(entry.author_ids) > 1 else ""
    return Typed(owner_share=said(entry.owner_share), representative_id=chosen, members=rows)


def addresses(rows: Sequence[Row]) -> list[str]:
    """Those that were typed, as accounts have them; also what is no address yet."""
    found = []
    for row in rows:
        try:
            found.append(address_of(row.address))
        except ValueError:
            found.append(row.address)
    return [one for one in found if one]


def kept_as(secret: str) -> str:
    """What is kept of a secret of 160 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def share_of(typed: str) -> Decimal | None:
    """A share in percent, whole or with one decimal, more than nothing and less than all; None for anything else."""
    found = read_number(typed.removesuffix("%"))
    fits = found is not None and 0 < found < WHOLE and found == round(found, 1)
    return Decimal(f"{found:.1f}".removesuffix(".0")) if fits and found is not None else None


def address_of(typed: str) -> str:
    """The e-mail address, or the number in E.164. Raises ValueError with what to do."""
    if typed and set(typed) <= _BY_PHONE:
        return _Reach.model_validate({"phone": typed}).phone
    return _Reach.model_validate({"email": typed}).email


class _Reach(BaseModel):
    email: Email = ""
    phone: Phone = ""


class Wanted(BaseModel):
    """A row that can be acted on."""

    id: str
    name: str
    address: str
    share: Decimal


def understood(rows: Sequence[Row], known: Sequence[Invitation], own_addresses: set[str], most: int) -> list[Wanted]:
    """The rows as the owner means them. Raises Invalid with every fault, at the fields `members.N.…`."""
    errors: list[Fault] = []
    wanted: list[Wanted] = []
    by_id = {one.id: one for one in known}
    for at, row in enumerate(rows):
        found = _wanted(row, by_id.get(row.id), f"members.{at}", errors)
        if found is None:
            continue
        errors += _twice(found, wanted, own_addresses, f"members.{at}")
        wanted.append(found)
    if len(rows) > most:
        text = f"Bài này có được nhiều nhất {most} đồng tác giả."
        errors.append({"field": f"members.{most}.name", "text": text})
    if errors:
        raise Invalid(errors)
    return wanted


def _wanted(row: Row, there: Invitation | None, field: str, errors: list[Fault]) -> Wanted | None:
    share, address, before = share_of(row.share), "", len(errors)
    if share is None:
        text = "Tỉ lệ phải lớn hơn 0 và nhỏ hơn 100, số nguyên hoặc một chữ số lẻ, ví dụ 33,5."
        errors.append({"field": f"{field}.share", "text": text})
    if there is not None and there.state is State.AGREED:  # who agreed is who they are
        name, address = there.name, there.address
    else:
        name = row.name
        try:
            address = address_of(row.address)
        except ValueError:
            text = "Hãy nhập địa chỉ thư điện tử hoặc số điện thoại đúng dạng của người được mời."
            errors.append({"field": f"{field}.address", "text": text})
        if not name:
            errors.append({"field": f"{field}.name", "text": "Hãy ghi tên người được mời."})
    if len(errors) > before or share is None:
        return None
    return Wanted(id=there.id if there else "", name=name, address=address, share=share)


def _twice(one: Wanted, others: Sequence[Wanted], own_addresses: set[str], field: str) -> Iterator[Fault]:
    if one.address in own_addresses:
        yield {"field": f"{field}.address", "text": "Đây là địa chỉ của chính bạn; bạn đã là tác giả."}
    elif one.address and one.address in {other.address for other in others}:
        yield {"field": f"{field}.address", "text": "Người này đã có trong danh sách; mỗi người chỉ mời một lần."}


def must_ask(there: Invitation, wanted: Wanted) -> bool:
    """Whether somebody is written to anew: they agreed to another share, or the letter went to another address."""
    if there.state is State.AGREED:
        return there.share != wanted.share
    return there.address != wanted.address


def shares(owner_id: str, owner_share: Decimal, invitations: Sequence[Invitation]) -> dict[str, Decimal]:
    """Percent by author: the owner and everybody who agreed."""
    agreed = {one.person_id: one.share for one in invitations if one.state is State.AGREED and one.person_id}
    return {owner_id: owner_share, **agreed}


def total_words(owner_share: Decimal, invitations: Sequence[Invitation]) -> str:
    """What the shares come to, in words."""
    whole = owner_share + sum((one.share for one in invitations if one.state not in _OUT), Decimal(0))
    if whole == WHOLE:
        return "Cộng lại đúng 100%."
    missing = WHOLE - whole
    said = f"còn thiếu {percent(missing)}" if missing > 0 else f"thừa {percent(-missing)}"
    return f"Cộng lại là {percent(whole)}, {said}. Cần đúng 100% khi nộp bài."


@dataclass(frozen=True, slots=True)
class Team:
    """An entry with everybody who is named in it."""

    entry: Entry
    contest: Contest
    names: dict[str, str]
    """Of the authors, by id."""
    invitations: list[Invitation]
    owner_share: Decimal
    most: int
    """How many co-authors there may be."""
    draft: Draft

    @property
    def shown(self) -> Typed:
        """What the owner's page says: what waits to be sent, else what counts."""
        return self.draft.typed or in_effect(self.entry, self.invitations)
