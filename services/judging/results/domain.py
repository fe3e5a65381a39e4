"""The result of a round: who is chosen, which ties must be decided, who may sign and publish, what the file says."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from shared import recount
from shared.errors import Refusal
from shared.events.judging import Finalist, FinalistsNamed, Place, ResultPublished
from shared.recount import Placed, Rules

__all__ = ["Placed", "Rules", "ranking"]

ranking = recount.ranking


class ResultState(StrEnum):
    """How far the result of a round is; the written round ends with `signed`."""

    OPEN = "open"
    SIGNED = "signed"
    PUBLISHED = "published"


class MarkingUnfinished(Refusal):
    """Some scripts have no official mark yet."""

    code = "marking_unfinished"
    message = (
        "Còn bài chưa đủ điểm (chưa chấm xong hoặc đang chờ người chấm thứ ba). "
        "Hãy chờ chấm xong, hoặc ghi lý do để chốt không có các bài đó."
    )


class TieAtCut(Refusal):
    """Entries with equal marks stand on both sides of the last place."""

    code = "tie_at_cut"
    message = "Có các bài bằng điểm ở vị trí cuối cùng của danh sách. Hãy chọn bài vào chung khảo và ghi lý do."


class TieUndecided(Refusal):
    """Entries with equal marks would part over a prize."""

    code = "tie_undecided"
    message = "Có các bài bằng điểm nhưng sẽ nhận giải khác nhau. Trưởng ban Giám khảo cần xếp thứ tự và ghi lý do."


class NoSuchTie(Refusal):
    """The named entries do not share a rank."""

    code = "no_such_tie"
    message = "Các bài được nêu không phải là một nhóm đang bằng điểm."


class NotRanked(Refusal):
    """An entry without a rank cannot be a finalist, and a better one cannot be passed over."""

    code = "not_ranked"
    message = "Danh sách phải gồm các bài đứng đầu bảng điểm; có bài không được xếp hạng hoặc bị bỏ qua."


class ReasonNeeded(Refusal):
    """A decision that the marks do not make needs a reason."""

    code = "reason_needed"
    status = 422
    message = "Hãy ghi lý do; lý do được lưu trong nhật ký công bố."


class NothingRanked(Refusal):
    """There is no ranked entry."""

    code = "nothing_ranked"
    message = "Chưa có bài nào được xếp hạng."


class AlreadyNamed(Refusal):
    """The finalists were announced."""

    code = "already_named"
    message = "Danh sách vào chung khảo đã được công bố, không đổi được nữa."


class NotLocked(Refusal):
    """Order is enforced: lock, sign, publish."""

    code = "final_not_locked"
    message = "Vòng chung khảo chưa khóa nên chưa ký duyệt được."


class AlreadySigned(Refusal):
    """The result is signed; nothing in it changes."""

    code = "already_signed"
    message = "Kết quả đã được ký duyệt."


class NotSigned(Refusal):
    """Order is enforced: lock, sign, publish."""

    code = "not_signed"
    message = "Kết quả chưa được Trưởng ban Giám khảo ký duyệt nên chưa công bố được."


class SignerMayNotPublish(Refusal):
    """Two persons stand behind a published result."""

    code = "signer_may_not_publish"
    status = 403
    message = "Người đã ký duyệt không được tự công bố. Hãy để một người khác trong Ban Tổ chức công bố."


class AlreadyPublished(Refusal):
    """The result is public."""

    code = "already_published"
    message = "Kết quả đã được công bố."


class ResultMoved(Refusal):
    """What would be published is not what was signed."""

    code = "result_moved"
    message = "Kết quả tính lại khác với bản đã ký duyệt, nên không công bố. Hãy báo quản trị hệ thống."


class Unplaced(BaseModel):
    """A finalist without a rank, and why: absent, withdrawn, below_quorum."""

    entry_id: str
    state: str


class Result(BaseModel):
    """The result of a round of a contest. `result_version` counts published results."""

    id: str
    version: int = 0
    facts: int = 0
    contest_id: str
    round: str
    state: ResultState = ResultState.OPEN
    result_version: int = 1
    places: list[Place] = []
    unplaced: list[Unplaced] = []
    finalists: list[Finalist] = []
    signed_by: str | None = None
    signed_at: datetime | None = None
    published_by: str | None = None
    published_at: datetime | None = None
    slug: str = ""
    file_id: str = ""
    file_sha256: str = ""
    log_head: str = ""

    def name_finalists(self, chosen: Sequence[Placed], by: str, at: datetime) -> FinalistsNamed:
        """Sign the written round off with its finalists. Raises AlreadyNamed."""
        if self.state is not ResultState.OPEN:
            raise AlreadyNamed
        self.finalists = [
            Finalist(entry_id=one.entry_id, rank=one.rank, score=one.score)
            for one in chosen
            if one.rank is not None and one.score is not None
        ]
        self.state, self.signed_by, self.signed_at, self.facts = ResultState.SIGNED, by, at, self.facts + 1
        return FinalistsNamed(
            contest_id=self.contest_id,
            round=self.round,
            result_version=self.result_version,
            finalists=self.finalists,
            named_at=at,
        )

    def require_open(self) -> None:
        """Raises AlreadySigned."""
        if self.state is not ResultState.OPEN:
            raise AlreadySigned

    def sign(self, places: list[Place], unplaced: list[Unplaced], by: str, at: datetime, *, locked: bool) -> None:
        """The chair stands for the result. Raises NotLocked, AlreadySigned."""
        if not locked:
            raise NotLocked
        self.require_open()
        self.places, self.unplaced = places, unplaced
        self.state, self.signed_by, self.signed_at = ResultState.SIGNED, by, at

    def require_publishable(self, by: str) -> None:
        """Raises NotSigned, AlreadyPublished, SignerMayNotPublish."""
        if self.state is ResultState.OPEN:
            raise NotSigned
        if self.state is ResultState.PUBLISHED:
            raise AlreadyPublished
        if by == self.signed_by:
            raise SignerMayNotPublish

    def publish(self, by: str, at: datetime, *, slug: str, file_sha256: str, log_head: str) -> ResultPublished:
        """Make the signed result public. Raises NotSigned, AlreadyPublished, SignerMayNotPublish."""
        self.require_publishable(by)
        self.state, self.published_by, self.published_at = ResultState.PUBLISHED, by, at
        self.slug, self.file_sha256, self.log_head, self.facts = slug, file_sha256, log_head, self.facts + 1
        return ResultPublished(
            contest_id=self.contest_id,
            result_version=self.result_version,
            slug=slug,
            places=self.places,
            file_sha256=file_sha256,
            log_head=log_head,
            published_at=at,
        )


def choose(
    places: Sequence[Placed],
    count: int,
    *,
    picked: Collection[str] | None = None,
    left_out: Collection[str] = (),
    reason: str = "",
) -> list[Placed]:
    """The finalists: the best `count`, or those `picked`, which may only settle a tie at the cut, with a reason.

    `left_out`: entries that were withdrawn. Raises NothingRanked, MarkingUnfinished, TieAtCut, NotRanked, ReasonNeeded.
    """
    taking_part = [one for one in places if one.entry_id not in left_out]
    ranked = [one for one in taking_part if one.rank is not None]
    if not ranked:
        raise NothingRanked
    unfinished = [one.entry_id for one in taking_part if one.rank is None]
    if unfinished and not reason:
        raise MarkingUnfinished(unfinished=unfinished, field="reason")
    if picked is None:
        return _best(ranked, count)
    chosen = [one for one in ranked if one.entry_id in picked]
    if len(chosen) != len(set(picked)) or not chosen:
        raise NotRanked
    _check_cut(ranked, chosen, reason)
    return chosen


def _best(ranked: Sequence[Placed], count: int) -> list[Placed]:
    best, next_ones = list(ranked[:count]), ranked[count:]
    if next_ones and best and next_ones[0].rank == best[-1].rank:
        tied = [one.entry_id for one in ranked if one.rank == best[-1].rank]
        raise TieAtCut(tied=tied, places=sum(1 for one in best if one.rank == best[-1].rank), field="entry_codes")
    return best


def _check_cut(ranked: Sequence[Placed], chosen: Sequence[Placed], reason: str) -> None:
    worst = max(one.rank or 0 for one in chosen)
    passed_over = [one for one in ranked if one not in chosen and (one.rank or 0) <= worst]
    if any((one.rank or 0) < worst for one in passed_over):
        raise NotRanked
    if passed_over and not reason:
        raise ReasonNeeded(field="reason")


def placed(
    places: Sequence[Placed], tracks: Mapping[str, str], offered: Sequence[Mapping[str, Any]]
) -> tuple[list[Place], list[Unplaced]]:
    """The lines of the result with their prizes, and the finalists without a rank. Raises TieUndecided."""
    try:
        won = recount.prizes(places, tracks, offered)
    except recount.TieAcrossPrizes as tie:
        raise TieUndecided(tied=list(tie.entries)) from tie
    titles = {prize["id"]: prize["title"] for prize in offered}
    lines = [
        Place(
            entry_id=one.entry_id,
            rank=one.rank,
            score=one.score,
            track=tracks[one.entry_id],
            prize_id=won.get(one.entry_id),
            prize_title=titles.get(won.get(one.entry_id, "")),
        )
        for one in places
        if one.rank is not None and one.score is not None
    ]
    return lines, [Unplaced(entry_id=one.entry_id, state=one.state) for one in places if one.rank is None]


def check_tie(places: Sequence[Placed], order: Sequence[str], reason: str) -> None:
    """Whether `order` names exactly a group that shares a rank. Raises NoSuchTie, ReasonNeeded."""
    if sorted(order) not in [sorted(group) for group in recount.ties(places)]:
        raise NoSuchTie
    if not reason:
        raise ReasonNeeded(field="reason")


def labels(lines: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Judge id -> GK1, GK2, … in the order in which the log first meets them."""
    met = ("sheet.sealed", "score.given", "judge.recused")
    seen = dict.fromkeys(line["data"]["judge_id"] for line in lines if line["kind"] in met)
    return {judge: f"GK{place}" for place, judge in enumerate(seen, start=1)}
