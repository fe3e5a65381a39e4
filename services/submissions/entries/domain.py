"""An entry: what may be done with it in which state and until when. Pure; what its text must be is `texts`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import AwareDatetime, ConfigDict, Field

from services.submissions.arrivals import domain as arrivals
from services.submissions.arrivals.domain import Channel, Paper, Transcript
from services.submissions.authors.domain import Authored
from services.submissions.contests.domain import Contest, Phase
from services.submissions.effects.domain import Fault
from services.submissions.files.domain import MANDATE, Attachment, check_room
from services.submissions.jury_copies.domain import Copy
from services.submissions.states.domain import (
    IN_WORDS,
    DeadlinePassed,
    NotHandedIn,
    NothingChanged,
    NotOpenYet,
    NotRefused,
    NotReturned,
    NotWaiting,
    Refused,
    Returned,
    Rule,
    Settled,
    State,
    UntilPassed,
    Withdrawn,
    late,
    over,
)
from services.submissions.texts import domain as texts
from services.submissions.texts.domain import Revision, Words
from shared.events import submissions as events


class Entry(Authored, Words):
    """The aggregate. Its own words are the working copy; what counts is the last revision handed in."""

    model_config = ConfigDict(extra="ignore")

    id: str
    version: int = 0
    facts: int = 0
    contest_id: str
    unit_id: str | None = None
    files: list[Attachment] = Field(default=[])
    channel: Channel = Channel.ONLINE
    """How it came first."""
    more_channels: list[Channel] = Field(default=[])
    """How it came again, as an entry that was joined to this one."""
    paper: Paper | None = None
    joined_to: str | None = None
    """The entry that counts instead of this one."""
    state: State = State.DRAFT
    receipt: str | None = None
    revision: int = 0
    changed: bool = False
    """Whether the working copy differs from the last revision."""
    status_digest: str
    created_at: AwareDatetime
    saved_at: AwareDatetime
    submitted_at: AwareDatetime | None = None
    accepted_at: AwareDatetime | None = None
    returned: Returned | None = None
    refused: Refused | None = None
    withdrawn: Withdrawn | None = None
    released: list[Copy] = Field(default=[])
    """The copies that the jury may open."""

    @property
    def in_words(self) -> str:
        """The state as people say it."""
        unsent = self.changed and self.state is State.SUBMITTED
        return IN_WORDS[self.state] + (", có sửa đổi chưa nộp" if unsent else "")

    def editable_until(self, contest: Contest) -> datetime | None:
        """The instant from which it can be neither changed nor handed in; None when it is settled."""
        if self.state is State.RETURNED and self.returned:
            return self.returned.until
        times = {State.DRAFT: contest.timetable.closes_at, State.SUBMITTED: contest.timetable.edit_until}
        return times.get(self.state)

    def editable(self, contest: Contest, at: datetime) -> bool:
        """Whether `write` would take words now."""
        until = self.editable_until(contest)
        return until is not None and (self.state is State.DRAFT or at < until)

    def write(self, words: Words, contest: Contest, at: datetime) -> None:
        """Take what was typed. A draft is kept even after the deadline. Raises Settled, EditingOver, Invalid."""
        self._check_editable(contest, at)
        words.check_parts(contest)
        if not self.same_words(words):
            self._touched(at)
        for name in Words.model_fields:
            setattr(self, name, getattr(words, name))

    def file_with(self, digest: str) -> Attachment | None:
        """The file with this SHA-256: sent again because an answer got lost, it is not a second one."""
        return next((file for file in self.files if file.sha256 == digest), None)

    def faults(self, contest: Contest) -> Iterator[Fault]:
        """Also the paper that an organisation brings."""
        yield from super().faults(contest)
        asked = any(group.needs_mandate and group.id == self.entrant_group for group in contest.entrant_groups)
        if asked and not any(file.purpose == MANDATE for file in self.files):
            yield "mandate_missing", MANDATE, "Hãy thêm giấy cử người đại diện của tổ chức."

    def check_room_for_file(self, contest: Contest, at: datetime, purpose: str = "") -> None:
        """Before a file is looked into. Raises Settled, EditingOver, TooManyFiles."""
        self._check_editable(contest, at)
        check_room(self.files, contest.form_rules.max_files, purpose)

    def attach(self, file: Attachment, contest: Contest, at: datetime) -> None:
        """The same bytes once. Raises what `check_room_for_file` raises."""
        if self.file_with(file.sha256) is None:
            self.check_room_for_file(contest, at, file.purpose)
            self.files.append(file)
            self._touched(at)

    def detach(self, file_id: str, contest: Contest, at: datetime) -> None:
        """Whether or not it is there; earlier revisions keep it. Raises Settled, EditingOver."""
        self._check_editable(contest, at)
        self.files = [file for file in self.files if file.id != file_id]
        self._touched(at)

    def rename_authors(self, shares: Mapping[str, Decimal], invited: int, contest: Contest, at: datetime) -> None:
        """Other authors or shares. Raises Settled, EditingOver."""
        self._check_editable(contest, at)
        self.name_authors(shares, invited)
        self._touched(at)

    def _check_editable(self, contest: Contest, at: datetime) -> None:
        until = self.editable_until(contest)
        if until is None:
            raise Settled
        if not self.editable(contest, at):
            raise over(until, at)

    def _whose(self) -> dict[str, str]:
        whose = {"entry_id": self.id, "contest_id": self.contest_id, "owner_id": self.owner_id}
        return {**whose, "representative_id": self.representative}

    def _check_waiting(self) -> None:
        if self.state is not State.SUBMITTED:
            raise NotWaiting

    def _touched(self, at: datetime) -> None:
        self.saved_at, self.changed = at, self.revision > 0

    def check_may_submit(self, contest: Contest, at: datetime) -> None:
        """State and time. Raises Settled, NothingChanged, NotOpenYet, DeadlinePassed, EditingOver."""
        self._check_editable(contest, at)
        if self.state is State.SUBMITTED and not self.changed:
            raise NothingChanged
        if self.state is State.DRAFT:
            check_open(contest, at)

    def submit(
        self, contest: Contest, unit_ids: list[str], code: str, *, by: str, at: datetime, message: str = ""
    ) -> Revision:
        """Hand in the working copy; `code` becomes its receipt the first time.

        `message` is for the secretary: the answer to what was asked when the entry came back. Raises also Incomplete,
        InvitationOpen, SharesOff.
        """
        self.check_may_submit(contest, at)
        self.check_complete(contest)
        self.check_authors()
        self.submitted_at = at
        if self.paper:
            self.paper.transcript = Transcript.OWN
        return self.revise(unit_ids, code, by=by, at=at).model_copy(update={"message": message})

    def revise(self, unit_ids: list[str], code: str, *, by: str, at: datetime, checked_by: str = "") -> Revision:
        """The words as they are become the next revision, whoever typed them."""
        self.revision += 1
        self.receipt = self.receipt or code
        asked = "\n".join([*self.returned.missing, self.returned.reason]) if self.returned else ""
        self.state, self.changed, self.returned = State.SUBMITTED, False, None
        words: dict[str, Any] = self.model_dump(include=set(Words.model_fields))
        return Revision(
            **words,
            entry_id=self.id,
            number=self.revision,
            files=self.files,
            unit_ids=unit_ids,
            author_ids=self.author_ids,
            shares=self.shares,
            representative_id=self.representative,
            findings=texts.find(self),
            asked=asked,
            at=at,
            by=by,
            checked_by=checked_by,
        )

    def begun(self) -> events.EntryBegun:
        """The first fact about it: there is a draft."""
        self.facts += 1
        return events.EntryBegun(
            entry_id=self.id, contest_id=self.contest_id, owner_id=self.owner_id, begun_at=self.created_at
        )

    def told_submitted(self) -> events.EntrySubmitted:
        """The next fact about it: it was handed in as it is now."""
        self.facts += 1
        shared = set(events.EntrySubmitted.model_fields) & set(Entry.model_fields) - {"files"}
        files = [file.told() for file in self.files]
        arrived = self.paper.received_at if self.paper and self.channel is not Channel.ONLINE else None
        own = {**self.model_dump(include=shared), "representative_id": self.representative}
        return events.EntrySubmitted(entry_id=self.id, files=files, received_at=arrived, **own)

    def withdraw(self, contest: Contest, reason: str, at: datetime) -> events.EntryWithdrawn:
        """Take it back before the contest closes. Raises NotHandedIn, Settled, DeadlinePassed."""
        if self.state is State.DRAFT:
            raise NotHandedIn
        if self.state in (State.WITHDRAWN, State.REFUSED, State.JOINED):
            raise Settled
        if at >= contest.timetable.closes_at:
            raise DeadlinePassed("Đã hết hạn nộp bài nên không tự rút được nữa. Hãy gửi đơn tới Ban Tổ chức.")
        self.state, self.withdrawn, self.released = State.WITHDRAWN, Withdrawn(reason=reason, at=at), []
        self.facts += 1
        return events.EntryWithdrawn(reason=reason, **self._whose())

    def send_back(
        self, reason: str, until: datetime, at: datetime, missing: Sequence[str] = ()
    ) -> events.EntryReturned:
        """For mending until `until`. Raises NotWaiting, UntilPassed."""
        self._check_waiting()
        return self._ask(Returned(reason=reason, until=until, at=at, missing=list(missing)), at)

    def extend(self, until: datetime, at: datetime) -> events.EntryReturned:
        """More time for mending, perhaps when it was over. Raises NotReturned, UntilPassed."""
        if self.state is not State.RETURNED or self.returned is None:
            raise NotReturned
        return self._ask(self.returned.model_copy(update={"until": until}), at)

    def _ask(self, asked: Returned, at: datetime) -> events.EntryReturned:
        if asked.until <= at:
            raise UntilPassed(field="until")
        self.state, self.returned = State.RETURNED, asked
        self.facts += 1
        return events.EntryReturned(**asked.model_dump(exclude={"at"}), **self._whose())

    def refuse(self, rule: Rule, reason: str, at: datetime) -> events.EntryRefused:
        """For good; one that was sent back only when its time is over. Raises NotWaiting."""
        overdue = self.state is State.RETURNED and self.returned is not None and at >= self.returned.until
        if not overdue:
            self._check_waiting()
        self.state, self.refused = State.REFUSED, Refused(rule=rule, reason=reason, at=at)
        self.facts += 1
        return events.EntryRefused(rule=rule, reason=reason, refused_at=at, **self._whose())

    def reopen(self, reason: str, at: datetime) -> events.EntryReopened:
        """The refusal was a mistake: it waits for the formal check again. Raises NotRefused."""
        if self.state is not State.REFUSED:
            raise NotRefused
        self.state, self.refused, self.returned = State.SUBMITTED, None, None
        self.facts += 1
        return events.EntryReopened(reason=reason, reopened_at=at, **self._whose())

    def accept(
        self, last: Revision, contest: Contest, at: datetime, *, released: Sequence[Copy] = ()
    ) -> events.EntryAccepted:
        """The last revision counts, its files as `released`. Raises NotWaiting, AuthorGone, PaperLate, NotTranscribed."""
        self._check_waiting()
        self.check_nobody_left(last.author_ids)
        arrivals.check_acceptable([self.channel, *self.more_channels], self.paper, contest.timetable)
        self.state, self.accepted_at = State.ACCEPTED, at
        self.released = list(released)
        self.facts += 1
        return events.EntryAccepted(
            **self._whose(),
            author_ids=last.author_ids or self.author_ids,
            shares=last.shares,
            unit_ids=last.unit_ids,
            entrant_group=last.entrant_group,
            content_group=last.content_group,
            track=next(group.track for group in contest.entrant_groups if group.id == last.entrant_group),
            title=last.title,
            parts={part.id: last.parts[part.id] for part in contest.parts if last.parts.get(part.id, "").strip()},
            effects=[effect.told() for effect in last.effects if effect.complete],
            judge_copies=[copy.told() for copy in self.released],
            accepted_at=at,
        )


def check_open(contest: Contest, at: datetime) -> None:
    """Whether a first version is taken at `at`. Raises NotOpenYet, DeadlinePassed."""
    if contest.is_open(at):
        return
    if contest.phase(at) is not Phase.CLOSED:
        raise NotOpenYet
    raise late(contest.timetable.closes_at, at) if at >= contest.timetable.closes_at else DeadlinePassed()
