"""Signing up, in and out through the pages and over JSON."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

from fastapi import FastAPI

from services.submissions.people import service
from services.submissions.people.domain import Unit
from shared.ids import new_id
from shared.mongo import Store
from tests.integration.submissions.builders import PASSWORD, Browser, a_person, email_of, outbox_rows, some_units

API = "/api/submissions/v1"
Browsers = Callable[[], Browser]


async def test_somebody_signs_up_then_in_and_sees_the_account(browser: Browsers, store: Store):
    await some_units(store, Unit(id="phuong-cua-nam", name="Phường Cửa Nam", level="ward"))
    visitor = browser()
    form = await visitor.open("/dang-ky")
    assert "Phường Cửa Nam" in form.text
    typed = {
        "client_key": visitor.client_key,
        "kind": "official",
        "name": "Nguyễn Thị Hoa",
        "email": "Hoa@SangKien.example",
    }
    answer = await visitor.submit(
        "/dang-ky", {**typed, "unit_id": "phuong-cua-nam", "phone": "0912 345 678", "password": PASSWORD}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/dang-ky/xong")
    assert "đăng nhập ngay" in (await visitor.open("/dang-ky/xong")).text
    inside = await visitor.sign_in("hoa@sangkien.example")
    assert (inside.status_code, inside.headers["location"]) == (303, "/")
    account = await visitor.open("/tai-khoan")
    assert account.status_code == 200
    for shown in ("Nguyễn Thị Hoa", "Phường Cửa Nam", "+84912345678", "Người dự thi", "Thiết bị này"):
        assert shown in account.text


async def test_a_refused_sign_up_keeps_what_was_typed_but_not_the_password(browser: Browsers):
    visitor = browser()
    await visitor.open("/dang-ky")
    typed = {
        "client_key": visitor.client_key,
        "kind": "resident",
        "name": "Trần Văn Lợi",
        "email": "khong-phai-thu",
        "password": "ngắn",
    }
    answer = await visitor.submit("/dang-ky", typed)
    assert answer.status_code == 422
    assert 'value="Trần Văn Lợi"' in answer.text
    assert 'value="khong-phai-thu"' in answer.text
    assert "đúng dạng, ví dụ ten@coquan.vn" in answer.text
    assert "Mật khẩu cần ít nhất 8 ký tự" in answer.text
    assert "ngắn" not in re.sub(r"Một câu ngắn|câu ngắn", "", answer.text)
    assert visitor.client_key in answer.text


async def test_twenty_racers_with_one_key_make_one_account_and_get_one_reply(
    app: FastAPI, browser: Browsers, store: Store
):
    body = {
        "client_key": new_id(),
        "name": "Lê Hoàng Nam",
        "email": "nam@sangkien.example",
        "password": PASSWORD,
        "kind": "resident",
    }
    racers = [browser() for _ in range(20)]
    answers = await asyncio.gather(*(racer.post(f"{API}/people", json=body) for racer in racers))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await store.read["people"].count({}) == 1
    assert len(await outbox_rows(store, answers[0].json()["person_id"])) == 1


async def test_the_same_key_with_another_password_is_refused(browser: Browsers):
    body = {
        "client_key": new_id(),
        "name": "Lê Hoàng Nam",
        "email": "nam@sangkien.example",
        "password": PASSWORD,
        "kind": "resident",
    }
    visitor = browser()
    assert (await visitor.post(f"{API}/people", json=body)).status_code == 201
    again = await visitor.post(f"{API}/people", json={**body, "password": "một câu khác hẳn"})
    assert (again.status_code, again.json()["code"]) == (422, "key_reused")


async def test_signing_up_with_a_taken_address_looks_the_same_and_changes_nothing(browser: Browsers, store: Store):
    owner = await a_person(store, email=email_of("chu"))
    before = await store.read["people"].get(owner.id)
    body = {"name": "Kẻ Tò Mò", "password": "mật khẩu của kẻ lạ", "kind": "resident"}
    visitor = browser()
    new = await visitor.post(f"{API}/people", json={**body, "client_key": new_id(), "email": email_of("moi")})
    taken = await visitor.post(f"{API}/people", json={**body, "client_key": new_id(), "email": email_of("chu")})
    assert (new.status_code, set(new.json())) == (taken.status_code, set(taken.json())) == (201, {"person_id"})
    assert await store.read["people"].get(owner.id) == before
    assert await store.read["people"].count({}) == 2


async def test_two_keys_racing_for_one_address_make_one_account(browser: Browsers, store: Store):
    body = {"name": "Lê Hoàng Nam", "email": "nam@sangkien.example", "password": PASSWORD, "kind": "resident"}
    racers = [browser() for _ in range(8)]
    answers = await asyncio.gather(
        *(racer.post(f"{API}/people", json={**body, "client_key": new_id()}) for racer in racers)
    )
    assert {answer.status_code for answer in answers} == {201}
    assert await store.read["people"].count({}) == 1


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(browser: Browsers, store: Store):
    await a_person(store, email=email_of("co"))
    visitor = browser()
    known = await visitor.post(f"{API}/sessions", json={"email": email_of("co"), "password": "sai mật khẩu"})
    unknown = await visitor.post(f"{API}/sessions", json={"email": email_of("khong"), "password": "sai mật khẩu"})
    assert known.status_code == unknown.status_code == 401
    assert {**known.json(), "incident": ""} == {**unknown.json(), "incident": ""}
    assert known.json()["code"] == "wrong_credentials"


async def test_an_unknown_address_costs_as_many_password_checks_as_a_known_one(
    browser: Browsers, store: Store, monkeypatch
):
    await a_person(store, email=email_of("co"))
    checked = []
    verify = service._PASSWORDS.verify
    monkeypatch.setattr(service._PASSWORDS, "verify", lambda *both: checked.append(both[1][:30]) or verify(*both))
    for name in ("co", "khong"):
        await browser().post(f"{API}/sessions", json={"email": email_of(name), "password": "sai mật khẩu"})
    assert len(checked) == 2
    assert checked[0] == checked[1], "the two hashes must cost the same"


async def test_the_page_says_what_was_wrong_and_keeps_the_address(browser: Browsers):
    visitor = browser()
    await visitor.open("/dang-nhap")
    answer = await visitor.submit(
        "/dang-nhap", {"email": "ai@sangkien.example", "password": "sai mật khẩu", "ve": "/tai-khoan"}
    )
    assert answer.status_code == 401
    assert 'value="ai@sangkien.example"' in answer.text
    assert 'name="ve" value="/tai-khoan"' in answer.text
    assert "mật khẩu không đúng" in answer.text
    assert "sai mật khẩu" not in answer.text


async def test_guessing_is_throttled_for_the_guesser_and_not_for_the_owner(
    app: FastAPI, browser: Browsers, store: Store
):
    await a_person(store, email=email_of("chu"))
    guesser = browser()
    wrong = {"email": email_of("chu"), "password": "đoán bừa một câu"}
    answers = [await guesser.post(f"{API}/sessions", json=wrong) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert answers[-1].json()["code"] == "too_many"
    assert answers[-1].json()["retry_after"] > 0
    owner = Browser(app, place="10.0.0.7")
    answer = await owner.post(f"{API}/sessions", json={"email": email_of("chu"), "password": PASSWORD})
    await owner.aclose()
    assert answer.status_code == 200


async def test_signing_in_well_is_never_throttled(browser: Browsers, store: Store):
    await a_person(store, email=email_of("chu"))
    visitor = browser()
    right = {"email": email_of("chu"), "password": PASSWORD}
    assert {(await visitor.post(f"{API}/sessions", json=right)).status_code for _ in range(15)} == {200}


async def test_a_revoked_role_is_out_at_once(browser: Browsers, store: Store):
    await a_person(store, "administrator", email=email_of("quan-tri"))
    secretary = await a_person(store, "organiser", email=email_of("thu-ky"))
    visitor, admin = browser(), browser()
    await visitor.sign_in(email_of("thu-ky"))
    assert (await visitor.get("/cuoc-thi/quan-ly")).status_code == 200
    bearer = await admin.bearer(email_of("quan-tri"))
    old = await admin.bearer(email_of("thu-ky"))
    changed = await admin.put(
        f"{API}/people/{secretary.id}/roles", json={"roles": [{"role": "entrant"}]}, headers=bearer
    )
    assert changed.status_code == 200
    assert (await visitor.open("/cuoc-thi/quan-ly")).status_code == 403
    refused = await admin.post(f"{API}/contests", json={}, headers=old)
    assert (refused.status_code, refused.json()["code"]) == (401, "token_expired")
    facts = await outbox_rows(store, secretary.id)
    assert [row["seq"] for row in facts] == [1, 2]
    assert '"role":"entrant"' in facts[1]["value"]


async def test_a_token_given_out_while_roles_change_never_outlives_the_old_roles(browser: Browsers, store: Store):
    await a_person(store, "administrator", email=email_of("quan-tri"))
    judge = await a_person(store, "organiser", email=email_of("dua"))
    racers = [browser() for _ in range(6)]
    await asyncio.gather(*(racer.sign_in(email_of("dua")) for racer in racers))
    admin = browser()
    bearer = await admin.bearer(email_of("quan-tri"))
    renewals = (racer.get("/dang-nhap/tiep-tuc", params={"ve": "/"}) for racer in racers)
    grant = admin.put(f"{API}/people/{judge.id}/roles", json={"roles": [{"role": "entrant"}]}, headers=bearer)
    await asyncio.gather(*renewals, grant)
    answers = [await racer.get("/cuoc-thi/quan-ly") for racer in racers]
    assert 200 not in {answer.status_code for answer in answers}


async def test_an_administrator_cannot_drop_their_own_role(browser: Browsers, store: Store):
    admin = await a_person(store, "administrator", email=email_of("quan-tri"))
    visitor = browser()
    bearer = await visitor.bearer(email_of("quan-tri"))
    answer = await visitor.put(f"{API}/people/{admin.id}/roles", json={"roles": []}, headers=bearer)
    assert (answer.status_code, answer.json()["code"]) == (409, "own_role_kept")


async def test_only_an_administrator_gives_roles_to_a_new_account(browser: Browsers, store: Store):
    await a_person(store, email=email_of("nguoi-thi"))
    await a_person(store, "administrator", email=email_of("quan-tri"))
    body = {
        "name": "Giám khảo Mới",
        "email": email_of("gk"),
        "password": PASSWORD,
        "kind": "official",
        "roles": [{"role": "judge", "scope": "c1"}],
    }
    visitor = browser()
    nobody = await visitor.post(f"{API}/people", json={**body, "client_key": "1"})
    entrant = await visitor.post(
        f"{API}/people", json={**body, "client_key": "2"}, headers=await visitor.bearer(email_of("nguoi-thi"))
    )
    bearer = await visitor.bearer(email_of("quan-tri"))
    admin = await visitor.post(f"{API}/people", json={**body, "client_key": "3"}, headers=bearer)
    assert [nobody.status_code, entrant.status_code, admin.status_code] == [401, 403, 201]
    found = await visitor.get(f"{API}/people", params={"email": email_of("gk")}, headers=bearer)
    assert found.json()["items"][0]["roles"] == [{"role": "judge", "scope": "c1"}]
    taken = await visitor.post(f"{API}/people", json={**body, "client_key": "4"}, headers=bearer)
    assert (taken.status_code, taken.json()["code"]) == (409, "email_taken")


async def test_an_old_token_is_renewed_and_the_form_repeated_with_its_body(browser: Browsers, store: Store):
    person = await a_person(store, "organiser", email=email_of("to-chuc"))
    visitor = browser()
    await visitor.sign_in(email_of("to-chuc"))
    await visitor.open("/cuoc-thi/quan-ly/moi")
    session = await store.read["sessions"].find_one({"person_id": person.id})
    just_after = {"signed_out_before": session["seen_at"] + timedelta(milliseconds=1)}
    await store.read["people"].update({"_id": person.id}, {"$set": just_after})
    first = await visitor.submit("/cuoc-thi/quan-ly/moi", {"name": "Tên gõ dở", "client_key": "k"})
    assert (first.status_code, first.headers["location"]) == (307, "/dang-nhap/tiep-tuc?ve=/cuoc-thi/quan-ly/moi")
    whole = await visitor.submit(
        "/cuoc-thi/quan-ly/moi", {"name": "Tên gõ dở", "client_key": "k"}, follow_redirects=True
    )
    assert [step.status_code for step in whole.history] == [307, 307]
    assert whole.status_code == 422
    assert 'value="Tên gõ dở"' in whole.text


async def test_a_form_that_comes_after_the_session_is_over_waits_for_the_sign_in(browser: Browsers, store: Store):
    person = await a_person(store, "organiser", email=email_of("to-chuc"))
    visitor = browser()
    await visitor.sign_in(email_of("to-chuc"))
    await visitor.open("/cuoc-thi/quan-ly/moi")
    await service.sign_out_everywhere(store, person.id)
    fields = {"name": "Tên gõ dở <b>", "form_rules.media_types[]": ["image/png", "application/pdf"]}
    over = await visitor.submit("/cuoc-thi/quan-ly/moi", fields, follow_redirects=True)
    assert over.status_code == 401
    kept = re.search(r'name="kept" value="([^"]*)"', over.text)
    assert kept
    signed = await visitor.submit(
        "/dang-nhap",
        {"email": email_of("to-chuc"), "password": PASSWORD, "ve": "/cuoc-thi/quan-ly/moi", "kept": unescape(kept[1])},
    )
    assert signed.status_code == 200
    assert 'action="/cuoc-thi/quan-ly/moi"' in signed.text
    assert 'value="Tên gõ dở &lt;b&gt;"' in signed.text
    assert 'value="application/pdf"' in signed.text
    assert (await visitor.get("/tai-khoan")).status_code == 200


async def test_one_comes_back_to_this_site_only(browser: Browsers, store: Store):
    await a_person(store, email=email_of("chu"))
    visitor = browser()
    for foreign in (
        "https://xau.example/",
        "//xau.example",
        "/\\xau.example",
        "javascript:alert(1)",
        "\t//xau.example",
    ):
        refused = await visitor.get("/dang-nhap/tiep-tuc", params={"ve": foreign})
        assert refused.status_code == 400, foreign
        await visitor.open("/dang-nhap")
        answer = await visitor.submit("/dang-nhap", {"email": email_of("chu"), "password": PASSWORD, "ve": foreign})
        assert (answer.status_code, answer.headers["location"]) == (303, "/"), foreign


async def test_without_a_session_a_page_leads_to_the_sign_in_and_back(browser: Browsers, store: Store):
    await a_person(store, email=email_of("chu"))
    visitor = browser()
    answer = await visitor.open("/tai-khoan")
    assert answer.url.path == "/dang-nhap"
    assert 'name="ve" value="/tai-khoan"' in answer.text
    signed = await visitor.submit("/dang-nhap", {"email": email_of("chu"), "password": PASSWORD, "ve": "/tai-khoan"})
    assert signed.headers["location"] == "/tai-khoan"


async def test_a_form_without_its_token_is_refused(browser: Browsers, store: Store):
    await a_person(store, email=email_of("chu"))
    visitor = browser()
    await visitor.open("/dang-nhap")
    fields = {"email": email_of("chu"), "password": PASSWORD}
    without = await visitor.post("/dang-nhap", data=fields)
    foreign = await visitor.post(
        "/dang-nhap", data={**fields, "csrf_token": visitor.csrf_token}, headers={"Origin": "https://xau.example"}
    )
    stolen = browser()
    await stolen.open("/dang-nhap")
    other = await stolen.post("/dang-nhap", data={**fields, "csrf_token": visitor.csrf_token})
    assert [answer.status_code for answer in (without, foreign, other)] == [403, 403, 403]
    assert await store.read["sessions"].count({}) == 0


async def test_signing_out_ends_this_session_and_everywhere_ends_all(browser: Browsers, store: Store):
    person = await a_person(store, email=email_of("chu"))
    phone, desk, tablet = browser(), browser(), browser()
    for one in (phone, desk, tablet):
        await one.sign_in(email_of("chu"))
    await phone.open("/tai-khoan")
    assert (await phone.submit("/dang-xuat", {})).status_code == 303
    assert (await phone.open("/tai-khoan")).url.path == "/dang-nhap"
    assert await store.read["sessions"].count({"person_id": person.id}) == 2
    await desk.open("/tai-khoan")
    await desk.submit("/tai-khoan/dang-xuat-het", {})
    assert await store.read["sessions"].count({"person_id": person.id}) == 0
    assert (await tablet.open("/tai-khoan")).url.path == "/dang-nhap"
    fact = (await outbox_rows(store, person.id))[-1]
    assert '"signed_out_before":null' not in fact["value"]


async def test_units_are_put_by_an_administrator_and_listed_by_day(browser: Browsers, store: Store):
    await a_person(store, "administrator", email=email_of("quan-tri"))
    visitor = browser()
    bearer = await visitor.bearer(email_of("quan-tri"))
    units = [
        {"id": "ha-noi", "name": "Thành phố Hà Nội", "level": "city"},
        {
            "id": "quan-dong-da",
            "name": "Quận Đống Đa",
            "level": "district",
            "parent_id": "ha-noi",
            "valid_to": "2025-06-30",
            "successors": ["phuong-lang"],
        },
        {"id": "phuong-lang", "name": "Phường Láng", "level": "ward", "parent": "ha-noi", "valid_from": "2025-07-01"},
    ]
    assert (await visitor.put(f"{API}/units", json={"units": units})).status_code == 401
    assert (await visitor.put(f"{API}/units", json={"units": units}, headers=bearer)).json() == {"changed": 3}
    assert (await visitor.put(f"{API}/units", json={"units": units}, headers=bearer)).json() == {"changed": 0}
    then = (await visitor.get(f"{API}/units", params={"on": "2025-06-30"})).json()["items"]
    after = (await visitor.get(f"{API}/units", params={"on": "2025-07-01"})).json()["items"]
    assert [unit["id"] for unit in then] == ["quan-dong-da", "ha-noi"]
    assert [unit["id"] for unit in after] == ["phuong-lang", "ha-noi"]
    assert len(await outbox_rows(store, "quan-dong-da")) == 1
    broken = await visitor.put(
        f"{API}/units", json={"units": [{**units[1], "successors": ["khong-co"]}]}, headers=bearer
    )
    assert (broken.status_code, broken.json()["code"]) == (422, "unit_tree_broken")
