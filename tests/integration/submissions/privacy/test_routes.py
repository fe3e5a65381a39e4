"""The page Dữ liệu của tôi and the two desks, through browsers."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from services.submissions.people import service as people
from services.submissions.privacy import domain
from services.submissions.team_drafts.domain import Row
from services.submissions.uploads import service as uploads
from services.submissions.uploads.domain import About
from shared.clock import now
from shared.events.envelope import Envelope
from shared.identity import Person
from shared.mongo import Store
from tests.integration.submissions.builders import PASSWORD, Browser, a_contest, a_person, outbox_rows
from tests.integration.submissions.entry_builders import a_pdf, an_entry, attach, words
from tests.integration.submissions.team_builders import name

EMAIL, DESK = "an@thu.example", "quan-tri@thu.example"
PAGE = "/tai-khoan/du-lieu"


@pytest.fixture
async def entrant(store: Store, browser: Callable[[], Browser]) -> Browser:
    """Lê Thị An, signed in."""
    await a_person(store, name="Lê Thị An", email=EMAIL, phone="0912345678")
    made = browser()
    await made.sign_in(EMAIL)
    return made


@pytest.fixture
async def desk(store: Store, browser: Callable[[], Browser]) -> Browser:
    """An administrator, signed in."""
    await a_person(store, "administrator", name="Quản Trị Viên", email=DESK)
    made = browser()
    await made.sign_in(DESK)
    return made


async def agree(browser: Browser, purpose: str, given: str, **more: str) -> int:
    """Press one of the buttons."""
    fields = {"purpose": purpose, "version": "1", "given": given, **more}
    return (await browser.submit(f"{PAGE}/dong-y", fields)).status_code


async def current(store: Store) -> list[str]:
    """What the last fact about the person tells other services."""
    account = await people.find(store.read, EMAIL)
    assert account is not None
    last = (await outbox_rows(store, account.id))[-1]
    found: list[str] = Envelope.model_validate_json(last["value"]).data["consents"]
    return found


async def test_nothing_is_agreed_to_until_somebody_says_so(entrant: Browser, store: Store) -> None:
    shown = (await entrant.open(PAGE)).text
    assert shown.count("Chưa đồng ý") == 3
    assert "checked" not in shown
    assert await current(store) == []


async def test_a_consent_given_and_withdrawn_is_kept_with_its_words_and_told_to_the_other_services(
    entrant: Browser, store: Store
) -> None:
    assert await agree(entrant, "gallery", "co") == 303
    assert await agree(entrant, "news", "co", channel="hand_in") == 303
    assert await current(store) == ["gallery", "news"]
    assert await agree(entrant, "gallery", "khong") == 303
    assert await current(store) == ["news"]
    lines = await store.read["consents"].find({}, sort=[("at", 1)])
    assert [(one["purpose"], one["given"], one["version"], one["channel"]) for one in lines] == [
        ("gallery", True, 1, "account"),
        ("news", True, 1, "hand_in"),
        ("gallery", False, 1, "account"),
    ]
    shown = (await entrant.open(PAGE)).text
    assert shown.count("Rút lại đồng ý:") == 1
    assert "Trang biên nhận sau khi nộp bài" in shown


async def test_saying_the_same_twice_is_saying_it_once(entrant: Browser, store: Store) -> None:
    for _ in range(2):
        assert await agree(entrant, "news", "co") == 303
    assert await store.read["consents"].count({}) == 1


async def test_nobody_agrees_to_words_that_are_no_longer_asked_or_to_no_purpose(entrant: Browser, store: Store) -> None:
    stale = await entrant.submit(f"{PAGE}/dong-y", {"purpose": "news", "version": "7", "given": "co"})
    unknown = await entrant.submit(f"{PAGE}/dong-y", {"purpose": "everything", "version": "1", "given": "co"})
    assert (stale.status_code, unknown.status_code) == (409, 422)
    assert await store.read["consents"].count({}) == 0


async def ask(browser: Browser, **typed: str) -> int:
    """Send a request, with the key of the page that is open."""
    await browser.open(PAGE)
    fields = {"kind": "access", "text": "Cho tôi xem nhật ký", "client_key": browser.client_key, **typed}
    return (await browser.submit(f"{PAGE}/yeu-cau", fields)).status_code


async def test_a_request_goes_from_the_page_over_the_desk_to_its_answer(
    entrant: Browser, desk: Browser, store: Store
) -> None:
    assert await ask(entrant) == 303
    (request,) = await store.read["data_requests"].find({})
    listed = (await desk.open("/quan-tri/yeu-cau")).text
    assert "Lê Thị An" in listed
    assert "Quá hạn" not in listed
    address = f"/quan-tri/yeu-cau/{request['_id']}"
    await desk.submit(f"{address}/nhan", {})
    assert "Đang xử lý" in (await entrant.open(PAGE)).text
    assert (await desk.submit(f"{address}/tra-loi", {"outcome": "answered", "text": ""})).status_code == 422
    answered = await desk.submit(f"{address}/tra-loi", {"outcome": "answered", "text": "Đã gửi bản sao nhật ký."})
    assert answered.status_code == 303
    shown = (await entrant.open(PAGE)).text
    assert "Đã gửi bản sao nhật ký." in shown
    assert "Đã trả lời" in shown
    steps = (await store.read["data_requests"].find({}))[0]["steps"]
    assert [step["state"] for step in steps] == ["received", "in_progress", "answered"]
    assert len({step["by"] for step in steps}) == 2


async def test_a_request_that_nobody_answers_is_marked_late_on_both_pages(
    entrant: Browser, desk: Browser, store: Store
) -> None:
    await ask(entrant)
    await store.read["data_requests"].update({}, {"$set": {"due_at": now() - timedelta(minutes=1)}})
    assert "Quá hạn" in (await entrant.open(PAGE)).text
    assert "Quá hạn" in (await desk.open("/quan-tri/yeu-cau")).text


async def test_the_same_form_sent_twice_is_one_request_and_a_wrong_one_keeps_what_was_typed(
    entrant: Browser, store: Store
) -> None:
    await entrant.open(PAGE)
    fields = {"kind": "correction", "text": "Sửa họ tên", "client_key": entrant.client_key}
    for _ in range(2):
        assert (await entrant.submit(f"{PAGE}/yeu-cau", fields)).status_code == 303
    assert await store.read["data_requests"].count({}) == 1
    refused = await entrant.submit(f"{PAGE}/yeu-cau", {"kind": "", "text": "Việc của tôi", "client_key": "k"})
    assert refused.status_code == 422
    assert "Việc của tôi" in refused.text


async def test_requests_of_others_are_seen_by_administrators_only(entrant: Browser, store: Store) -> None:
    await ask(entrant)
    (request,) = await store.read["data_requests"].find({})
    for path in ("/quan-tri/yeu-cau", f"/quan-tri/yeu-cau/{request['_id']}", "/quan-tri/luu-tru"):
        assert (await entrant.get(path)).status_code == 403
    for path in (f"/quan-tri/yeu-cau/{request['_id']}/tra-loi", f"/quan-tri/yeu-cau/{request['_id']}/xoa"):
        assert (await entrant.submit(path, {"outcome": "answered", "text": "x"})).status_code == 403


async def _more(store: Store, entry: Entry, by: Person) -> None:
    """A change that was not handed in, somebody invited, a file on its way."""
    there = await entries.get(store.read, entry.id)
    typed = words(title="=Bảng kiểm tra hai")
    await entries.write(store, entry.id, typed, version=there.version, by=by, at=now())
    await name(store, entry.id, by, Row(name="Lan", address="lan@thu.example", share="40"))
    about = About("phim-dai.pdf")
    await uploads.begin(store, entry.id, about, 1000, by=by, at=now())


async def test_the_copy_holds_everything_and_no_secret(entrant: Browser, store: Store) -> None:
    person = await people.find(store.read, EMAIL)
    assert person is not None
    contest = await a_contest(store)
    by = (await a_person(store)).__class__(person.id, person.name, frozenset({("entrant", "*")}))
    entry = await an_entry(store, by, contest.id, title="=Bảng kiểm tra")
    await attach(store, entry.id, "ban-ve.pdf", a_pdf(), by=by)
    await _more(store, entry, by)
    await agree(entrant, "news", "co")
    await ask(entrant)
    answer = await entrant.get(f"{PAGE}/ban-sao.json")
    content = json.loads(answer.text)
    assert content["format"] == domain.FORMAT
    assert content["account"]["email"] == EMAIL
    assert content["account"]["phone"] == "+84912345678"
    assert len(content["sessions"]) == 1
    assert content["consents"][0]["wording"].startswith("Tôi đồng ý")
    assert content["requests"][0]["text"] == "Cho tôi xem nhật ký"
    (own,) = content["entries"]
    assert (own["title"], own["files"][0]["name"], len(own["revisions"])) == ("=Bảng kiểm tra hai", "ban-ve.pdf", 1)
    secrets = [person.password, "status_digest", *[one["_id"] for one in await store.read["sessions"].find({})]]
    assert [secret for secret in secrets if secret in answer.text] == []
    kept = own["versions"][0]
    assert (kept["how"], kept["title"], "browser" in kept, "by" in kept) == (
        "typed",
        "=Bảng kiểm tra hai",
        False,
        False,
    )
    [named] = own["authors"]["invited"]
    assert (named["address"], named["share"], "digest" in named) == ("lan@thu.example", "40", False)
    assert [one["name"] for one in content["uploads"]] == ["phim-dai.pdf"]
    readable = (await entrant.open(f"{PAGE}/ban-sao")).text
    for shown in ("lan@thu.example", "Bản thảo đã giữ: 2", "phim-dai.pdf"):
        assert shown in readable
    assert "=Bảng kiểm tra" in readable
    assert EMAIL in readable


async def test_the_archive_holds_the_copy_and_the_files(entrant: Browser, store: Store) -> None:
    person = await people.find(store.read, EMAIL)
    assert person is not None
    contest = await a_contest(store)
    by = (await a_person(store)).__class__(person.id, person.name, frozenset({("entrant", "*")}))
    entry = await an_entry(store, by, contest.id)
    pdf = a_pdf()
    await attach(store, entry.id, "bản vẽ.pdf", pdf, by=by)
    packed = zipfile.ZipFile(io.BytesIO((await entrant.get(f"{PAGE}/ban-sao.zip")).content))
    assert packed.namelist() == ["du-lieu.json", "du-lieu.html", "tep/bai-1/1-bản vẽ.pdf"]
    assert packed.read("tep/bai-1/1-bản vẽ.pdf") == pdf


async def test_a_copy_is_made_for_its_owner_alone(browser: Callable[[], Browser]) -> None:
    for path in ("ban-sao", "ban-sao.json", "ban-sao.zip", "xoa"):
        assert (await browser().get(f"{PAGE}/{path}")).status_code == 303
    assert (await browser().get("/api/submissions/v1/own-data")).status_code == 401


async def test_erasing_needs_the_box_and_the_password_and_signs_out(entrant: Browser, store: Store) -> None:
    assert "Xóa tài khoản và dữ liệu" in (await entrant.open(f"{PAGE}/xoa")).text
    for typed in ({"password": PASSWORD}, {"sure": "co"}, {"sure": "co", "password": "không đúng"}):
        assert (await entrant.submit(f"{PAGE}/xoa", typed)).status_code == 422
    assert await people.find(store.read, EMAIL) is not None
    assert (await entrant.submit(f"{PAGE}/xoa", {"sure": "co", "password": PASSWORD})).status_code == 303
    assert await people.find(store.read, EMAIL) is None
    assert (await entrant.get(PAGE)).headers["location"].startswith("/dang-nhap")


@pytest.mark.usefixtures("a_whole_window")
async def test_guessing_the_password_on_the_page_of_erasing_is_throttled(entrant: Browser, store: Store) -> None:
    answers = [
        (await entrant.submit(f"{PAGE}/xoa", {"sure": "co", "password": f"đoán {number}"})).status_code
        for number in range(12)
    ]
    assert answers[:10] == [422] * 10
    assert answers[10:] == [429] * 2
    assert await people.find(store.read, EMAIL) is not None


async def test_an_account_without_a_password_confirms_by_having_just_signed_in(entrant: Browser, store: Store) -> None:
    await store.read["people"].update({"email": EMAIL}, {"$set": {"password": ""}})
    old: datetime = now() - timedelta(minutes=11)
    await store.read["sessions"].update_all({}, {"$set": {"created_at": old}})
    assert (await entrant.submit(f"{PAGE}/xoa", {"sure": "co"})).status_code == 403
    await store.read["sessions"].update_all({}, {"$set": {"created_at": now()}})
    assert (await entrant.submit(f"{PAGE}/xoa", {"sure": "co"})).status_code == 303
    assert await people.find(store.read, EMAIL) is None
