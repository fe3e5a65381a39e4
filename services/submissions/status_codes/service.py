"""Finding an entry by what is printed on its receipt, with guesses counted."""

from services.submissions.credentials import service as credentials
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.status_codes import domain
from services.submissions.status_codes.domain import NoSuchReceipt
from shared.errors import Invalid
from shared.ids import read_code
from shared.mongo import Store


async def find(store: Store, code: str, pin: str, *, place: str, secret_key: str) -> Entry:
    """The entry with this receipt. `place` is where the request comes from. Raises Invalid, NoSuchReceipt, TooMany.

    A code whose check sign is wrong is a slip of the pen and no guess: whoever knows how codes are made knows that too.
    """
    receipt = read_code(code)
    if receipt is None:
        raise Invalid([{"field": "code", "text": "Mã biên nhận chép chưa đúng: hãy xem lại từng chữ và số."}])
    counted = await credentials.count_guess(store.read, domain.GUESSES, receipt, place)
    entry = await entries.with_receipt(store.read, receipt)
    if not domain.fits(pin, entry.id if entry else None, secret_key) or entry is None:
        raise NoSuchReceipt(field="pin")
    await credentials.take_back(store.read, counted)
    await credentials.know(store.read, receipt, place)
    return entry
