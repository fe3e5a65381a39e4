"""A judge in a browser and over JSON: marking, sealing, and nothing that leads to an author."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from services.judging.juries.domain import Assignment
from services.judging.scorelog import service as scorelog
from services.judging.sheets.domain import SheetState
from shared.identity import Person
from shared.ids import new_id
from shared.mongo import Store
from tests.integration.judging.builders import (
    CHAIR,
    CONTEST,
    Browser,
    a_contest,
    a_draw,
    a_person,
    a_rubric,
    a_script,
    a_sealed_sheet,
    a_written_round,
    sheet_of,
    some_judges,
    the_judge,
)

SignIn = Callable[[Person], Browser]


def fields(browser: Browser, novelty: str, effect: str, **more: str) -> dict[str, str]:
    return {"version": browser.version, "marks.novelty": novelty, "marks.effect": effect, "comment": "", **more}


async def one_sheet(store: Store, browser: SignIn, **changes: Any) -> tuple[Assignment, Browser, str]:
    _, _, given = await a_written_round(store, **changes)
    return given[0], browser(the_judge(given[0])), f"/cham-thi/phieu/{given[0].id}"


async def test_a_judge_marks_reads_back_and_seals_without_a_script(store: Store, browser: SignIn) -> None:
    given, judge, path = await one_sheet(store, browser)
    shown = await judge.open(path)
    assert "Người dân phải chờ lâu." in shown.text
    assert "Tiết kiệm được bao nhiêu" in shown.text
    answer = await judge.submit(path, fields(judge, "7,5", "15", act="seal"))
    assert answer.headers["location"] == f"{path}/niem-phong"
    read_back = await judge.open(f"{path}/niem-phong")
    assert re.search(r"7,5\s*/\s*10", read_back.text)
    assert re.search(r"22,5\s*/\s*30", read_back.text)
    sealed = await judge.submit(f"{path}/niem-phong", {"client_key": judge.client_key, "version": judge.version})
    assert sealed.headers["location"] == path
    done = await judge.open(path)
    assert (await sheet_of(store, given)).hash in done.text
    assert 'name="marks.novelty"' not in done.text
    assert re.search(r"<strong>1/\d</strong> đã chấm", (await judge.open("/cham-thi")).text)


@pytest.mark.parametrize(
    ("novelty", "said"),
    [
        ("7,3", "Tính mới: điểm 7,3 không đúng bước 0,5."),
        ("11", "Tính mới: điểm 11 vượt mức tối đa 10."),
        ("nhiều", "Hãy nhập một số"),
    ],
)
async def test_a_mark_off_its_scale_is_refused_by_name_and_stays_as_typed(
    store: Store, browser: SignIn, novelty: str, said: str
) -> None:
    given, judge, path = await one_sheet(store, browser)
    await judge.open(path)
    answer = await judge.submit(path, fields(judge, novelty, "12,5", comment="Hay lắm"))
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{novelty}"' in answer.text
    assert 'value="12,5"' in answer.text
    assert "Hay lắm" in answer.text
    assert 'href="#marks.novelty"' in answer.text
    assert (await sheet_of(store, given)).state is SheetState.ASSIGNED


async def test_sealing_with_a_field_left_empty_keeps_the_draft_and_names_it(store: Store, browser: SignIn) -> None:
    given, judge, path = await one_sheet(store, browser, comment_required=True)
    await judge.open(path)
    answer = await judge.submit(path, fields(judge, "7", "", act="seal"))
    assert answer.status_code == 422
    assert "Hiệu quả: chưa có điểm." in answer.text
    assert "yêu cầu có nhận xét" in answer.text
    assert (await sheet_of(store, given)).marks.keys() == {"novelty"}
    again = await judge.submit(path, fields(judge, "7", "0", version="1", comment="Được", act="seal"))
    assert again.headers["location"].endswith("/niem-phong"), "zero is a mark"


async def test_autosave_answers_with_the_new_version_and_refuses_the_old_one_with_both_values(
    store: Store, browser: SignIn
) -> None:
    _, judge, path = await one_sheet(store, browser)
    await judge.open(path)
    as_script = {"headers": {"Accept": "application/json"}}
    first = await judge.submit(f"{path}/luu", fields(judge, "7", "", act=""), **as_script)
    assert first.json()["version"] == 1
    assert first.json()["total"] == "7.0"
    stale = await judge.submit(f"{path}/luu", fields(judge, "1", "1"), **as_script)
    assert stale.status_code == 409
    assert stale.json()["fields"] == {"marks.novelty": "7,0", "comment": ""}
    wrong = await judge.submit(f"{path}/luu", fields(judge, "7,3", "1", version="1"), **as_script)
    assert wrong.status_code == 422
    assert "Tính mới: điểm 7,3" in wrong.json()["message"]
    plain = await judge.submit(f"{path}/luu", fields(judge, "8", "1", version="1"))
    assert plain.status_code == 303


async def test_without_scripts_a_sheet_saved_elsewhere_is_shown_beside_and_replaced_by_the_next_press(
    store: Store, browser: SignIn
) -> None:
    given, judge, path = await one_sheet(store, browser)
    await judge.open(path)
    assert (await judge.submit(path, fields(judge, "7", "12,5", comment="Bản ở máy kia"))).status_code == 303
    refused = await judge.submit(path, fields(judge, "8,5", "12,5", comment="Bản ở máy này"))
    assert refused.status_code == 409
    assert (await sheet_of(store, given)).comment == "Bản ở máy kia", "nothing was overwritten"
    other, form = refused.text.split("Phiếu này vừa được lưu ở nơi khác")[1].split("<form", 1)
    assert "7,0" in other
    assert "Bản ở máy kia" in other
    assert "12,5" not in other, "both have the same mark there"
    assert 'value="8,5"' in form
    assert "Bản ở máy này" in form
    carried = re.search(r'name="version" value="(\d+)"', form)
    assert carried is not None
    again = await judge.submit(path, fields(judge, "8,5", "12,5", version=carried[1], comment="Bản ở máy này"))
    assert again.status_code == 303
    kept = await sheet_of(store, given)
    assert (str(kept.marks["novelty"]), kept.comment) == ("8.5", "Bản ở máy này")


async def test_a_sheet_saved_elsewhere_is_read_back_again_before_it_is_sealed(store: Store, browser: SignIn) -> None:
    given, judge, path = await one_sheet(store, browser)
    await judge.open(path)
    await judge.submit(path, fields(judge, "7", "12", act="seal"))
    await judge.open(f"{path}/niem-phong")
    await judge.submit(path, fields(judge, "9", "12", version=judge.version))
    ask = {"client_key": judge.client_key, "version": judge.version}
    refused = await judge.submit(f"{path}/niem-phong", ask)
    assert refused.status_code == 409
    assert "Hãy đọc lại điểm đang lưu" in refused.text
    assert re.search(r"9,0?\s*/\s*10", refused.text)
    assert (await sheet_of(store, given)).state is SheetState.MARKING
    carried = re.search(r'name="version" value="(\d+)"', refused.text)
    assert carried is not None
    sealed = await judge.submit(f"{path}/niem-phong", {"client_key": new_id(), "version": carried[1]})
    assert sealed.status_code == 303
    assert (await sheet_of(store, given)).state is SheetState.SEALED


async def test_a_judge_steps_back_with_a_reason(store: Store, browser: SignIn) -> None:
    _, judge, path = await one_sheet(store, browser)
    await judge.open(f"{path}/tu-choi")
    refused = await judge.submit(f"{path}/tu-choi", {"client_key": judge.client_key, "reason": " "})
    assert refused.status_code == 422
    assert judge.client_key in refused.text
    done = await judge.submit(f"{path}/tu-choi", {"client_key": judge.client_key, "reason": "Cùng cơ quan"})
    assert done.headers["location"] == "/cham-thi"
    assert (await judge.open(path)).status_code == 404


async def test_another_judges_sheet_is_not_found(store: Store, browser: SignIn) -> None:
    _, _, given = await a_written_round(store)
    other = browser(the_judge(next(one for one in given if one.judge_id != given[0].judge_id)))
    path, key = f"/cham-thi/phieu/{given[0].id}", {"client_key": new_id()}
    await other.open("/cham-thi/phieu/" + next(one.id for one in given if one.judge_id != given[0].judge_id))
    for address in (path, f"{path}/niem-phong", f"{path}/tu-choi"):
        assert (await other.open(address)).status_code == 404
    assert (await other.submit(path, fields(other, "1", "1"))).status_code == 404
    assert (await other.submit(f"{path}/luu", fields(other, "1", "1"))).status_code == 404
    assert (await other.submit(f"{path}/niem-phong", {**key, "version": "0"})).status_code == 404
    assert (await other.call("GET", f"/sheets/{given[0].id}")).status_code == 404
    assert (await other.call("PUT", f"/sheets/{given[0].id}", {"version": 0, "marks": {}})).status_code == 404
    assert (await other.call("POST", f"/sheets/{given[0].id}/seal", {**key, "version": 0})).status_code == 404
    assert (await other.call("POST", f"/sheets/{given[0].id}/recuse", {**key, "reason": "x"})).status_code == 404


async def test_the_whole_sheet_over_json(store: Store, browser: SignIn) -> None:
    _, _, given = await a_written_round(store)
    judge = browser(the_judge(given[0]))
    queue = (await judge.call("GET", "/queue")).json()
    assert {row["state"] for row in queue} == {"assigned"}
    sheet = f"/sheets/{queue[0]['sheet_id']}"
    body = (await judge.call("GET", sheet)).json()
    assert body["code"] == queue[0]["code"]
    assert [one["id"] for one in body["rubric"]["criteria"]] == ["novelty", "effect"]
    off = await judge.call("PUT", sheet, {"version": 0, "marks": {"novelty": "7.3"}})
    assert (off.status_code, off.json()["code"]) == (422, "marks_invalid")
    saved = (await judge.call("PUT", sheet, {"version": 0, "marks": {"novelty": "7.5", "effect": 15}})).json()
    assert (saved["version"], saved["total"]) == (1, "22.5")
    ask = {"client_key": "once", "version": 1}
    first, second = [await judge.call("POST", f"{sheet}/seal", ask) for _ in range(2)]
    assert first.status_code == 200
    assert first.content == second.content
    late = await judge.call("POST", f"{sheet}/seal", {"client_key": "another", "version": 1})
    assert (late.status_code, late.json()["code"]) == (409, "already_sealed")
    assert len(await scorelog.lines(store.read, CONTEST, kinds=("sheet.sealed",))) == 1


async def test_nothing_a_judge_can_see_leads_to_an_author(store: Store, browser: SignIn) -> None:
    canaries = ["canary-author", "canary-owner", "canary-unit", "canary-entry", "CANARY-RECEIPT", "Canary Thị Tên"]
    await a_contest(store)
    judges = await some_judges(store, 3)
    await a_person(
        store, Person("canary-author", "Canary Thị Tên", frozenset({("entrant", "*")})), unit_id="canary-unit"
    )
    copy = {"file_id": "copy-1", "media_type": "application/pdf", "size": 10, "sha256": "0" * 64}
    about = {
        "author_ids": ["canary-author"],
        "owner_id": "canary-owner",
        "unit_ids": ["canary-unit"],
        "judge_copies": [copy],
    }
    await a_script(store, "canary-entry", **about)
    await a_rubric(store)
    given = await a_draw(store)
    await a_sealed_sheet(store, given[1])
    seen = []
    for one in given:
        judge = browser(next(person for person in judges if person.id == one.judge_id))
        path = f"/cham-thi/phieu/{one.id}"
        pages = ("/cham-thi", path, f"{path}/niem-phong", f"{path}/tu-choi")
        calls = ("/queue", f"/sheets/{one.id}", f"/contests/{CONTEST}/rubrics/preliminary")
        seen += [await judge.open(address) for address in pages]
        seen += [await judge.call("GET", address) for address in calls]
        seen.append(await judge.submit(path, fields(judge, "99", "1")))
        seen.append(await judge.call("POST", f"/sheets/{one.id}/seal", {"client_key": new_id(), "version": 99}))
    assert any("/bai-du-thi/ban-cham/copy-1" in answer.text for answer in seen)
    for answer in seen:
        found = [word for word in canaries if word in answer.text or word in str(answer.headers)]
        assert not found, f"{answer.url} tells {found}"


async def test_a_judge_does_not_see_the_chairs_pages(store: Store, browser: SignIn) -> None:
    _, _, given = await a_written_round(store)
    judge = browser(the_judge(given[0]))
    await judge.open("/cham-thi")
    for address in ("", "/ban-giam-khao", "/tieu-chi/so-khao"):
        assert (await judge.open(f"/cham-thi/quan-ly/{CONTEST}{address}")).status_code == 403
    for address in ("progress", "scripts"):
        assert (await judge.call("GET", f"/contests/{CONTEST}/{address}")).status_code == 403
    assert f"/cham-thi/quan-ly/{CONTEST}" in (await browser(CHAIR).open("/cham-thi")).text
