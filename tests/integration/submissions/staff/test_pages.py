"""The administrators' pages over HTTP: the list, one account, the journal."""

from collections.abc import Callable

from services.submissions.people import service as people
from services.submissions.people.domain import Sought
from services.submissions.staff import service
from services.submissions.staff.domain import Query
from shared.clock import local, now
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_contest, a_person, email_of

WHY = "Quyết định 12 của Ban Tổ chức"
LIST, JOURNAL = "/quan-tri/nguoi-dung", "/quan-tri/nhat-ky"


async def as_(store: Store, browser: Callable[[], Browser], role: str) -> Browser:
    """A window in which somebody with this role for the whole site is signed in."""
    await a_person(store, role, email=email_of(f"the-{role}"), name="Trịnh Thị Chủ")
    window = browser()
    await window.sign_in(email_of(f"the-{role}"))
    return window


async def test_the_list_is_sorted_by_given_name_and_found_without_marks(store: Store, browser: Callable[[], Browser]):
    window = await as_(store, browser, "administrator")
    for name in ("Nguyễn Thị Yến", "Đỗ Văn Đức", "Lê Thị Ánh"):
        await a_person(store, name=name)
    page = (await window.open(LIST)).text
    assert page.index("Lê Thị Ánh") < page.index("Đỗ Văn Đức") < page.index("Nguyễn Thị Yến")
    found = (await window.open(f"{LIST}?tim=do+van+duc&vai-tro=entrant&tinh-trang=mo&tu-cach=resident")).text
    assert "Đỗ Văn Đức" in found
    assert "Nguyễn Thị Yến" not in found
    assert "Không có ai khớp bộ lọc" in (await window.open(f"{LIST}?vai-tro=judge")).text
    file = await window.get("/quan-tri/nguoi-dung.csv?tim=do+van")
    assert "Đỗ Văn Đức" in file.text
    assert "Nguyễn Thị Yến" not in file.text
    assert (await window.get("/quan-tri/nguoi-dung.xlsx")).content[:2] == b"PK"
    assert (await window.get("/quan-tri/nguoi-dung.pdf")).status_code == 404


async def test_accounts_are_cut_into_pages_by_the_database_and_those_of_an_older_version_are_found(store: Store):
    told = [await a_person(store, name=name) for name in ("Nguyễn Văn Đạt", "Nguyễn Văn Ân", "Nguyễn Văn Em")]
    reader = await a_person(store, "administrator", name="Trịnh Thị Chủ")
    await store.read["people"].update_all({}, {"$unset": {"name_folded": "", "address_folded": "", "name_order": ""}})
    query = Query(search="nguyen van")
    assert await service.count(store, query, reader) == 0
    for _ in range(2):
        await people.make_search_keys(store)
    pages = [await service.listing(store, query, reader, skip=skip, limit=2) for skip in (0, 2)]
    assert [[row.account.id for row in page] for page in pages] == [[told[1].id, told[0].id], [told[2].id]]
    assert await service.count(store, query, reader) == 3


async def test_the_order_of_names_is_that_of_the_database_and_comes_from_an_index(store: Store):
    given = ("Đạt", "Dũng", "Ân", "An", "Ánh", "Ảnh", "Ăn", "Em", "Ý", "Yến", "Ơn", "Ổn", "Oanh", "Ưu", "Uyên", "An 2")
    for name in given:
        await a_person(store, name=f"Nguyễn Văn {name}")
    listed = [account.name for account in await people.page(store.read, Sought())]
    by_collation = await store.read["people"].find({}, sort=[("name_key", 1)], vietnamese=True)
    assert listed == [one["name"] for one in by_collation]
    cut = store._database["people"].find({}).sort([("name_order", 1), ("_id", 1)]).skip(2).limit(3)
    done = (await cut.explain())["executionStats"]
    assert (done["totalDocsExamined"], done["nReturned"]) == (3, 3), "a page reads its own lines only"


async def test_an_auditor_reads_the_list_with_masked_addresses_and_does_nothing(
    store: Store, browser: Callable[[], Browser]
):
    window = await as_(store, browser, "auditor")
    other = await a_person(store, name="Lê Thị Ánh", email="anh.le@sangkien.example", phone="0912345678")
    for path in (LIST, "/quan-tri/nguoi-dung.csv"):
        text = (await window.open(path)).text.replace("<wbr>", "")
        assert "Lê Thị Ánh" in text
        assert "anh.le@" not in text
        assert "a***@sangkien.example" in text
        assert "912345" not in text
    # Nor sign by sign, through the search.
    assert "Không có ai khớp bộ lọc" in (await window.open(f"{LIST}?tim=anh.le@")).text
    assert (await window.get(f"{LIST}/{other.id}")).status_code == 403
    assert (await window.submit(f"{LIST}/{other.id}", {"what": "close", "reason": WHY})).status_code == 403
    assert (await window.get(JOURNAL)).status_code == 200


