"""The only code that touches `factors` and `factor_rules`."""

from collections.abc import Sequence
from datetime import datetime

from services.submissions.factors.domain import BackupCode, Factors, StaffRule
from shared.mongo import Index, Tx

INDEXES = (
    Index("factors", (("codes.mark", 1),)),
    Index("factor_rules", (("rule", 1),)),
)
_RULE = "staff"


async def of(tx: Tx, person_id: str) -> Factors:
    """Empty for somebody who has none."""
    document = await tx["factors"].get(person_id)
    return Factors(person_id=person_id, **{key: value for key, value in (document or {}).items() if key != "_id"})


async def save(tx: Tx, factors: Factors) -> None:
    """Within the transaction that read it."""
    await tx["factors"].put({"_id": factors.person_id, **factors.model_dump(exclude={"person_id"})})


async def use_step(tx: Tx, person_id: str, sealed: str, step: int) -> bool:
    """The code of this time step is used now; False when it, or a later one, was already, or the secret is another."""
    where = {"_id": person_id, "totp": sealed, "last_step": {"$lt": step}}
    return bool(await tx["factors"].update(where, {"$set": {"last_step": step}}))


async def use_code(tx: Tx, person_id: str, mark: str, at: datetime) -> bool:
    """The backup code is used now; False when there is none like it that is unused."""
    where = {"_id": person_id, "codes": {"$elemMatch": {"mark": mark, "used_at": None}}}
    return bool(await tx["factors"].update(where, {"$set": {"codes.$.used_at": at}}))


async def put_codes(tx: Tx, person_id: str, marks: Sequence[str], at: datetime) -> None:
    """Instead of those before."""
    codes = [BackupCode(mark=mark).model_dump() for mark in marks]
    await tx["factors"].update({"_id": person_id}, {"$set": {"codes": codes, "codes_at": at}}, upsert=True)


async def forget(tx: Tx, person_id: str) -> None:
    """All of a person."""
    await tx["factors"].delete({"_id": person_id})


async def put_rule(tx: Tx, rule: StaffRule) -> None:
    """For every process of the service."""
    await tx["factor_rules"].put({"_id": _RULE, "rule": rule.value})


async def rule(tx: Tx) -> StaffRule:
    """Offered, when nobody said anything."""
    document = await tx["factor_rules"].get(_RULE)
    return StaffRule(document["rule"]) if document else StaffRule.OFFERED
