"""Units as pages: by day, renamed, merged and split with read back; what an old entry, an entrant and a judge see of it."""

from collections.abc import Callable
from datetime import date, timedelta

from services.submissions.entries import service as entries
from services.submissions.units import service
from services.submissions.units.domain import Act, Unit
from shared.clock import local, now
from shared.dated_tree import DatedTree
from shared.mongo import Store
from tests.integration.submissions.builders import (
    ADMINISTRATOR,
    Browser,
    a_contest,
    a_person,
    email_of,
    outbox_rows,
    some_units,
)
from tests.integration.submissions.entry_builders import an_entry

Browsers = Callable[[], Browser]
OLD = Unit(id="lang", name="Phường Láng Thượng", level="ward")
OTHER = Unit(id="o-cho", name="Phường Ô Chợ Dừa", level="ward")


async def reorganised(store: Store, act: Act, ids: list[str], names: list[str], first_day: date) -> list[str]:
    """The ids of the units that begin."""
    made = await service.reorganise(
        store, act, ids, names, level="", first_day=first_day, reason="Nghị quyết", by=ADMINISTRATOR, sure=True
    )
    return [unit.id for unit in made.begun]


async def an_administrator(browser: Browsers, store: Store) -> Browser:
    await a_person(store, "administrator", email=email_of("quan-tri"))
    visitor = browser()
    await visitor.sign_in(email_of("quan-tri"))
    return visitor


async def test_a_renaming_is_read_back_before_it_is_written_and_kept_in_the_journal(browser: Browsers, store: Store):
    await some_units(store, OLD)
    visitor = await an_administrator(browser, store)
    day = local(now()).date() + timedelta(days=10)
    fields = {"act": "rename", "names": "Phường Láng", "first_day": day.isoformat(), "reason": "Nghị quyết 1656"}
    place = f"/don-vi/{OLD.id}/doi"
    read_back = await visitor.submit(place, fields)
    assert "Xem lại trước khi ghi" in read_back.text
    assert len(await service.every(store.read)) == 1
    done = await visitor.submit(place, {**fields, "sure": "true"}, follow_redirects=True)
    assert "Đã ghi thay đổi của đơn vị." in done.text
    assert "Nghị quyết 1656" in done.text
    assert [row["seq"] for row in await outbox_rows(store, OLD.id)] == [1, 2]
    today = (await visitor.open("/don-vi")).text
    then = (await visitor.open(f"/don-vi?ngay={day}")).text
    assert ("Phường Láng Thượng" in today, "Phường Láng Thượng" in then) == (True, False)
    again = await visitor.submit(place, {**fields, "sure": "true"})
    assert again.status_code == 303, "the same once more changes nothing"
    assert [row["seq"] for row in await outbox_rows(store, OLD.id)] == [1, 2]


async def test_a_wrong_act_keeps_what_was_typed(browser: Browsers, store: Store):
    await some_units(store, OLD)
    visitor = await an_administrator(browser, store)
    fields = {"act": "split", "names": "Chỉ một tên", "first_day": "2027-01-01", "reason": "Nghị quyết"}
    answer = await visitor.submit(f"/don-vi/{OLD.id}/doi", fields)
    assert answer.status_code == 422
    assert "Chỉ một tên" in answer.text
    assert "từ hai tên trở lên" in answer.text


async def test_an_old_entry_keeps_the_unit_of_its_day_and_the_tree_knows_who_it_is_today(store: Store):
    await some_units(store, OLD, OTHER)
    person, contest = await a_person(store, unit_id=OLD.id), await a_contest(store)
    entry = await an_entry(store, person, contest.id)
    tomorrow = local(now()).date() + timedelta(days=1)
    [merged] = await reorganised(store, Act.MERGE, [OLD.id, OTHER.id], ["Phường Láng"], tomorrow)
    kept = await entries.get(store.read, entry.id)
    assert (await entries.last_revision(store.read, kept)).unit_ids == [OLD.id]
    assert (await service.get(store.read, OLD.id)).name == "Phường Láng Thượng"
    found = await service.whereabouts(store.read, OLD.id, day=local(now()).date(), today=tomorrow)
    assert ([one.id for one in found.then], [one.id for one in found.today]) == ([OLD.id], [merged])


async def test_who_may_enter_follows_the_level_of_the_unit_on_the_day(store: Store):
    district = Unit(id="quan", name="Quận Đống Đa", level="district")
    await some_units(store, district)
    first = date(2025, 7, 1)
    made = await service.reorganise(
        store, Act.SPLIT, [district.id], ["Phường Láng", "Phường Kim Liên"], level="ward", first_day=first,
        reason="NQ 1656", by=ADMINISTRATOR, sure=True,
    )  # fmt: skip
    before = await service.standing(store.read, district.id, date(2025, 6, 30))
    after = await service.standing(store.read, district.id, first)
    assert [(one.id, one.level) for one in before] == [("quan", "district")]
    assert {one.level for one in after} == {"ward"}
    assert await service.standing(store.read, made.begun[0].id, date(2025, 6, 30)) == before


async def test_a_judge_conflicts_with_the_old_unit_and_its_heirs_from_their_first_day_and_not_with_a_sister(
    store: Store,
):
    await some_units(store, OLD, OTHER)
    first, second, third = date(2026, 1, 1), date(2026, 6, 1), date(2026, 9, 1)
    [renamed] = await reorganised(store, Act.RENAME, [OLD.id], ["Phường Láng"], first)
    east, west = await reorganised(store, Act.SPLIT, [renamed], ["Láng Đông", "Láng Tây"], second)
    [merged] = await reorganised(store, Act.MERGE, [west, OTHER.id], ["Phường Láng Chợ Dừa"], third)
    tree = DatedTree(await service.every(store.read))
    for one, other, since in ((OLD.id, renamed, first), (OLD.id, east, second), (renamed, west, second)):
        assert tree.is_one(one, other, since), (one, other)
        assert tree.is_one(other, one, since), (other, one)
    for one, other in ((west, merged), (OTHER.id, merged), (west, OTHER.id)):
        assert tree.is_one(one, other, third), "a profile that still names the unit of yesterday conflicts as well"
        eve = third - timedelta(days=1)
        assert tree.is_one(one, other, eve) is (other == merged), "on the eve the merged unit is still both of them"
    assert not tree.is_one(west, OTHER.id, third - timedelta(days=1))
    assert not tree.is_one(east, west, third)
    assert not tree.is_one(OLD.id, OTHER.id, second)


async def test_the_list_is_filtered_without_marks_by_level_and_exported_as_seen(browser: Browsers, store: Store):
    await some_units(store, OLD, OTHER, Unit(id="so", name="Sở Nội vụ", level="department", code="SNV"))
    public = browser()
    assert "Sở Nội vụ" in (await public.open("/don-vi?tim=so+noi")).text
    shown = (await public.open("/don-vi?cap=ward")).text
    assert "Sở Nội vụ" not in shown
    assert "Phường Láng Thượng" in shown
    exported = (await public.get("/don-vi/danh-sach.csv?cap=ward")).content.decode("utf-8-sig")
    assert "Phường Ô Chợ Dừa" in exported
    assert "Sở Nội vụ" not in exported
    assert (await public.get("/don-vi/danh-sach.xlsx")).content.startswith(b"PK")
    assert (await public.get("/don-vi?ngay=hom-qua")).status_code == 200
    assert (await public.get("/don-vi/danh-sach.pdf")).status_code == 404
