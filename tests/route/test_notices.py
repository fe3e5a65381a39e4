"""What people are told: letters at a real mail server, notices on the page, both once."""

import re
from collections import Counter
from email.header import decode_header, make_header

import httpx
import pytest

from deploy.demo.checks import wanted_notices
from deploy.demo.client import Api, Json, until
from deploy.demo.writing import ENTRIES, HandedIn
from deploy.local.system import System
from shared.ids import new_id
from tests.integration.submissions.jury_copies.test_jury_copies import a_broken_picture
from tests.route import playing
from tests.route.playing import Played

pytestmark = pytest.mark.timeout(600)
_TO_AN_ENTRANT = {"receipt", "entry-accepted", "result"}
_MARKED = re.compile("[ăâđêôơưáàảãạ]", re.IGNORECASE)


async def letters(system: System, email: str, number: int, about: str = "") -> list[Json]:
    """The letters in the catcher to this address, and about something, once there are `number`."""

    async def there() -> list[Json] | None:
        async with httpx.AsyncClient(trust_env=False) as client:
            caught = (await client.get(f"{system.mail_url}email")).json()
        found = [mail for mail in caught if mail["to"][0]["address"] == email and about in mail["text"]]
        return found if len(found) >= number else None

    return await until(there, f"{number} letters to {email} {about}", seconds=180)


async def notices(api: Api, wanted: set[str]) -> Json:
    """The person's own list, once it holds all of `wanted`."""

    async def there() -> Json | None:
        inbox: Json = await api.get("/api/notifications/v1/inbox")
        return inbox if {item["message"] for item in inbox["items"]} >= wanted else None

    return await until(there, f"the notices {wanted}", seconds=60)


def test_every_entrant_gets_the_receipt_as_a_letter_with_the_code_in_it(system: System, played: Played):
    for one in played.handed_in:
        mails = playing.wait_for(letters(system, one.email, len(_TO_AN_ENTRANT)))
        receipts = [mail for mail in mails if one.receipt in mail["subject"]]
        assert receipts, one.email
        assert all(one.receipt in mail["text"] and one.entry.title in mail["text"] for mail in receipts)


def test_no_letter_arrives_twice(system: System, played: Played):
    caught = httpx.get(f"{system.mail_url}email", trust_env=False).json()
    assert len(caught) >= len(played.handed_in) * len(_TO_AN_ENTRANT)
    assert [name for name, times in Counter(mail["messageId"] for mail in caught).items() if times > 1] == []


def test_letters_are_readable_vietnamese_in_both_forms_and_lead_back_to_the_site(system: System, played: Played):
    for mail in playing.wait_for(letters(system, played.handed_in[0].email, len(_TO_AN_ENTRANT))):
        subject = str(make_header(decode_header(mail["headers"]["subject"])))
        for words in (subject, mail["text"], mail["html"]):
            assert _MARKED.search(words), mail["subject"]
            assert not set(words) & {"\ufffd", "\u0301", "\u0300"}, mail["subject"]
            assert "{{" not in words, mail["subject"]
            assert "None" not in words, mail["subject"]
        links = re.findall(r"https?://[^\s\"<>]+", mail["text"])
        # A letter with a code has none: whoever got it by somebody's mistake has nothing to press.
        assert bool(links) != subject.startswith("Mã "), mail["subject"]
        assert all(link.startswith(system.url) for link in links), links


def test_the_list_on_the_page_shows_every_notice_once_and_where_it_leads(played: Played):
    wanted = wanted_notices(played.handed_in, played.desk.held, played.log)
    receipts = Counter(person for message, person, _ in wanted if message == "receipt")

    async def look(one: HandedIn) -> None:
        async with playing.entrant(played.desk.url, one) as api:
            inbox = await notices(api, _TO_AN_ENTRANT)
        messages = Counter(item["message"] for item in inbox["items"])
        assert (messages["entry-accepted"], messages["result"]) == (1, 1)
        assert messages["finalist"] + messages["not-finalist"] == 1
        assert messages["receipt"] == receipts[one.person_id]
        assert all(item["link"].startswith("/") for item in inbox["items"])

    for one in played.handed_in:
        playing.wait_for(look(one))


def test_only_finalists_are_told_the_running_order(played: Played):
    async def told(one: HandedIn) -> bool:
        async with playing.entrant(played.desk.url, one) as api:
            inbox = await notices(api, _TO_AN_ENTRANT)
            messages = {item["message"] for item in inbox["items"]}
        assert ("running-order" in messages) == ("finalist" in messages)
        return "finalist" in messages

    assert sum(playing.wait_for(told(one)) for one in played.handed_in) == played.size.finalists


def test_whoever_sent_a_file_that_no_jury_could_open_gets_one_letter_that_leads_to_it(system: System, played: Played):
    one, title = played.handed_in[-1], f"Tệp hỏng {new_id()[-8:]}"
    opening = {"contest_id": played.desk.contest_id, "title": title, "entrant_group": one.entry.entrant_group}

    async def send() -> str:
        async with playing.entrant(system.url, one) as api:
            made = await api.make(ENTRIES, {**opening, "content_group": one.entry.content_group})
            sent = {"file": ("ảnh.png", a_broken_picture(), "image/png")}
            await api.post(f"{ENTRIES}/{made['entry_id']}/files", files=sent)
            return str(made["entry_id"])

    entry_id = playing.wait_for(send())
    [letter] = playing.wait_for(letters(system, one.email, 1, title))
    for part in (letter["text"], letter["html"]):
        assert "đã gỡ thông tin tác giả" in part
        assert f"{system.url}/bai-du-thi/{entry_id}/soan" in part
