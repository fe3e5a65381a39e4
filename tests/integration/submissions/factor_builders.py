"""People with second factors, set up through the pages as their owners do."""

import html
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pyotp

from services.submissions.factors.domain import STEP_SECONDS
from services.submissions.passkeys.domain import Site
from shared.clock import now
from shared.events.submissions import CodeIssued
from shared.ids import new_id
from shared.mongo import Store
from tests.integration.submissions.authenticator import Authenticator
from tests.integration.submissions.builders import Browser

_SOON_SECONDS = 3
HOME = "/tai-khoan/bao-mat"
STEP = "/dang-nhap/buoc-hai"
_SECRET = re.compile(r'sk-set-up__secret"[^>]*>([A-Z2-7 ]+)<')
_CODES = re.compile(r'sk-codes__item">([^<]+)<')


def code(secret: str, step: int = 0) -> str:
    """What the app shows now, or `step` steps from now; an old one not when it is about to be too old."""
    left = STEP_SECONDS - time.time() % STEP_SECONDS
    if step < 0 and left < _SOON_SECONDS:
        time.sleep(left)
    return pyotp.TOTP(secret).at(now(), counter_offset=step)


def secret_in(page: httpx.Response) -> str:
    """The secret on a page of setting up."""
    found = _SECRET.search(page.text)
    assert found, page.text
    return found[1].replace(" ", "")


def codes_in(page: httpx.Response) -> list[str]:
    """The backup codes on a page."""
    return [html.unescape(one) for one in _CODES.findall(page.text)]


async def an_app(visitor: Browser) -> tuple[str, list[str]]:
    """The signed-in visitor sets an app up with the code of the step before; the secret and the backup codes."""
    secret = secret_in(await visitor.open(f"{HOME}/ung-dung"))
    done = await visitor.submit(f"{HOME}/ung-dung", {"code": code(secret, -1)})
    assert done.status_code == 200, done.text
    return secret, codes_in(done)


async def options(visitor: Browser, path: str) -> httpx.Response:
    """As the script asks for a challenge."""
    return await visitor.post(path, json={}, headers={"Accept": "application/json", "Sec-Fetch-Site": "same-origin"})


def a_device(site: Site, **wrong: Any) -> Authenticator:
    """A telephone of this site's visitor."""
    return Authenticator(**{"origin": site.origin, "rp_id": site.rp_id, **wrong})


async def a_key(visitor: Browser, device: Authenticator, name: str = "Điện thoại của tôi") -> httpx.Response:
    """The signed-in visitor adds the device's key."""
    await visitor.open(f"{HOME}/khoa/them")
    made = device.make((await options(visitor, f"{HOME}/khoa/them/thach-thuc")).json())
    return await visitor.submit(f"{HOME}/khoa/them", {"name": name, "credential": made})


async def long_signed_in(store: Store, person_id: str) -> None:
    """Their session began an hour ago, and nothing was proved since."""
    then = now() - timedelta(hours=1)
    await store.read["sessions"].update_all({"person_id": person_id}, {"$set": {"created_at": then}})
    await store.read["proven"].delete({"person_id": person_id})


async def forget_steps(store: Store, person_id: str) -> None:
    """Time goes by: the steps used so far lie behind."""
    await store.read["factors"].update({"_id": person_id}, {"$inc": {"last_step": -10 * STEP_SECONDS}})


def email() -> str:
    """An address that nobody had before."""
    return f"nguoi.{new_id()[-8:]}@sangkien.example"


@asynccontextmanager
async def no_letters(store: Store) -> AsyncIterator[None]:
    """The database itself refuses every letter that is put into the outbox."""
    refuse = {"topic": {"$ne": CodeIssued.topic}}
    await store._database.command("collMod", "outbox", validator=refuse)
    try:
        yield
    finally:
        await store._database.command("collMod", "outbox", validator={})
