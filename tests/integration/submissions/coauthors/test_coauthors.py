"""An entry with several authors on a real database: invited, confirmed, changed, refused, handed in, erased."""

from decimal import Decimal

import pytest

from services.submissions.authors.domain import InvitationOpen, OwnerOnly, SharesOff
from services.submissions.coauthors import service
from services.submissions.coauthors.domain import AlreadyAuthor, InvitationOver, ShareChanged, State
from services.submissions.coauthors.service import Sender
from services.submissions.eligibility.domain import NotEligible
from services.submissions.entries import service as entries
from services.submissions.erasures import service as erasures
from services.submissions.invitations import service as invitations
from services.submissions.invitations.service import Answer
from services.submissions.states.domain import SavedElsewhere
from services.submissions.team_drafts.domain import Row, Typed
from shared.clock import now
from shared.errors import Invalid, NotFound
from shared.mongo import Store
from tests.integration.submissions import entry_builders as made
from tests.integration.submissions.builders import (
    SECRET_KEY,
    a_person,
    codes_sent,
    email_of,
    last_code,
    outbox_rows,
)
from tests.integration.submissions.team_builders import LAN, MAI, a_pair, a_team, agree, name


async def test_a_co_author_agrees_by_letter_and_is_an_author_from_then_on(store: Store) -> None:
    owner, lan = await a_person(store), await a_person(store)
    draft = await a_team(store, owner)
    await name(store, draft.id, owner, Row(name="Lan", address=LAN, share="40"))
    assert await entries.of_author(store.read, lan.id) == []
    with pytest.raises(InvitationOpen):
        await made.hand_in(store, draft.id, owner)
    assert await agree(store, LAN, lan) == draft.id
    assert [entry.id for entry in await entries.of_author(store.read, lan.id)] == [draft.id]
    await made.hand_in(store, draft.id, owner)
    told = [row for row in await outbox_rows(store, draft.id) if "entry.submitted" in row["value"]]
    assert f'"author_ids":["{owner.id}","{lan.id}"]' in told[0]["value"].replace(" ", "")
    [revision] = await entries.revisions(store.read, draft.id)
    assert revision.shares == {owner.id: Decimal(60), lan.id: Decimal(40)}


async def test_only_the_owner_hands_in_withdraws_and_names_authors_while_everybody_writes(store: Store) -> None:
    owner, lan = await a_person(store), await a_person(store)
    draft = await a_team(store, owner)
    await name(store, draft.id, owner, Row(name="Lan", address=LAN, share="40"))
    await agree(store, LAN, lan)
    kept = await entries.get(store.read, draft.id)
    changed = made.words(title="Tên do đồng tác giả sửa lại")
    await entries.write(store, draft.id, changed, version=kept.version, by=lan, at=now())
    with pytest.raises(OwnerOnly):
        await made.hand_in(store, draft.id, lan)
    with pytest.raises(OwnerOnly):
        await name(store, draft.id, lan)
    await made.hand_in(store, draft.id, owner)
    with pytest.raises(OwnerOnly):
        await entries.withdraw(store, draft.id, "thôi", key="k", by=lan, at=now())


async def test_a_secret_works_once_and_an_older_letter_not_at_all(store: Store) -> None:
    owner, lan, thief = await a_person(store), await a_person(store), await a_person(store)
    draft = await a_team(store, owner)
    [invitation] = (await name(store, draft.id, owner, Row(name="Lan", address=LAN, share="40"))).invitations
    await service.send_again(store, draft.id, invitation.id, sender=Sender(owner, SECRET_KEY, now()))
    old, fresh = await codes_sent(store, LAN)
    for secret in (old, "x" * 27):
        with pytest.raises(InvitationOver):
            await invitations.answer(store, Answer(secret=secret, share=Decimal(40)), by=lan, at=now())
    await invitations.answer(store, Answer(secret=fresh, share=Decimal(40)), by=lan, at=now())
    with pytest.raises(InvitationOver):
        await invitations.answer(store, Answer(secret=fresh, share=Decimal(40)), by=thief, at=now())
    assert (await entries.get(store.read, draft.id)).author_ids == [owner.id, lan.id]


