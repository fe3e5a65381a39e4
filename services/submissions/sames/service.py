"""Comparing an entry with the others of its contest; reads only."""

from collections.abc import Sequence

from services.submissions.contests import service as contests
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.likeness import domain as likeness_domain
from services.submissions.likeness import service as likeness
from services.submissions.people import service as people
from services.submissions.sames import domain
from services.submissions.sames.domain import Likeness
from services.submissions.states.domain import State
from shared.mongo import Tx
from shared.text import folded

_STANDING = (State.SUBMITTED, State.RETURNED, State.ACCEPTED)


async def of(tx: Tx, entry: Entry, person_ids: Sequence[str]) -> list[tuple[Entry, list[str]]]:
    """Those that may be `entry`, come another way, with what speaks for it; the likeliest first.

    `person_ids`: its authors, and whoever else has the sender's address.
    """
    if entry.state not in _STANDING:
        return []
    titles = await entries.titles(tx, entry.contest_id)
    titles.pop(entry.id, None)
    near, texts = domain.near_titles(entry.title, titles), await _texts(tx, entry)
    exact = {one.id: one for one in await entries.alike(tx, entry, list(person_ids))}
    found = []
    for other_id in {**exact, **near, **texts}:
        other = exact.get(other_id) or await entries.get(tx, other_id)
        if other.state not in _STANDING or (entry.paper is None and other.paper is None):
            continue
        same_title = folded(other.title) == folded(entry.title)
        alike = Likeness(
            same_person=not set(other.author_ids).isdisjoint(person_ids), same_title=same_title,
            same_name=await _share_a_name(tx, entry, other), title=near.get(other_id, 0), text=texts.get(other_id, 0),
        )  # fmt: skip
        if alike.counts:
            found.append((other, alike))
    found.sort(key=lambda pair: pair[1].weight, reverse=True)
    return [(other, alike.why) for other, alike in found]


async def _texts(tx: Tx, entry: Entry) -> dict[str, float]:
    """Of the contest's entries that say the same in part the share in common; nothing before a paper is typed."""
    contest = await contests.get(tx, entry.contest_id)
    parts = [text for part in contest.parts if (text := entry.parts.get(part.id, "").strip())]
    if not parts:
        return {}
    whole = likeness_domain.whole(entry.title, parts)
    met = await likeness.resembling(tx, whole, but=[entry.id], at_least=0.0, within=entry.contest_id)
    shares = {
        one.item.id: likeness_domain.overlap(whole, one.item.text)
        for one in met
        if one.item.contest_id == entry.contest_id
    }
    return {other_id: share for other_id, share in shares.items() if share >= likeness_domain.MARKED_FROM}


async def _share_a_name(tx: Tx, entry: Entry, other: Entry) -> bool:
    names = await people.names(tx, [*entry.author_ids, *other.author_ids])
    ours, theirs = ([names.get(one, "") for one in ids] for ids in (entry.author_ids, other.author_ids))
    return domain.share_a_name(ours, theirs)
