"""Starts the real provider of `provider.mjs`, and walks through its pages as a person does."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import httpx

from deploy.local import node
from deploy.local.progress import Silent

SCRIPT = Path(__file__).with_name("provider.mjs")
CLIENT_ID, CLIENT_SECRET = "sang-kien", "a secret of the client, long enough"
_ACTION = re.compile(r'<form[^>]* action="([^"]+)"')
_ABORT = re.compile(r'<a href="([^"]+/abort)"')


@dataclass(frozen=True)
class Somebody:
    """A person the provider knows."""

    sub: str
    name: str = ""
    email: str = ""
    verified: bool = True

    @property
    def claims(self) -> dict[str, object]:
        """What the provider tells about them; nothing stands where nothing is known."""
        address = {"email": self.email, "email_verified": self.verified} if self.email else {}
        return {"sub": self.sub, **({"name": self.name} if self.name else {}), **address}


class Provider:
    """One that runs."""

    def __init__(self, issuer: str) -> None:
        """Its address."""
        self.issuer = issuer

    def tamper(self, wrong: str) -> None:
        """Make every later id_token wrong in this way; empty: right again."""
        httpx.put(f"{self.issuer}/tamper", content=wrong, trust_env=False).raise_for_status()

    def know(self, who: Somebody) -> None:
        """From now on it has this person, who signs in with their subject and any password."""
        httpx.put(f"{self.issuer}/people", json=who.claims, trust_env=False).raise_for_status()

    async def let_in(self, address: str, who: Somebody, *, site: str) -> str:
        """Go to the provider's address, sign in and consent; where it sends the browser back to."""
        self.know(who)
        async with httpx.AsyncClient(trust_env=False) as person:
            page = await _follow(person, await person.get(address), site)
            while isinstance(page, httpx.Response):
                action = _ACTION.search(page.text)
                assert action, page.text
                prompt = "login" if 'value="login"' in page.text else "consent"
                form = {"prompt": prompt, "login": who.sub, "password": "x"}
                target = urljoin(str(page.url), unescape(action[1]))
                page = await _follow(person, await person.post(target, data=form), site)
            return page

    async def turn_away(self, address: str, *, site: str) -> str:
        """The person goes back instead of signing in; where the browser is sent."""
        async with httpx.AsyncClient(trust_env=False) as person:
            page = await _follow(person, await person.get(address), site)
            assert isinstance(page, httpx.Response)
            abort = _ABORT.search(page.text)
            assert abort, page.text
            back = await _follow(person, await person.get(urljoin(str(page.url), unescape(abort[1]))), site)
            assert isinstance(back, str)
            return back


async def _follow(person: httpx.AsyncClient, answer: httpx.Response, site: str) -> httpx.Response | str:
    """The page at the end of the redirects, or the address at our site."""
    while answer.is_redirect:
        target = urljoin(str(answer.url), answer.headers["location"])
        if target.startswith(site):
            return target
        answer = await person.get(target)
    assert answer.status_code == 200, answer.text
    return answer


@contextmanager
def running(port: int, redirect_uri: str) -> Iterator[Provider]:
    """Started on `port` of this machine alone, and stopped at the end."""
    program = node.find(Silent())
    process = subprocess.Popen(
        [str(program.node), str(SCRIPT), str(port), redirect_uri],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=program.environment,
    )  # fmt: skip
    try:
        assert process.stdout
        assert process.stderr
        if "listening" not in process.stdout.readline():
            raise RuntimeError(process.stderr.read())
        yield Provider(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.communicate(timeout=20)