async def test_another_share_asks_again_and_removing_somebody_asks_those_whose_share_grows(store: Store) -> None:
    owner, lan, mai = await a_person(store), await a_person(store), await a_person(store)
    draft = await a_team(store, owner)
    rows = [Row(name="Lan", address=LAN, share="30"), Row(name="Mai", address=MAI, share="30")]
    named = await name(store, draft.id, owner, *rows, own="40")
    await agree(store, LAN, lan, "30")
    await agree(store, MAI, mai, "30")
    first, second = (Row(**one.model_dump(include={"id"}), share="30") for one in named.invitations)
    await name(store, draft.id, owner, first, second, own="39", representative=mai.id)
    kept = await entries.get(store.read, draft.id)
    assert (kept.invited, kept.author_ids, kept.representative) == (0, [owner.id, lan.id, mai.id], mai.id)
    with pytest.raises(SharesOff, match="99%"):
        await made.hand_in(store, draft.id, owner)
    await name(store, draft.id, owner, first.model_copy(update={"share": "61"}), own="39")
    kept = await entries.get(store.read, draft.id)
    assert (kept.invited, kept.author_ids, kept.representative) == (1, [owner.id], owner.id)
    with pytest.raises(ShareChanged):
        await agree(store, LAN, lan, "30")
    await agree(store, LAN, lan, "61")
    await made.hand_in(store, draft.id, owner)


async def test_a_refusal_tells_its_reason_and_names_nobody(store: Store) -> None:
    owner, lan = await a_person(store), await a_person(store)
    draft = await a_team(store, owner)
    await name(store, draft.id, owner, Row(name="Lan", address=LAN, share="40"))
    said = Answer(secret=await last_code(store, LAN), reason="Tôi không tham gia bài này")
    await invitations.answer(store, said, by=lan, at=now())
    [declined] = (await service.team(store, draft.id, owner)).invitations
    assert (declined.state, declined.reason) == (State.DECLINED, "Tôi không tham gia bài này")
    with pytest.raises(SharesOff, match="60%"):
        await made.hand_in(store, draft.id, owner)
    await name(store, draft.id, owner)
    await made.hand_in(store, draft.id, owner)


async def test_nobody_is_an_author_twice_nor_of_their_own_invitation(store: Store) -> None:
    owner, lan = await a_person(store, email=email_of("chu-bai")), await a_person(store)
    draft = await a_team(store, owner)
    with pytest.raises(Invalid, match="invalid"):
        await name(store, draft.id, owner, Row(name="Tôi", address=email_of("chu-bai"), share="40"))
    rows = [Row(name="Lan", address=LAN, share="20"), Row(name="Lan lần hai", address=MAI, share="20")]
    await name(store, draft.id, owner, *rows)
    await agree(store, LAN, lan, "20")
    for somebody in (lan, owner):
        with pytest.raises(AlreadyAuthor):
            await agree(store, MAI, somebody, "20")


async def test_a_co_author_whom_the_rules_shut_out_is_named_at_hand_in(store: Store) -> None:
    owner = await a_person(store)
    judge = await a_person(store, "entrant", "judge", name="Phạm Thị Giám Khảo")
    draft = await a_team(store, owner)
    await name(store, draft.id, owner, Row(name="Lan", address=LAN, share="40"))
    await agree(store, LAN, judge)
    with pytest.raises(NotEligible) as refused:
        await made.hand_in(store, draft.id, owner)
    assert "Phạm Thị Giám Khảo: Người giữ việc giám khảo" in refused.value.errors[0]["text"]


async def test_a_group_takes_as_many_authors_as_its_rules_say(store: Store) -> None:
    owner = await a_person(store)
    pair = [{"id": "E1", "title": "Người dân", "track": "individual", "max_authors": 2}]
    draft = await a_team(store, owner, entrant_groups=pair)
    rows = [Row(name="Lan", address=LAN, share="20"), Row(name="Mai", address=MAI, share="20")]
    with pytest.raises(Invalid) as refused:
        await name(store, draft.id, owner, *rows)
    assert refused.value.errors[0]["text"] == "Bài này có được nhiều nhất 1 đồng tác giả."


async def test_an_old_page_changes_nobody_and_one_that_is_sent_twice_writes_once(store: Store) -> None:
    owner = await a_person(store)
    draft = await a_team(store, owner)
    sender, typed = (
        Sender(owner, SECRET_KEY, now()),
        Typed(owner_share="60.0%", members=[Row(name="Lan", address=LAN.upper(), share="40 %")]),
    )
    for _ in range(2):
        await service.revise(store, draft.id, typed, version=0, sender=sender)
    assert len(await codes_sent(store, LAN)) == 1
    other = Typed(owner_share="70", members=[Row(name="Mai", address=MAI, share="30")])
    with pytest.raises(SavedElsewhere) as refused:
        await service.revise(store, draft.id, other, version=0, sender=sender)
    assert "'members.0.name': 'Lan'" in str(refused.value.details["fields"])
    assert await codes_sent(store, MAI) == []


