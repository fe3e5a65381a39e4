"""Joining two entries that are one, and parting them again. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import AwareDatetime, BaseModel

from services.submissions.arrivals.domain import AuthorIsTyping, Channel, Transcript
from services.submissions.entries.domain import Entry
from services.submissions.states.domain import NotWaiting, State
from services.submissions.texts.domain import Words
from shared.errors import Refusal
from shared.events.submissions import EntryAttributed

_OPEN = (State.SUBMITTED, State.RETURNED)


class BothOnline(Refusal):
    """Two online entries that are alike are for the comparison of texts, not for the desk."""

    code = "both_online"
    message = (
        "Chỉ nhập được khi một trong hai bài là bài giấy. Hai bài trực tuyến giống nhau thì xem ở mục Bài giống nhau."
    )


class OtherContest(Refusal):
    """An entry stays in its contest."""

    code = "other_contest"
    message = "Hai bài thuộc hai cuộc thi khác nhau nên không nhập làm một được."


class JoinedAlready(Refusal):
    """What others were joined to is the first of its kind; a chain of numbers would be hard to follow."""

    code = "joined_already"
    message = "Đã có bài khác nhập vào bài này. Hãy tách bài ấy ra trước."


class Before(BaseModel):
    """What the joining changed in the entry that counts; the words of before are its revision `revision`."""

    owner_id: str
    author_ids: list[str]
    unit_id: str | None
    more_channels: list[Channel]
    transcript: Transcript | None
    revision: int = 0
    """0: its words stayed."""
    added: list[str] = []
    """Authors that only the other one named."""

    def renamed(self, old_id: str, new_id: str) -> "Before":
        """With the other account of one author."""
        ids = {"author_ids": self.author_ids, "added": self.added, "owner_id": [self.owner_id]}
        other = {name: [new_id if one == old_id else one for one in known] for name, known in ids.items()}
        return self.model_copy(update={**other, "owner_id": other["owner_id"][0]})


class Join(BaseModel):
    """`gone` was joined to `kept`, and perhaps parted again."""

    id: str
    contest_id: str
    kept: str
    gone: str
    state: State
    """Of `gone`, before."""
    before: Before
    by: str
    at: AwareDatetime
    parted_at: AwareDatetime | None = None
    parted_by: str = ""
    reason: str = ""
    """Why they were parted."""


def check(kept: Entry, gone: Entry) -> None:
    """Raises OtherContest, BothOnline, NotWaiting, AuthorIsTyping."""
    if kept.contest_id != gone.contest_id:
        raise OtherContest
    if kept.channel is gone.channel is Channel.ONLINE and kept.paper is None:
        raise BothOnline
    if gone.state not in _OPEN or kept.state not in (*_OPEN, State.ACCEPTED):
        raise NotWaiting
    if takes_words(kept, gone) and kept.changed:
        raise AuthorIsTyping


def takes_words(kept: Entry, gone: Entry) -> bool:
    """Whether a paper gets the words that its author typed online: nobody needs to type them again."""
    on_paper = kept.channel is not Channel.ONLINE and Channel.ONLINE not in kept.more_channels
    return on_paper and gone.channel is Channel.ONLINE and kept.state in _OPEN


def join(kept: Entry, gone: Entry, names: Mapping[str, str]) -> Before:
    """Change both; what it was like before. `names`: folded, of the authors of both by their ids.

    Whoever is named on either stays an author, so that no judge of theirs reads it; the same name is the same person.
    """
    before = Before(
        owner_id=kept.owner_id, author_ids=kept.author_ids, unit_id=kept.unit_id, more_channels=kept.more_channels,
        transcript=kept.paper.transcript if kept.paper else None,
    )  # fmt: skip
    if takes_words(kept, gone):
        before.revision = kept.revision
        others = _not_among(gone.author_ids, kept.author_ids, names)
        kept.owner_id, kept.author_ids = gone.owner_id, [*gone.author_ids, *others]
        kept.unit_id = gone.unit_id or kept.unit_id
        if kept.paper:
            kept.paper.transcript = Transcript.OWN
    else:
        before.added = _not_among(kept.author_ids, gone.author_ids, names)
        kept.author_ids = [*kept.author_ids, *before.added]
    every = dict.fromkeys([*kept.more_channels, gone.channel, *gone.more_channels])
    kept.more_channels = [one for one in every if one is not kept.channel]
    _take_scans(kept, gone)
    gone.state, gone.joined_to = State.JOINED, kept.id
    return before


def _not_among(known: list[str], others: list[str], names: Mapping[str, str]) -> list[str]:
    called = {names[one] for one in known}
    return [one for one in others if one not in known and names[one] not in called]


def attributed(entry: Entry, unit_ids: Sequence[str], at: datetime) -> EntryAttributed:
    """The next fact about `entry`: its authors as they are now; `unit_ids` are those of all of them."""
    entry.facts += 1
    return EntryAttributed(
        entry_id=entry.id, contest_id=entry.contest_id, owner_id=entry.owner_id, author_ids=entry.author_ids,
        representative_id=entry.representative, shares=entry.shares, unit_ids=list(unit_ids), attributed_at=at,
    )  # fmt: skip


def authors_changed(way: str, state: State) -> str:
    """What the register says when the authors of an entry changed; `way`: how that came, a whole sentence without its stop."""
    after = "Bài đã được tiếp nhận trước đó, nên người đang chấm được kiểm tra lại về xung đột lợi ích."
    return f"{way}. {after}" if state is State.ACCEPTED else way


def _take_scans(kept: Entry, gone: Entry) -> None:
    if gone.paper is None:
        return
    if kept.paper is None:  # words that were typed by their author need nobody to type them
        kept.paper = gone.paper.model_copy(update={"transcript": Transcript.OWN}, deep=True)
    else:
        known = {file.id for file in kept.paper.files}
        kept.paper.scans += [file for file in gone.paper.files if file.id not in known]


def drop_scans(kept: Entry, gone: Entry) -> bool:
    """Take the scans of `gone` out of `kept`; whether there were any."""
    if kept.paper is None or gone.paper is None:
        return False
    theirs, before = {file.id for file in gone.paper.files}, len(kept.paper.files)
    kept.paper.scans = [file for file in kept.paper.scans if file.id not in theirs]
    if kept.paper.envelope and kept.paper.envelope.id in theirs:
        kept.paper.envelope = None
    return len(kept.paper.files) < before


def part(kept: Entry, gone: Entry, joined: Join, words: Words | None) -> None:
    """They are two again; `words` are what the paper said before it got those of the other. Raises NotWaiting."""
    if kept.state not in _OPEN:
        raise NotWaiting
    if words is not None:
        for name in Words.model_fields:
            setattr(kept, name, getattr(words, name))
        kept.files = []
    before = joined.before
    kept.owner_id, kept.author_ids, kept.unit_id = before.owner_id, before.author_ids, before.unit_id
    kept.more_channels = before.more_channels
    drop_scans(kept, gone)
    if before.transcript is None:
        kept.paper = None
    elif kept.paper is not None:
        kept.paper.transcript = before.transcript
    gone.state, gone.joined_to = joined.state, None
