"""Asking for an account, confirming its address, changing it on the way; one function is one transaction."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from services.submissions.credentials import service as credentials
from services.submissions.credentials.domain import CODES_ISSUED, Purpose
from services.submissions.people import service as people
from services.submissions.people.domain import SignUp as Asked
from services.submissions.sign_up import domain, repository
from services.submissions.sign_up.domain import SignUp
from services.submissions.units import service as units
from shared.clock import now
from shared.errors import Invalid, NotFound
from shared.ids import new_id, new_secret
from shared.mongo import Document, Duplicate, Store, Tx
from shared.once import once

INDEXES = repository.INDEXES


async def begin(store: Store, asked: Asked, *, key: str, secret_key: str, place: str) -> str:
    """Send a code to the address; the sign-up's id. To an address that has an account goes a note instead.

    The answer and its cost are the same for both. Raises KeyReused, TooMany, Invalid.
    """
    address = asked.email or asked.phone
    await credentials.count_guess(store.read, CODES_ISSUED, address, place)
    hashed = await credentials.hashed(asked.password)
    sign_up_id = new_secret()
    typed = asked.model_dump(mode="json", exclude={"email", "phone", "password", "roles"})

    async def work(tx: Tx) -> Document:
        at = now()
        if asked.unit_id is not None:
            await _known_unit(tx, asked.unit_id)
        code_id = await _send(tx, address, asked.name, secret_key=secret_key, at=at)
        ends = at + domain.LIFETIME
        await repository.add(
            tx,
            SignUp(id=sign_up_id, typed=typed, address=address, password=hashed, code_id=code_id, expires_at=ends),
        )
        return {"sign_up_id": sign_up_id}

    # Only a keyed digest of the password is kept to tell two requests apart.
    mark = hmac.new(secret_key.encode(), asked.password.encode(), hashlib.sha256).hexdigest()
    body = {**typed, "address": hashlib.sha256(address.encode()).hexdigest(), "password": mark}
    reply = await once(store, action="sign-up", by="nobody", key=key, body=body, work=work)
    return str(reply["sign_up_id"])


async def _known_unit(tx: Tx, unit_id: str) -> None:
    try:
        await units.get(tx, unit_id)
    except NotFound as error:
        raise Invalid([{"field": "unit_id", "text": "Hãy chọn một đơn vị có trong danh sách."}]) from error


async def _send(tx: Tx, address: str, name: str, *, secret_key: str, at: datetime) -> str:
    """A code, or the note to an owner; the code's id."""
    owner = await people.find_by_address(tx, address)
    if owner is not None:
        return await credentials.tell_owner(tx, address=address, name=owner.name, secret_key=secret_key, at=at)
    return await credentials.issue(
        tx, purpose=Purpose.SIGN_UP, address=address, name=name, person_id=None, secret_key=secret_key, at=at
    )


async def view(store: Store, sign_up_id: str) -> SignUp:
    """Raises SignUpOver."""
    return await repository.get(store.read, sign_up_id, now())


async def send_again(store: Store, sign_up_id: str, *, address: str = "", place: str, secret_key: str) -> None:
    """Another code, to another `address` when one is given. Raises SignUpOver, TooMany."""
    asked = await repository.get(store.read, sign_up_id, now())
    await credentials.count_guess(store.read, CODES_ISSUED, address or asked.address, place)

    async def work(tx: Tx) -> None:
        at = now()
        pending = await repository.get(tx, sign_up_id, at)
        if pending.opened is None:
            target = address or pending.address
            code_id = await _send(tx, target, pending.typed["name"], secret_key=secret_key, at=at)
            await repository.change(tx, sign_up_id, address=target, code_id=code_id)

    await store.transaction(work)


async def confirm(store: Store, sign_up_id: str, typed: str, *, place: str, secret_key: str) -> str:
    """Open the account when the code is right; its owner's id. Raises SignUpOver, WrongCode, CodeOver, TooMany.

    A double click, or a second tab within a minute, finds the account that the first one opened. So does a second
    sign-up with the same address: who reads its letters is its owner.
    """
    pending = await repository.get(store.read, sign_up_id, now())
    proof = await credentials.check(
        store, pending.code_id, typed, purpose=Purpose.SIGN_UP, browser=sign_up_id, place=place, secret_key=secret_key
    )
    person_id = new_id()

    async def work(tx: Tx) -> str:
        at = now()
        asked = await repository.get(tx, sign_up_id, at)
        if asked.opened is not None:
            return asked.opened
        owner = await people.find_by_address(tx, proof.address)
        opened = owner.id if owner else await _open(tx, asked, proof.address, person_id, at)
        await repository.change(tx, sign_up_id, opened=opened)
        return opened

    try:
        opened = await store.transaction(work)
    except Duplicate:  # the same address was opened by another sign-up at this moment: now it is seen
        opened = await store.transaction(work)
    await credentials.know(store.read, proof.address, place)
    return opened


async def _open(tx: Tx, pending: SignUp, address: str, person_id: str, at: datetime) -> str:
    by_mail = "@" in address
    # The password is not kept: its hash stands where the form had it.
    typed = {**pending.typed, "email" if by_mail else "phone": address, "password": pending.password}
    await people.open_confirmed(
        tx, Asked.model_validate(typed), hashed=pending.password, person_id=person_id, email_confirmed=by_mail,
        phone_confirmed=not by_mail, at=at,
    )  # fmt: skip
    return person_id


async def forget(tx: Tx, addresses: Sequence[str]) -> None:
    """No sign-up with one of `addresses` is kept."""
    await repository.forget(tx, list(addresses))