async def test_what_was_typed_and_not_sent_is_nobodys_business_and_goes_with_whom_it_names(store: Store) -> None:
    owner, lan = await a_person(store), await a_person(store, email=LAN)
    mai = await a_person(store, email=MAI)
    draft = await a_pair(store, owner, mai)
    version = (await service.team(store, draft.id, owner)).draft.version
    typed = Typed(owner_share="50", members=[Row(name="Lê Canh Giữ", address=LAN.upper(), share="chưa biết")])
    with pytest.raises(OwnerOnly):
        await service.keep_draft(store, draft.id, typed, version=version, by=mai, at=now())
    kept = await service.keep_draft(store, draft.id, typed, version=version, by=owner, at=now())
    found = await service.team(store, draft.id, owner)
    assert (found.shown, found.entry.shares, found.draft.version) == (typed, draft.shares, kept.version)
    assert len(await codes_sent(store, LAN)) == 1
    with pytest.raises(SavedElsewhere):
        await service.keep_draft(store, draft.id, Typed(owner_share="9"), version=version, by=owner, at=now())
    await erasures.begin(store, lan.id, by=lan.id, secret_key=SECRET_KEY, at=now())
    assert "Canh Giữ" not in str(await store.read["team_drafts"].find({}))
    assert (await service.team(store, draft.id, owner)).draft.typed is None


async def test_whoever_has_the_address_finds_the_invitation_signed_in_and_nobody_else_does(store: Store) -> None:
    owner, lan, other = await a_person(store), await a_person(store, email=LAN), await a_person(store)
    draft = await a_team(store, owner)
    await name(store, draft.id, owner, Row(name="Lan", address=LAN, share="40"))
    [waits] = await invitations.waiting(store, lan, now())
    assert (waits.owner, waits.title) == (owner.name, draft.title)
    assert await invitations.waiting(store, other, now()) == []
    said = Answer(invitation_id=waits.invitation.id, share=Decimal(40))
    with pytest.raises(NotFound):
        await invitations.answer(store, said, by=other, at=now())
    await invitations.answer(store, said, by=lan, at=now())
    assert await invitations.waiting(store, lan, now()) == []


async def test_no_name_and_no_address_travels_unsealed(store: Store) -> None:
    owner = await a_person(store, name="Đặng Chủ Bài")
    draft = await a_team(store, owner)
    await name(store, draft.id, owner, Row(name="Lê Canh Giữ", address=LAN, share="40"))
    secret = await last_code(store, LAN)
    rows = str([row["value"] for row in await store.read["outbox"].find({})])
    entry_rows = str([row["value"] for row in await outbox_rows(store, draft.id)])
    for canary in (LAN, "Canh Giữ", secret):
        assert canary not in rows
    assert "Chủ Bài" not in entry_rows
    kept = str(await store.read["invitations"].find({}))
    assert secret not in kept


async def test_an_erased_co_author_leaves_a_share_and_an_erased_invitee_nothing(store: Store) -> None:
    owner, lan = await a_person(store), await a_person(store, email=LAN, name="Lê Canh Giữ")
    mai = await a_person(store, email=MAI)
    draft = await a_team(store, owner)
    rows = [Row(name="Lê Canh Giữ", address=LAN, share="40"), Row(name="Mai Canh Giữ", address=MAI, share="20")]
    await name(store, draft.id, owner, *rows, own="40")
    await agree(store, LAN, lan)
    paper_only = await a_person(store)
    joined = await entries.get(store.read, draft.id)
    joined.author_ids.append(paper_only.id)  # as a paper that was joined names one more
    await store.transaction(lambda tx: entries.save(tx, joined))
    for one in (lan, mai):
        await erasures.begin(store, one.id, by=one.id, secret_key=SECRET_KEY, at=now())
    kept = str(await store.read["invitations"].find({}))
    for canary in ("Canh Giữ", LAN, MAI):
        assert canary not in kept
    entry = await entries.get(store.read, draft.id)
    assert (entry.invited, entry.shares) == (0, {owner.id: Decimal(40), lan.id: Decimal(40)})
    assert entry.author_ids == [owner.id, lan.id, paper_only.id]
