"""A patient JSON client: a process that dies in mid-request only means asking again, with the same client key."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any, Self, TypeVar

import httpx

from shared.ids import new_id

T = TypeVar("T")
Json = dict[str, Any]
_PATIENCE_SECONDS = 240.0
_TEMPORARY = {429, 500, 502, 503, 504}
_DOUBLED_SHARE = 0.1


class RefusedError(Exception):
    """The system said no; `code` is its reason."""

    def __init__(self, method: str, path: str, status: int, body: Any) -> None:
        """Made by Api."""
        super().__init__(f"{method} {path}: {status} {body}")
        self.status = status
        self.code = body.get("code", "") if isinstance(body, dict) else ""
        self.details: Json = body if isinstance(body, dict) else {}


class Trouble:
    """What went wrong and was asked again: a demo among killed processes counts it instead of failing."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.repeated = 0
        self.doubled = 0
        self.errors: list[str] = []
        """Answers that a process gave which did not know what to do (500); being away (502, 503) is no such answer."""


class Api:
    """One person's access to the whole site; made anew when the token grows old."""

    def __init__(self, url: str, *, email: str = "", password: str = "", trouble: Trouble | None = None) -> None:
        """`url`: the one address. Nobody is signed in until the first call that needs it."""
        self.url = url
        self._client = httpx.AsyncClient(base_url=url, timeout=30, headers={"Origin": url})
        self._email, self._password = email, password
        self._token = ""
        self.trouble = trouble or Trouble()
        self.person_id = ""

    async def __aenter__(self) -> Self:
        """Use within a block."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._client.aclose()

    @property
    def token(self) -> str:
        """What its requests carry, for a request that is made in another way; empty before the first."""
        return self._token

    async def get(self, path: str, **query: Any) -> Any:
        """GET; the decoded answer. Raises RefusedError."""
        return await self._ask("GET", path, params={name: value for name, value in query.items() if value is not None})

    async def put(self, path: str, body: Json) -> Any:
        """PUT. Raises RefusedError."""
        return await self._ask("PUT", path, json=body)

    async def post(self, path: str, body: Json | None = None, *, files: Any = None) -> Any:
        """POST as it is. Raises RefusedError."""
        return await self._ask("POST", path, json=body, files=files)

    async def make(self, path: str, body: Json | None = None) -> Any:
        """POST with a client key, now and then twice at once as a double click would; both answers must be equal."""
        keyed = {"client_key": new_id(), **(body or {})}
        if random.random() >= _DOUBLED_SHARE:  # noqa: S311 - which clicks are doubled is of no importance
            return await self.post(path, keyed)
        self.trouble.doubled += 1
        first, second = await asyncio.gather(self.post(path, keyed), self.post(path, keyed))
        if first != second:
            raise AssertionError(f"a double click on {path} got two answers: {first} and {second}")
        return first

    async def _ask(self, method: str, path: str, **request: Any) -> Any:
        give_up = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        pause, signed_in_again = 0.2, False
        while True:
            response = await self._try(method, path, **request)
            if response is not None and response.status_code not in _TEMPORARY:
                if response.status_code == httpx.codes.UNAUTHORIZED and self._email and not signed_in_again:
                    self._token, signed_in_again = "", True
                    continue
                return self._answer(method, path, response)
            if asyncio.get_running_loop().time() > give_up:
                raise RefusedError(method, path, response.status_code if response else 0, "out of patience")
            self._note(method, path, response)
            await asyncio.sleep(pause)
            pause = min(2.0, pause * 1.5)

    async def _try(self, method: str, path: str, **request: Any) -> httpx.Response | None:
        try:
            if self._email and not self._token:
                credentials = {"email": self._email, "password": self._password}
                answer = await self._client.post("/api/submissions/v1/sessions", json=credentials)
                if answer.is_error:
                    return answer
                self._token, self.person_id = answer.json()["token"], answer.json()["person_id"]
            headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
            return await self._client.request(method, path, headers=headers, **request)
        except httpx.TransportError:
            return None

    def _note(self, method: str, path: str, response: httpx.Response | None) -> None:
        self.trouble.repeated += 1
        if response is not None and response.status_code == httpx.codes.INTERNAL_SERVER_ERROR:
            self.trouble.errors.append(f"{method} {path}: {response.text[:300]}")

    @staticmethod
    def _answer(method: str, path: str, response: httpx.Response) -> Any:
        try:
            body = response.json()
        except ValueError:
            body = response.text
        if response.is_error:
            raise RefusedError(method, path, response.status_code, body)
        return body


async def until(check: Callable[[], Awaitable[T | None]], what: str, *, seconds: float = _PATIENCE_SECONDS) -> T:
    """Ask again until there is an answer; copies follow their events with a delay. Raises TimeoutError naming `what`."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                found = await check()
                if found:
                    return found
                await asyncio.sleep(0.25)
    except TimeoutError as error:
        raise TimeoutError(f"waited {seconds:.0f} s in vain for: {what}") from error
