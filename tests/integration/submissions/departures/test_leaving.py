"""A co-author leaves, or is taken out: before the hand-in, after it, after the formal check, twice; who is told."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from services.submissions.authors.domain import AuthorGone, OwnerStays, SharesOff
from services.submissions.coauthors import service as coauthors
from services.submissions.coauthors.domain import State
from services.submissions.departures import service
from services.submissions.departures.domain import NotSure, TakenIn
from services.submissions.entries import service as entries
from services.submissions.team_drafts.domain import Row
from shared.clock import now
from shared.errors import NotFound
from shared.identity import Person
from shared.mongo import Store, Tx
from tests.integration.submissions import entry_builders as made
from tests.integration.submissions.builders import Browser, a_person, email_of, outbox_rows
from tests.integration.submissions.team_builders import LAN, a_pair, name


async def _leave(store: Store, entry_id: str, by: Person, *, sure: bool = True) -> None:
    await service.leave(store, entry_id, sure=sure, reason="Tôi chuyển công tác", by=by, at=now())


async def _told(store: Store, entry_id: str) -> list[dict[str, Any]]:
    rows = [json.loads(row["value"]) for row in await outbox_rows(store, entry_id)]
    return [row["data"] for row in rows if row["type"] == "submissions.author.parted.v1"]


async def _accept(store: Store, entry_id: str, by: Person) -> None:
    async def work(tx: Tx) -> None:
        await entries.accept(tx, entry_id, by, now())

    await store.transaction(work)


async def test_whoever_leaves_sees_nothing_more_and_the_owner_divides_anew_before_handing_in(store: Store) -> None:
    owner, lan = await a_person(store), await a_person(store, name="Lê Canh Giữ")
    draft = await a_pair(store, owner, lan)
    await name(store, draft.id, owner, await _row(store, draft.id, owner), representative=lan.id)
    with pytest.raises(NotSure):
        await _leave(store, draft.id, lan, sure=False)
    for _ in range(2):
        await _leave(store, draft.id, lan)
    with pytest.raises(NotFound):
        await entries.view(store, draft.id, lan)
    kept = await entries.get(store.read, draft.id)
    assert (kept.author_ids, kept.representative, kept.left) == ([owner.id], owner.id, [lan.id])
    [gone] = (await coauthors.team(store, draft.id, owner)).invitations
    assert (gone.state, gone.reason) == (State.LEFT, "Tôi chuyển công tác")
    with pytest.raises(SharesOff, match="60%"):
        await made.hand_in(store, draft.id, owner)
    await name(store, draft.id, owner)
    await made.hand_in(store, draft.id, owner)
    [told] = await _told(store, draft.id)
    assert (told["person_id"], told["owner_id"], told["own_wish"], told["handed_in"]) == (lan.id, owner.id, True, False)
    assert "Canh Giữ" not in str(await outbox_rows(store, draft.id))


async def _row(store: Store, entry_id: str, owner: Person) -> Row:
    [there] = (await coauthors.team(store, entry_id, owner)).invitations
    return Row(id=there.id, share="40")


async def test_nobody_is_accepted_with_a_name_that_was_taken_back_after_the_hand_in(store: Store) -> None:
    owner, lan, secretary = await a_person(store), await a_person(store), await a_person(store, "secretary")
    draft = await a_pair(store, owner, lan)
    await made.hand_in(store, draft.id, owner)
    await _leave(store, draft.id, lan)
    with pytest.raises(AuthorGone):
        await _accept(store, draft.id, secretary)
    assert (await _told(store, draft.id))[0]["handed_in"] is True
    await name(store, draft.id, owner)
    await made.hand_in(store, draft.id, owner)
    await _accept(store, draft.id, secretary)
    assert (await entries.last_revision(store.read, await entries.get(store.read, draft.id))).author_ids == [owner.id]


async def test_whoever_comes_back_by_a_new_letter_stands_in_the_way_of_nothing(store: Store) -> None:
    owner, lan = await a_person(store), await a_person(store)
    draft = await a_pair(store, owner, lan)
    await made.hand_in(store, draft.id, owner)
    await _leave(store, draft.id, lan)
    [gone] = (await coauthors.team(store, draft.id, owner)).invitations
    await coauthors.send_again(store, draft.id, gone.id, sender=coauthors.Sender(owner, "k" * 40, now()))
    kept = await entries.get(store.read, draft.id)
    assert (kept.invited, kept.left) == (1, [lan.id])


async def test_after_the_formal_check_nobody_leaves_and_the_owner_never_does(store: Store) -> None:
    owner, lan, stranger = await a_person(store), await a_person(store), await a_person(store)
    draft = await a_pair(store, owner, lan)
    with pytest.raises(OwnerStays):
        await _leave(store, draft.id, owner)
    with pytest.raises(NotFound):
        await _leave(store, draft.id, stranger)
    await made.hand_in(store, draft.id, owner)
    await _accept(store, draft.id, await a_person(store, "secretary"))
    with pytest.raises(TakenIn):
        await _leave(store, draft.id, lan)
    assert lan.id in (await entries.get(store.read, draft.id)).author_ids
    assert await _told(store, draft.id) == []


async def test_whoever_the_owner_takes_out_is_told_but_not_who_never_agreed(store: Store) -> None:
    owner, lan = await a_person(store), await a_person(store)
    draft = await a_pair(store, owner, lan)
    await name(
        store,
        draft.id,
        owner,
        await _row(store, draft.id, owner),
        Row(name="Mai", address=email_of("mai-2"), share="9"),
    )
    await name(store, draft.id, owner)
    [told] = await _told(store, draft.id)
    assert (told["person_id"], told["own_wish"]) == (lan.id, False)
    assert (await entries.get(store.read, draft.id)).left == []


async def test_the_page_asks_first_keeps_the_reason_and_a_second_press_finds_it_done(
    store: Store, browser: Callable[[], Browser]
) -> None:
    owner, lan = await a_person(store, email=email_of("chu-bai")), await a_person(store, email=LAN)
    draft = await a_pair(store, owner, lan)
    window, path = browser(), f"/bai-du-thi/{draft.id}/roi-bai"
    await window.sign_in(LAN)
    assert path in (await window.open(f"/bai-du-thi/{draft.id}/tac-gia")).text
    await window.open(path)
    refused = await window.submit(path, {"reason": "Bận việc nhà"})
    assert (refused.status_code, "Bận việc nhà" in refused.text) == (422, True)
    for _ in range(2):
        answer = await window.submit(path, {"reason": "Bận việc nhà", "sure": "true"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/bai-du-thi")
    assert (await window.open(path)).url.path == "/bai-du-thi"
    own = browser()
    await own.sign_in(email_of("chu-bai"))
    shown = (await own.open(f"/bai-du-thi/{draft.id}/tac-gia")).text
    assert "Lý do rời bài: Bận việc nhà" in shown
    assert "Đã rời bài" in shown
    assert (await own.open(path)).text.count("Không tự rời bài này được") == 1
    api = browser()
    hers = await api.bearer(LAN)
    json_path = f"/api/submissions/v1/entries/{draft.id}/leave"
    assert (await api.post(json_path, json={}, headers=hers)).status_code == 204
    refused = await api.post(json_path, json={}, headers=await api.bearer(email_of("chu-bai")))
    assert (refused.status_code, refused.json()["code"]) == (409, "owner_stays")
