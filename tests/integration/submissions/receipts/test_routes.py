"""Receipt, status page, list, withdrawal, and what other services told about an entry."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from services.submissions.entries import service as entries
from services.submissions.receipts import agents
from shared import inbox
from shared.clock import now
from shared.events.envelope import Envelope, Event
from shared.events.judging import Finalist, FinalistsNamed, Place, ResultPublished
from shared.events.notifications import DeliveryAccepted, DeliveryFailed
from shared.ids import new_id
from shared.inbox import Outcome
from shared.mongo import Store
from shared.topics import Order
from tests.integration.submissions.builders import ADMINISTRATOR, Browser, a_contest, a_person, email_of
from tests.integration.submissions.entry_builders import a_draft, an_entry, hand_in, words


async def tell(store: Store, event: Event, *, subject: str) -> Outcome:
    """A fact of another service, as Kafka would bring it."""
    handler = agents.on_results if event.topic == "judging.results" else agents.on_deliveries
    envelope = Envelope.wrap(event, subject=subject, seq=1, by="system", time=now())
    return await inbox.apply(store, handler.__name__, Order.EVERY, envelope, handler)


async def test_ones_own_entries_come_page_by_page_found_sorted_and_as_a_file(
    store: Store, browser: Callable[[], Browser]
) -> None:
    person, contest = await a_person(store, email=email_of("a")), await a_contest(store)
    page = browser()
    await page.sign_in(email_of("a"))
    assert "Tìm theo tên" not in (await page.open("/bai-du-thi")).text
    for number in range(22):
        await a_draft(store, person, contest.id, title=f"Sáng kiến số {number:02}")
    await a_draft(store, await a_person(store), contest.id, title="Của người khác")
    first, second = (await page.open("/bai-du-thi")).text, (await page.open("/bai-du-thi?trang=2")).text
    assert [first.count("Sáng kiến số 21</a>"), first.count("</a></h2>"), second.count("</a></h2>")] == [1, 20, 2]
    assert "21–22 trong 22" in second
    assert second.index("Sáng kiến số 01") < second.index("Sáng kiến số 00")
    by_name = (await page.open("/bai-du-thi?sap-xep=ten&so-dong=50")).text
    assert by_name.index("Sáng kiến số 00") < by_name.index("Sáng kiến số 01") < by_name.index("Sáng kiến số 21")
    found = (await page.open("/bai-du-thi?tim=sang+kien+so+07&tinh-trang=draft")).text
    assert (found.count("</a></h2>"), 'value="sang kien so 07"' in found) == (1, True)
    assert "Không có bài nào khớp" in (await page.open("/bai-du-thi?tinh-trang=accepted")).text
    file = (await page.get("/bai-du-thi.csv?tim=so+0")).text
    assert (file.count("Sáng kiến số 0"), "Sáng kiến số 10" in file, "Của người khác" in file) == (10, False, False)
    assert (await page.get("/bai-du-thi.pdf")).status_code == 404


async def test_the_receipt_has_code_time_with_zone_and_the_state_of_its_mail(
    store: Store, browser: Callable[[], Browser]
) -> None:
    person, contest = await a_person(store, email=email_of("a")), await a_contest(store)
    entry, page = await an_entry(store, person, contest.id), browser()
    await page.sign_in(email_of("a"))
    address = f"/bai-du-thi/{entry.id}/bien-nhan"
    shown = await page.open(address)
    assert str(entry.receipt) in shown.text
    assert "giờ Hà Nội, UTC+7" in shown.text
    assert "Đang chờ gửi" in shown.text
    about = {"message": "entry-receipt", "channel": "email", "person_id": person.id, "about_id": entry.id}
    first, second = new_id(), new_id()
    failed = DeliveryFailed(delivery_id=first, reason="hộp thư đầy", failed_at=now(), **about)
    await tell(store, failed, subject=first)
    assert "Không gửi được: hộp thư đầy" in (await page.open(address)).text
    accepted = DeliveryAccepted(delivery_id=second, accepted_at=now() + timedelta(seconds=1), **about)
    assert await tell(store, accepted, subject=second) is Outcome.APPLIED
    assert await tell(store, accepted, subject=second) is Outcome.DOUBLE
    assert "Máy chủ thư đã nhận lúc" in (await page.open(address)).text


async def test_an_entry_handed_in_again_has_a_new_receipt_and_keeps_the_old_one(
    store: Store, browser: Callable[[], Browser]
) -> None:
    person, contest = await a_person(store, email=email_of("a")), await a_contest(store)
    entry, page = await an_entry(store, person, contest.id, title="Tên ban đầu"), browser()
    await page.sign_in(email_of("a"))
    address = f"/bai-du-thi/{entry.id}"
    values = {**entry.fields(), "title": "Tên đã sửa", "version": str(entry.version)}
    saved = await page.submit(f"{address}/luu", values)
    assert "bản đã nộp vẫn là bản có giá trị" in (await page.open(saved.headers["location"])).text
    await hand_in(store, entry.id, person)
    (first, second), receipt = ("lần nộp 1", "lần 2 (trang này)"), f"{address}/bien-nhan"
    new, old = (await page.open(receipt)).text, (await page.open(f"{receipt}?lan=1")).text
    assert second in new
    assert "Tên đã sửa" in new
    assert f"{receipt}?lan=1" in new
    assert first in old
    assert "Tên ban đầu" in old
    assert "Tên đã sửa" not in old
    assert "data-handed-in" in new
    assert "data-handed-in" not in old
    for wrong in ("3", "0", "x", "1:2"):
        assert (await page.get(f"{receipt}?lan={wrong}")).status_code == 404


async def test_a_delivery_about_something_else_is_passed_over(store: Store) -> None:
    about = {"message": "receipt", "channel": "email", "person_id": "p", "about_id": "no-entry"}
    await tell(store, DeliveryAccepted(delivery_id="d", accepted_at=now(), **about), subject="d")
    assert await store.read["entry_news"].count({}) == 0


async def test_the_status_page_needs_no_sign_in_and_tells_neither_text_nor_author(
    store: Store, browser: Callable[[], Browser]
) -> None:
    person, contest = await a_person(store, name="Canary Bí Danh"), await a_contest(store)
    draft = await a_draft(store, person, contest.id)
    reply = await hand_in(store, draft.id, person)
    visitor = browser()
    shown = await visitor.get(reply["status_path"])
    assert shown.status_code == 200
    assert reply["receipt"] in shown.text
    for secret in ("Canary Bí Danh", words().title, words().parts["solution"]):
        assert secret not in shown.text
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert (await visitor.get(reply["status_path"][:-1] + "x")).status_code == 404
    stored = await store.read["entries"].get(draft.id)
    assert reply["status_path"].rsplit("/", maxsplit=1)[1] not in str(stored)


async def test_a_draft_has_no_receipt_and_no_status_page(store: Store, browser: Callable[[], Browser]) -> None:
    person, contest = await a_person(store, email=email_of("a")), await a_contest(store)
    draft, page = await a_draft(store, person, contest.id), browser()
    await page.sign_in(email_of("a"))
    assert (await page.get(f"/bai-du-thi/{draft.id}/bien-nhan")).status_code == 409
    assert (await page.get(f"/bai-du-thi/{draft.id}")).status_code == 200


async def test_the_list_says_in_words_where_each_entry_stands(store: Store, browser: Callable[[], Browser]) -> None:
    person, contest = await a_person(store, email=email_of("a")), await a_contest(store)
    page = browser()
    await page.sign_in(email_of("a"))
    assert "Bạn chưa có bài dự thi nào" in (await page.open("/bai-du-thi")).text
    await a_draft(store, person, contest.id, title="Bài đang viết")
    handed_in = await an_entry(store, person, contest.id)
    await store.transaction(lambda tx: entries.accept(tx, handed_in.id, ADMINISTRATOR, now()))
    returned = await an_entry(store, person, contest.id)
    until = now() + timedelta(days=2)
    await store.transaction(
        lambda tx: entries.decide(
            tx, returned.id, lambda entry: entry.send_back("Thiếu", until, now()), ADMINISTRATOR, now()
        )
    )
    shown = (await page.open("/bai-du-thi")).text
    for text in ("Chưa nộp", "Đã hợp lệ", "Cần bổ sung", "Bài đang viết", "còn 20 ngày", "còn 1 ngày"):
        assert text in shown


async def test_a_late_answer_to_a_request_is_told_both_instants_and_keeps_its_words(
    store: Store, browser: Callable[[], Browser]
) -> None:
    person, contest = await a_person(store, email=email_of("a")), await a_contest(store)
    entry, over = await an_entry(store, person, contest.id), now() - timedelta(hours=1)
    asked = over - timedelta(hours=1)
    await store.transaction(
        lambda tx: entries.decide(tx, entry.id, lambda one: one.send_back("Thiếu", over, asked), ADMINISTRATOR, asked)
    )
    page = browser()
    await page.sign_in(email_of("a"))
    typed = {"client_key": "k", "message": "Đã bổ sung số đo ở phần Hiệu quả"}
    late = await page.submit(f"/bai-du-thi/{entry.id}/nop", typed)
    assert late.status_code == 409
    assert "Hạn bổ sung đã qua lúc" in (await page.open(f"/bai-du-thi/{entry.id}")).text
    for text in ("đến máy chủ lúc", "Đã bổ sung số đo ở phần Hiệu quả", "bản đã nộp lần 1 vẫn có giá trị"):
        assert text in late.text


async def test_finalists_and_places_are_shown_to_their_authors(store: Store, browser: Callable[[], Browser]) -> None:
    person, contest = await a_person(store, email=email_of("a")), await a_contest(store)
    made = [await an_entry(store, person, contest.id) for _ in range(3)]
    for entry in made[:2]:
        await store.transaction(lambda tx, one=entry: entries.accept(tx, one.id, ADMINISTRATOR, now()))  # type: ignore[misc]
    named = FinalistsNamed(
        contest_id=contest.id, round="preliminary", result_version=1, named_at=now(),
        finalists=[Finalist(entry_id=made[0].id, rank=1, score=Decimal("88.50"))],
    )  # fmt: skip
    await tell(store, named, subject=f"{contest.id}:preliminary")
    page = browser()
    await page.sign_in(email_of("a"))
    assert "Vào chung khảo" in (await page.open(f"/bai-du-thi/{made[0].id}")).text
    assert "Không vào chung khảo" in (await page.open(f"/bai-du-thi/{made[1].id}")).text
    assert "chung khảo" not in (await page.open(f"/bai-du-thi/{made[2].id}")).text
    place = Place(entry_id=made[0].id, rank=1, score=Decimal("91.25"), track="individual", prize_title="Giải Nhất")
    published = ResultPublished(
        contest_id=contest.id, result_version=1, slug="ket-qua-a", places=[place], file_sha256="0", log_head="0",
        published_at=now(),
    )  # fmt: skip
    await tell(store, published, subject=f"{contest.id}:final")
    shown = (await page.open(f"/bai-du-thi/{made[0].id}")).text
    assert "Giải Nhất" in shown
    assert "91,25" in shown
    assert "/ket-qua/ket-qua-a" in shown


async def test_withdrawing_asks_for_a_reason_and_keeps_it(store: Store, browser: Callable[[], Browser]) -> None:
    person, contest = await a_person(store, email=email_of("a")), await a_contest(store)
    entry, page = await an_entry(store, person, contest.id), browser()
    await page.sign_in(email_of("a"))
    address = f"/bai-du-thi/{entry.id}/rut"
    await page.open(address)
    refused = await page.submit(address, {"client_key": page.client_key, "reason": "  "})
    assert refused.status_code == 422
    done = await page.submit(address, {"client_key": page.client_key, "reason": "Nộp nhầm cuộc thi"})
    assert done.status_code == 303
    shown = await page.open(f"/bai-du-thi/{entry.id}")
    assert "Nộp nhầm cuộc thi" in shown.text
    assert "Đã rút" in shown.text
