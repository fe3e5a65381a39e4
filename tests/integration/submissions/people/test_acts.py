"""Every change of somebody's roles, and closing an account, is written down in the transaction of the change."""

import asyncio

import pytest

from services.submissions.acts import service as acts
from services.submissions.acts.domain import Kind
from services.submissions.people import service
from services.submissions.people.domain import LastAdministratorKept, OwnAccountKept, OwnRoleKept, Role
from shared.errors import Refusal
from shared.mongo import Store
from tests.integration.submissions.builders import ADMINISTRATOR, a_person, outbox_rows

JUDGE = Role(role="judge", scope="contest-1")
CHIEF = Role(role="administrator")
WHY = "Quyết định 12 của Ban Tổ chức"


async def test_a_role_given_twice_is_given_and_written_down_once(store: Store):
    person = await a_person(store)
    for _ in range(2):
        given = await service.give(store, person.id, JUDGE, reason=WHY, by=ADMINISTRATOR)
        assert given.held == ["entrant:*", "judge:contest-1"]
    act = (await acts.about(store.read, person.id))[0]
    assert len(await acts.about(store.read, person.id)) == 1
    assert (act.kind, act.by, act.before, act.reason) == (Kind.ROLE_GRANTED, ADMINISTRATOR.id, ["entrant:*"], WHY)
    assert act.after == given.held
    assert len(await outbox_rows(store, person.id)) == 2


async def test_a_role_is_taken_and_tokens_with_it_are_void(store: Store):
    person = await a_person(store, "judge", scope="contest-1")
    left = await service.take(store, person.id, JUDGE, reason=WHY, by=ADMINISTRATOR)
    assert left.held == []
    assert await service.signed_out_before(store)(person.id) == left.signed_out_before
    assert [act.kind for act in await acts.about(store.read, person.id)] == [Kind.ROLE_REVOKED]


async def test_setting_all_roles_at_once_is_written_down_too(store: Store):
    person = await a_person(store)
    await service.grant(store, person.id, [JUDGE], by=ADMINISTRATOR)
    assert [(act.kind, act.after) for act in await acts.about(store.read, person.id)] == [
        (Kind.ROLES_SET, ["judge:contest-1"])
    ]


async def test_a_closed_account_is_out_everywhere_and_can_be_opened_again(store: Store):
    person = await a_person(store)
    for _ in range(2):
        closed = await service.close(store, person.id, reason=WHY, by=ADMINISTRATOR)
    before = await service.signed_out_before(store)(person.id)
    assert before is not None
    assert before.year == 9999
    reopened = await service.reopen(store, person.id, reason=WHY, by=ADMINISTRATOR)
    assert reopened.active
    # Tokens of before it was closed stay void.
    assert await service.signed_out_before(store)(person.id) == closed.signed_out_before
    assert [act.kind for act in await acts.about(store.read, person.id)] == [Kind.REOPENED, Kind.CLOSED]


async def test_nobody_locks_the_site_from_the_outside(store: Store):
    chief = await a_person(store, "administrator")
    with pytest.raises(OwnRoleKept):
        await service.take(store, chief.id, CHIEF, reason=WHY, by=chief)
    with pytest.raises(OwnAccountKept):
        await service.close(store, chief.id, reason=WHY, by=chief)
    with pytest.raises(LastAdministratorKept):
        await service.take(store, chief.id, CHIEF, reason=WHY, by=ADMINISTRATOR)
    with pytest.raises(LastAdministratorKept):
        await service.close(store, chief.id, reason=WHY, by=ADMINISTRATOR)
    with pytest.raises(LastAdministratorKept):
        await service.grant(store, chief.id, [], by=ADMINISTRATOR)
    assert await acts.about(store.read, chief.id) == []


async def test_two_administrators_who_take_the_role_from_each_other_at_once_leave_one(store: Store):
    one, other = await a_person(store, "administrator"), await a_person(store, "administrator")

    async def attempt(whose: str, by: object) -> str:
        try:
            await service.take(store, whose, CHIEF, reason=WHY, by=by)  # type: ignore[arg-type]
        except Refusal as refusal:
            return refusal.code
        return "taken"

    said = await asyncio.gather(attempt(one.id, other), attempt(other.id, one))
    assert sorted(said) == ["last_administrator_kept", "taken"]
