"""Asking for a new address and confirming it; one function is one transaction."""

from services.submissions.addresses import domain
from services.submissions.credentials import service as credentials
from services.submissions.credentials.domain import CodeOver, News, Purpose
from services.submissions.people import service as people
from services.submissions.security import service as security
from services.submissions.sign_in import service as sign_in
from services.submissions.sign_in.domain import require_channel
from shared.clock import now
from shared.identity import Person
from shared.mongo import Duplicate, Store, Tx

_ASKED_IN_WINDOW = 10


async def ask(
    store: Store, person: Person, address: str, *, session_secret: str, secret_key: str, text_messages: bool
) -> str:
    """A code goes to `address`; its id. Whether the address has an account is not told, its owner is.

    Raises ProofNeeded, NoTextMessages, TooMany, SameAddress.
    """
    await security.require_proof(store, person, session_secret)
    require_channel(address, text_messages=text_messages)
    await credentials.count(store.read, [f"address|{person.id}"], [_ASKED_IN_WINDOW])

    async def work(tx: Tx) -> str:
        at, account = now(), await people.get(tx, person.id)
        owner = await people.find_by_address(tx, address)
        if owner is not None and owner.id == person.id:
            raise domain.SameAddress(field="address")
        if owner is not None:
            return await credentials.tell_owner(
                tx, address=address, name=owner.name, secret_key=secret_key, at=at, purpose=Purpose.CONFIRM
            )
        return await credentials.issue(
            tx, purpose=Purpose.CONFIRM, address=address, name=account.name, person_id=account.id,
            secret_key=secret_key, at=at,
        )  # fmt: skip

    return await store.transaction(work)


async def confirm(
    store: Store, person: Person, code_id: str, typed: str, *, visitor: sign_in.Visitor, secret_key: str
) -> str:
    """The address is the account's from now on, and the one before is told; the new one.

    Raises WrongCode, CodeOver, TooMany, AddressTaken.
    """
    proof = await credentials.check(
        store, code_id, typed, purpose=Purpose.CONFIRM, browser=visitor.browser, place=visitor.place,
        secret_key=secret_key,
    )  # fmt: skip
    if proof.person_id != person.id:
        raise CodeOver(field="code")

    async def work(tx: Tx) -> None:
        at, account = now(), await people.get(tx, person.id)
        change, before = domain.replaced(account, proof.address, at)
        if before == proof.address:  # pressed twice
            return
        await people.revise(tx, person.id, change, version=None, at=at)
        if before:
            await credentials.tell(tx, News.MOVED, address=before, name=account.name, secret_key=secret_key, at=at)

    try:
        await store.transaction(work)
    except Duplicate as error:
        raise domain.AddressTaken from error
    return proof.address
