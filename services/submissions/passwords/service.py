"""Resetting and changing a password; every other session ends with the old one, and the owner is told."""

from services.submissions.credentials import service as credentials
from services.submissions.credentials.domain import PASSWORD_GUESSES, News, Purpose
from services.submissions.passwords import domain
from services.submissions.people import service as people
from services.submissions.sign_in import service as sign_in
from shared.clock import now
from shared.errors import NotFound
from shared.mongo import Store, Tx


async def reset(
    store: Store, code_id: str, typed: str, password: str, *, visitor: sign_in.Visitor, secret_key: str
) -> None:
    """Set a new password for the account whose code was typed; all its sessions end.

    Raises WrongCode, CodeOver, TooMany, NotFound for an account closed meanwhile.
    """
    proof = await credentials.check(
        store, code_id, typed, purpose=Purpose.RESET, browser=visitor.browser, place=visitor.place,
        secret_key=secret_key,
    )  # fmt: skip
    hashed = await credentials.hashed(password)

    async def work(tx: Tx) -> None:
        owner = await sign_in.owner_of(tx, proof.address)
        if owner is None or owner.id != proof.person_id:
            raise NotFound
        await people.set_password(tx, owner.id, hashed, now())
        await sign_in.end_all(tx, owner.id)
        await people.tell(tx, owner, News.PASSWORD, secret_key=secret_key)

    await store.transaction(work)
    await credentials.know(store.read, proof.address, visitor.place)


async def change(  # noqa: PLR0913 - a change has that many sides
    store: Store, person_id: str, old: str, new: str, *, place: str, session: str, secret_key: str
) -> None:
    """Another password for somebody who knows the old one; the sessions but that with the secret `session` end.

    Raises WrongOldPassword, TooMany.
    """
    counted = await credentials.count_guess(store.read, PASSWORD_GUESSES, f"own {person_id}", place)
    account = await people.get(store.read, person_id)
    if not await credentials.is_right(old, account.password):
        raise domain.WrongOldPassword(field="old_password")
    hashed = await credentials.hashed(new)

    async def work(tx: Tx) -> None:
        await people.set_password(tx, person_id, hashed, now())
        await sign_in.end_all(tx, person_id, but=session)
        await people.tell(tx, account, News.PASSWORD, secret_key=secret_key)

    await store.transaction(work)
    await credentials.take_back(store.read, counted)
