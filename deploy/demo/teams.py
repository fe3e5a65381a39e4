"""Co-authors of the demo: one entry is written by two, who share it 60 to 40."""

from collections.abc import Sequence

from deploy.demo import cast, load
from deploy.demo.client import Api, Trouble, until
from deploy.demo.writing import ENTRIES

_INVITATIONS = "/api/submissions/v1/invitations"
_GROUP = "E1"
_SHARES = "60", "40"


def pair(entries: Sequence[load.Entry], begin: int) -> tuple[int, int] | None:
    """Places from `begin` on: the entry with two authors, and the one whose author joins in; None without two residents."""
    places = [place for place, one in enumerate(entries) if place >= begin and one.entrant_group == _GROUP]
    return (places[-1], places[-2]) if len(places) > 1 else None


async def join(api: Api, entry_id: str, partner: load.Entrant, email: str, trouble: Trouble) -> None:
    """The owner (`api`) names the partner, who agrees to the share with an account of their own."""
    path = f"{ENTRIES}/{entry_id}/coauthors"
    member = {"name": partner.name, "address": email, "share": _SHARES[1]}
    team = await api.get(path)
    await api.put(path, {"version": team["version"], "owner_share": _SHARES[0], "members": [member]})
    async with Api(api.url, email=email, password=cast.PASSWORD, trouble=trouble) as theirs:

        async def asked() -> str | None:
            found = (await theirs.get(_INVITATIONS))["items"]
            return str(found[0]["id"]) if found else None

        waiting = await until(asked, f"the invitation of {email}")
        await theirs.post(f"{_INVITATIONS}/answer", {"invitation_id": waiting, "agree": True, "share": _SHARES[1]})
        await theirs.get(f"{ENTRIES}/{entry_id}")  # an author now: whoever is none finds nothing
