"""Printed pages through HTTP: the register as filtered, the receipt for its author and for the counter, nobody else."""

from collections.abc import Callable

from shared.clock import local, now
from shared.identity import Role
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_contest, a_person, email_of
from tests.integration.submissions.entry_builders import an_entry, deliver


async def test_register_and_receipt_are_printed_for_those_who_may(store: Store, browser: Callable[[], Browser]) -> None:
    contest, author = await a_contest(store), await a_person(store, email=email_of("tac-gia"), name="Lê Thị Tác Giả")
    await a_person(store, Role.SECRETARY, scope=contest.id, email=email_of("thu-ky"))
    await a_person(store, email=email_of("nguoi-la"))
    entry = await an_entry(store, author, contest.id, title="Bảng tự kiểm tra hồ sơ")
    desk, own, stranger = browser(), browser(), browser()
    await desk.sign_in(email_of("thu-ky"))
    await own.sign_in(email_of("tac-gia"))
    await stranger.sign_in(email_of("nguoi-la"))
    early = (await own.open(f"/bai-du-thi/{entry.id}/phieu")).text
    assert "đang vào sổ" in early
    await deliver(store, entry.id)
    today = local(now()).date().isoformat()
    for shown in (await own.open(f"/bai-du-thi/{entry.id}/phieu"), await desk.open(f"/tiep-nhan/{entry.id}/phieu")):
        for words in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", str(entry.receipt)):
            assert words in shown.text
        assert "Lê Thị Tác Giả" in shown.text
        assert shown.text.index("Người nhận") < shown.text.index("Nơi nhận:") < shown.text.index("- Người nộp;")
    listed = (await desk.open(f"/tiep-nhan/in?ngay={today}&kenh=online")).text
    assert "Bảng tự kiểm tra hồ sơ" in listed
    assert "Cộng: 1 số vào sổ; trong đó trực tuyến 1." in listed
    assert "Cộng: 0 số vào sổ." in (await desk.open("/tiep-nhan/in?ngay=2020-01-01")).text
    assert "Cộng: 0 số vào sổ." in (await desk.open("/tiep-nhan/in?kenh=post")).text
    assert (await stranger.get(f"/bai-du-thi/{entry.id}/phieu")).status_code == 404
    assert (await stranger.get(f"/tiep-nhan/{entry.id}/phieu")).status_code == 403
