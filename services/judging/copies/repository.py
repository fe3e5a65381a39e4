"""The collections `contests`, `scripts`, `sealed`, `people`, `units` of judging."""

from collections.abc import Sequence

from services.judging.copies.domain import ContestCopy, PersonCopy, Script, Sealed, UnitCopy
from shared.errors import NotFound
from shared.mongo import Document, Index, Tx

INDEXES = (
    Index("contests", (("slug", 1),)),
    Index("scripts", (("contest_id", 1), ("code", 1)), unique=True),
    Index("sealed", (("contest_id", 1),)),
    Index("sealed", (("owner_id", 1),)),
    Index("sealed", (("author_ids", 1),)),
    Index("people", (("roles.role", 1), ("roles.scope", 1))),
    Index("units", (("parent_id", 1),)),
)


async def contest(tx: Tx, where: Document) -> ContestCopy:
    """The one contest that matches. Raises NotFound."""
    found = await tx["contests"].find_one(where)
    if found is None:
        raise NotFound
    return ContestCopy.model_validate(found)


async def contests(tx: Tx) -> list[ContestCopy]:
    """Every contest, the youngest first."""
    found = await tx["contests"].find({}, sort=[("year", -1), ("_id", -1)])
    return [ContestCopy.model_validate(one) for one in found]


async def put_contest(tx: Tx, published: ContestCopy) -> None:
    """Keep the contest as it was published last."""
    await tx["contests"].put({"_id": published.contest_id, **published.model_dump()})


async def find_script(tx: Tx, entry_id: str) -> Script | None:
    """The script of an entry."""
    found = await tx["scripts"].get(entry_id)
    return Script.model_validate(found) if found else None


async def scripts(tx: Tx, contest_id: str) -> list[Script]:
    """All scripts of a contest by code, which says nothing of when they came."""
    found = await tx["scripts"].find({"contest_id": contest_id}, sort=[("code", 1)])
    return [Script.model_validate(one) for one in found]


async def save_script(tx: Tx, script: Script) -> None:
    """Save with the optimistic lock. Raises Stale."""
    document = {"_id": script.entry_id, **script.model_dump()}
    await tx["scripts"].save(document)
    script.version = document["version"]


async def taken(tx: Tx, contest_id: str, codes: Sequence[str]) -> set[str]:
    """Which of `codes` the contest uses already."""
    found = await tx["scripts"].find({"contest_id": contest_id, "code": {"$in": list(codes)}}, fields=["code"])
    return {one["code"] for one in found}


async def put_sealed(tx: Tx, sealed: Sealed) -> None:
    """Keep who stands behind a script."""
    await tx["sealed"].put({"_id": sealed.entry_id, **sealed.model_dump()})


async def sealed(tx: Tx, contest_id: str) -> dict[str, Sealed]:
    """Who stands behind the scripts of a contest, by entry id."""
    found = await tx["sealed"].find({"contest_id": contest_id})
    return {one["_id"]: Sealed.model_validate(one) for one in found}


async def sealed_of(tx: Tx, person_id: str) -> list[str]:
    """The entries of which somebody is owner or author."""
    found = await tx["sealed"].find({"$or": [{"owner_id": person_id}, {"author_ids": person_id}]}, fields=["_id"])
    return [one["_id"] for one in found]


async def find_sealed(tx: Tx, entry_id: str) -> Sealed | None:
    """Who stands behind one script."""
    found = await tx["sealed"].get(entry_id)
    return Sealed.model_validate(found) if found else None


async def script_by_code(tx: Tx, contest_id: str, code: str) -> Script | None:
    """The script under a code."""
    found = await tx["scripts"].find_one({"contest_id": contest_id, "code": code})
    return Script.model_validate(found) if found else None


async def find_person(tx: Tx, person_id: str) -> PersonCopy | None:
    """The person, active or not."""
    found = await tx["people"].get(person_id)
    return PersonCopy.model_validate(found) if found else None


async def people(tx: Tx, where: Document) -> list[PersonCopy]:
    """The people who match."""
    return [PersonCopy.model_validate(one) for one in await tx["people"].find(where)]


async def put_person(tx: Tx, person: PersonCopy) -> None:
    """Keep the latest state of a person."""
    await tx["people"].put({"_id": person.id, **person.model_dump()})


async def units(tx: Tx) -> dict[str, UnitCopy]:
    """Every unit of the dated tree by id."""
    return {one["_id"]: UnitCopy.model_validate(one) for one in await tx["units"].find({})}


async def put_unit(tx: Tx, unit: UnitCopy) -> None:
    """Keep the latest state of a unit."""
    await tx["units"].put({"_id": unit.id, **unit.model_dump()})
