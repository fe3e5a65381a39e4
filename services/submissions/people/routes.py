"""Accounts and their roles over JSON."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel

from services.submissions.people import domain, service
from services.submissions.people.domain import Kind, SignUp
from services.submissions.settings import Settings
from shared.identity import Person, Role, may
from shared.pages import store_of

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["people"])
Administrator = Annotated[Person, may(Role.ADMINISTRATOR)]


class PersonIn(SignUp):
    """An account that an administrator makes; nobody confirms a phone number there, so it needs an e-mail address."""

    email: domain.Email
    client_key: str


class PersonOut(BaseModel):
    """Who was made."""

    person_id: str


class FoundOut(PersonOut):
    """An account as an administrator sees it."""

    name: str
    email: str
    kind: Kind
    unit_id: str | None
    roles: list[domain.Role]
    active: bool


class RolesIn(domain.Asked):
    """Exactly these from now on."""

    roles: list[domain.Role]


@api.post("/people", status_code=201)
async def create_person(request: Request, typed: PersonIn, person: Administrator) -> PersonOut:
    """Who is not told any role is an entrant. Everybody else signs up (`/sign-ups`)."""
    person.require(Role.ADMINISTRATOR, scope="*")
    asked, store = SignUp(**typed.model_dump(exclude={"client_key"})), store_of(request)
    settings: Settings = request.app.state.desk.settings
    key, secret_key = typed.client_key, settings.secret_key.get_secret_value()
    return PersonOut(**await service.create(store, asked, key=key, secret_key=secret_key, by=person))


@api.get("/people")
async def find_people(request: Request, email: domain.Email, person: Administrator) -> dict[str, list[FoundOut]]:
    person.require(Role.ADMINISTRATOR, scope="*")
    found = await service.find(store_of(request).read, email)
    return {"items": [FoundOut(person_id=found.id, **found.model_dump())] if found else []}


@api.put("/people/{person_id}/roles")
async def grant_roles(request: Request, person_id: str, asked: RolesIn, person: Administrator) -> FoundOut:
    person.require(Role.ADMINISTRATOR, scope="*")
    changed = await service.grant(store_of(request), person_id, asked.roles, by=person)
    return FoundOut(person_id=changed.id, **changed.model_dump())
