"""A lease in MongoDB: of many processes that want a job, one holds it; a dead one loses it in seconds."""

from shared.mongo import Duplicate, Store

_SECONDS = 10


class Lease:
    """The right to be the only one that does `job`. Time is the database server's, so clocks may differ."""

    def __init__(self, store: Store, job: str, *, owner: str) -> None:
        """`owner` must be unique to this process."""
        self._leases = store.read["leases"]
        self._job = job
        self._owner = owner

    async def hold(self) -> bool:
        """Take or renew the lease; whether this process holds it now. Call at least every three seconds."""
        free = {"$or": [{"$eq": ["$owner", self._owner]}, {"$lt": ["$until", "$$NOW"]}]}
        until = {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": _SECONDS}}
        taken = await self._leases.take(
            {"_id": self._job, "$expr": free}, [{"$set": {"owner": self._owner, "until": until}}]
        )
        return taken is not None or await self._create()

    async def _create(self) -> bool:
        if await self._leases.get(self._job) is not None:
            return False
        try:
            await self._leases.insert({"_id": self._job, "owner": "", "until": None})
        except Duplicate:
            return False
        return await self.hold()

    async def release(self) -> None:
        """Let the next one start at once."""
        await self._leases.update({"_id": self._job, "owner": self._owner}, {"$set": {"until": None}})
