"""The units over JSON."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from services.submissions.units import domain, service
from shared.clock import local, now
from shared.identity import PUBLIC, Person, Role, may
from shared.pages import store_of

routes = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/submissions/v1", tags=["units"])
Visitor = Annotated[Person | None, PUBLIC]


class Asked(BaseModel):
    """What comes in from outside; an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")


class UnitBody(Asked):
    """A unit; None leaves an end open."""

    id: str = Field(validation_alias=AliasChoices("id", "unit_id"))
    name: str
    level: str
    parent_id: str | None = Field(default=None, validation_alias=AliasChoices("parent_id", "parent"))
    valid_from: date | None = None
    valid_to: date | None = None
    successors: list[str] = Field(default_factory=list)


class UnitsIn(Asked):
    """Added or changed; units that are not named stay as they are."""

    units: list[UnitBody] = Field(max_length=2000)


class UnitsOut(BaseModel):
    """In Vietnamese order."""

    items: list[UnitBody]


@api.put("/units")
async def put_units(
    request: Request, asked: UnitsIn, person: Annotated[Person, may(Role.ADMINISTRATOR, Role.ORGANISER)]
) -> dict[str, int]:
    units = [domain.Unit(**one.model_dump()) for one in asked.units]
    return {"changed": await service.put(store_of(request), units, by=person)}


@api.get("/units")
async def list_units(request: Request, _: Visitor, on: Annotated[date | None, Query()] = None) -> UnitsOut:
    """Those that exist on a day, today unless said."""
    units = await service.on(store_of(request).read, on or local(now()).date())
    return UnitsOut(items=[UnitBody(**unit.model_dump(exclude={"version", "facts"})) for unit in units])