async def test_nobody_else_sees_any_of_it(store: Store, browser: Callable[[], Browser]):
    window = await as_(store, browser, "organiser")
    for path in (LIST, JOURNAL, "/quan-tri/nguoi-dung.csv", "/quan-tri/nhat-ky.csv"):
        assert (await window.get(path)).status_code == 403


async def test_a_role_is_read_back_given_once_taken_and_found_in_the_journal(
    store: Store, browser: Callable[[], Browser]
):
    window, contest = await as_(store, browser, "administrator"), await a_contest(store)
    person = await a_person(store, name="Lê Thị Ánh")
    page, wanted = f"{LIST}/{person.id}", {"what": "grant", "role": "judge", "contest": contest.id, "reason": WHY}
    await window.open(page)
    asked = await window.submit(page, wanted)
    assert asked.status_code == 200
    assert f"Giám khảo ({contest.short_name})" in asked.text
    assert await store.read["acts"].count({}) == 0
    for _ in range(2):
        assert (await window.submit(page, {**wanted, "sure": "true"})).status_code == 303
    assert await store.read["acts"].count({}) == 1
    taken = {"what": "revoke", "taken": f"judge:{contest.id}", "reason": "Xin rút khỏi ban giám khảo"}
    assert "Thu của Lê Thị Ánh" in (await window.submit(page, taken)).text
    for _ in range(2):
        assert (await window.submit(page, {**taken, "sure": "true"})).status_code == 303
    assert await store.read["acts"].count({}) == 2
    journal = (await window.open(f"{JOURNAL}?nguoi=le+thi+anh&viec=role_granted")).text
    assert WHY in journal
    assert "Trịnh Thị Chủ" in journal
    assert "Xin rút" not in journal
    today = local(now()).date()
    assert WHY in (await window.open(f"{JOURNAL}?tu-ngay={today}&den-ngay={today}")).text
    assert "Chưa có dòng nào" in (await window.open(f"{JOURNAL}?tu-ngay=2099-01-01")).text
    assert WHY in (await window.open(f"{JOURNAL}?tu-ngay=0001-01-01&den-ngay=9999-12-31")).text
    assert "Chưa có dòng nào" in (await window.open(f"{JOURNAL}?nguoi=khong+ai")).text
    assert "Xin rút" in (await window.get("/quan-tri/nhat-ky.csv")).text


async def test_what_cannot_be_is_refused_and_what_was_typed_stays(store: Store, browser: Callable[[], Browser]):
    window, person = await as_(store, browser, "administrator"), await a_person(store)
    page = f"{LIST}/{person.id}"
    await window.open(page)
    for wrong, sentence in (
        ({"what": "grant", "role": "judge", "reason": "vì"}, "Hãy ghi rõ lý do"),
        ({"what": "grant", "role": "", "reason": WHY}, "Hãy chọn một vai trò."),
        ({"what": "grant", "role": "unit_officer", "reason": WHY}, "cần một đơn vị"),
        ({"what": "grant", "role": "judge", "contest": "no-such", "reason": WHY}, "một cuộc thi có trong danh sách"),
        ({"what": "grant", "role": "auditor", "contest": "x", "reason": WHY}, "luôn là của toàn trang"),
        ({"what": "revoke", "taken": "judge:*", "reason": WHY}, "đang giữ"),
    ):
        refused = await window.submit(page, wrong)
        assert refused.status_code == 422, wrong
        assert sentence in refused.text
        assert wrong["reason"] in refused.text
    assert (await window.submit(f"{LIST}/nobody", {"what": "close", "reason": WHY, "sure": "true"})).status_code == 404
    assert await store.read["acts"].count({}) == 0


async def test_a_closed_account_is_signed_out_and_comes_in_again_when_it_is_reopened(
    store: Store, browser: Callable[[], Browser]
):
    window = await as_(store, browser, "administrator")
    person = await a_person(store, email=email_of("closed"))
    theirs = browser()
    await theirs.sign_in(email_of("closed"))
    page = f"{LIST}/{person.id}"
    await window.open(page)
    assert (await theirs.get("/tai-khoan")).status_code == 200
    await window.submit(page, {"what": "close", "reason": WHY, "sure": "true"})
    assert (await theirs.get("/tai-khoan")).status_code != 200
    assert (await browser().sign_in(email_of("closed"))).status_code != 303
    assert "Đã đóng" in (await window.open(page)).text
    await window.submit(page, {"what": "reopen", "reason": WHY, "sure": "true"})
    assert (await browser().sign_in(email_of("closed"))).status_code == 303


async def test_the_last_administrator_keeps_the_role_also_over_http(store: Store, browser: Callable[[], Browser]):
    window = await as_(store, browser, "administrator")
    own = await store.read["people"].find_one({"email": email_of("the-administrator")})
    assert own is not None
    page = f"{LIST}/{own['_id']}"
    await window.open(page)
    for fields in ({"what": "revoke", "taken": "administrator:*"}, {"what": "close"}):
        refused = await window.submit(page, {**fields, "reason": WHY, "sure": "true"})
        assert refused.status_code >= 400
        assert "chính mình" in refused.text
        assert WHY in refused.text
