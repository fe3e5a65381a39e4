"""The people of the demo: units, staff with their roles, entrants; every account is opened over HTTP."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

import httpx

from deploy.demo import load
from deploy.demo.client import Api, Json, RefusedError, Trouble, until
from shared.ids import derived_id

PASSWORD = "Mot-cua-2019"  # noqa: S105 - of invented people on a trial system
PEOPLE = "/api/submissions/v1/people"
UNITS = "/api/submissions/v1/units"
SIGN_UPS = "/api/submissions/v1/sign-ups"
_AT_ONCE = 6
_BY_THEMSELVES = 5
_CODE = re.compile(r"(?<![\d/:.])\d{6}(?![\d/:.])")
_WORDS = {
    "organiser": "Ban Tổ chức",
    "secretary": "Thư ký",
    "chair": "Trưởng ban Giám khảo",
    "judge": "Giám khảo",
    "auditor": "Giám sát",
    "entrant": "Người dự thi",
}
_KINDS = {"E1": "resident", "E2": "organisation", "E3": "official"}


@dataclass(frozen=True, slots=True)
class SignIn:
    """An account to try the system with."""

    vai: str
    ten: str
    email: str
    mat_khau: str


@dataclass(frozen=True, slots=True)
class Member:
    """A staff member with an account."""

    person: load.Staff
    person_id: str

    @property
    def role(self) -> str:
        """The part this member plays."""
        return self.person.roles[0].role


def sign_in(role: str, name: str, email: str) -> SignIn:
    """How to enter as this person."""
    return SignIn(_WORDS[role], name, email, PASSWORD)


async def put_units(admin: Api, demo: load.Demo) -> None:
    """The dated unit tree; putting it again changes nothing."""
    units = [
        {
            "id": unit.id,
            "name": unit.name,
            "level": unit.level,
            "parent_id": unit.parent,
            "valid_from": unit.valid_from.isoformat() if unit.valid_from else None,
            "valid_to": unit.valid_to.isoformat() if unit.valid_to else None,
            "successors": list(unit.successors),
        }
        for unit in demo.units
    ]
    await admin.put(UNITS, {"units": units})


async def hire(admin: Api, staff: Sequence[load.Staff], contest_id: str) -> list[Member]:
    """Accounts of the staff, old or new, each with its roles in this contest beside those it had."""
    return list(await asyncio.gather(*(_hire(admin, person, contest_id) for person in staff)))


async def _hire(admin: Api, person: load.Staff, contest_id: str) -> Member:
    roles = [{"role": one.role, "scope": contest_id if one.scope == "contest" else "*"} for one in person.roles]
    known = (await admin.get(PEOPLE, email=person.email))["items"]
    if not known:
        body = _account(person, person.unit, person.email) | {"roles": roles, "kind": "official"}
        # The key follows from the address: a repeated set-up finds the account it made before.
        made = await admin.post(PEOPLE, {"client_key": derived_id("staff", person.email, contest_id), **body})
        return Member(person, made["person_id"])
    held: list[Json] = known[0]["roles"]
    wanted = held + [role for role in roles if role not in held]
    if wanted != held:
        await admin.put(f"{PEOPLE}/{known[0]['person_id']}/roles", {"roles": wanted})
    return Member(person, known[0]["person_id"])


async def enrol(  # noqa: PLR0913 - the site, its two doors, and who comes
    url: str,
    administrator: tuple[str, str],
    demo: load.Demo,
    entrants: Iterable[load.Entrant],
    run: str,
    trouble: Trouble,
    *,
    mail_url: str = "",
) -> dict[str, str]:
    """Give every entrant an account of this run; answers person -> address.

    Where the mail catcher is, the first few really sign up and take their code from their letter; the administrator
    opens the other accounts, as a district's counter does.
    """
    gate = asyncio.Semaphore(_AT_ONCE)
    addresses: dict[str, str] = {}

    async def enter(place: int, entrant: load.Entrant, admin: Api) -> None:
        name, _, domain = entrant.email.partition("@")
        address = f"{name}.{run}@{domain}" if run else entrant.email
        unit = min(demo.heirs(entrant.unit, date.today()), default=entrant.unit)  # noqa: DTZ011 - a local day is meant
        body = _account(entrant, unit, address) | {"kind": _KINDS[entrant.group]}
        async with gate:
            try:
                if mail_url and place < _BY_THEMSELVES:
                    await _sign_up(url, body, mail_url, trouble)
                else:
                    await admin.post(PEOPLE, {"client_key": derived_id("entrant", address), **body})
            except RefusedError as refused:
                raise AssertionError(f"{entrant.id} could not sign up: {refused}") from refused
        addresses[entrant.id] = address

    async with Api(url, email=administrator[0], password=administrator[1], trouble=trouble) as admin:
        await asyncio.gather(*(enter(place, entrant, admin) for place, entrant in enumerate(entrants)))
    return addresses


async def _sign_up(url: str, body: Json, mail_url: str, trouble: Trouble) -> None:
    async with Api(url, trouble=trouble) as visitor:
        asked = await visitor.make(SIGN_UPS, body)
        code = await code_in_letter(mail_url, body["email"])
        await visitor.post(f"{SIGN_UPS}/{asked['sign_up_id']}/confirm", {"code": code})


async def code_in_letter(mail_url: str, address: str, *, letters: int = 1) -> str:
    """The one-time code in the newest letter to `address`, once there are that many. Raises TimeoutError."""
    newest = (await letters_to(mail_url, address, number=letters))[-1]
    return str(_CODE.findall(newest["text"])[0])


async def letters_to(mail_url: str, address: str, *, number: int) -> list[Json]:
    """The letters to `address`, the oldest first, once there are that many. Raises TimeoutError."""

    async def there() -> list[Json] | None:
        async with httpx.AsyncClient(trust_env=False) as client:
            caught = (await client.get(f"{mail_url}email")).json()
        found = [mail for mail in caught if any(to["address"] == address for to in mail["to"])]
        return sorted(found, key=itemgetter("time")) if len(found) >= number else None

    return await until(there, f"{number} letters to {address}")


def _account(person: load.Person, unit: str, email: str) -> Json:
    return {"name": person.name, "email": email, "password": PASSWORD, "unit_id": unit}
