"""Signing up: one account for one key and one address, and nobody learns who has one."""

import asyncio
import re
from collections.abc import Callable

from fastapi import FastAPI

from services.submissions.units.domain import Unit
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
    visitor.headers["User-Agent"] = (
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
    )
    inside = await visitor.sign_in("hoa@sangkien.example")
    assert (inside.status_code, inside.headers["location"]) == (303, "/")
    account = await visitor.open("/tai-khoan")
    assert account.status_code == 200
    for shown in (
        "Nguyễn Thị Hoa",
        "Phường Cửa Nam",
        "+84912345678",
        "Người dự thi",
        "Chrome trên Android",
        "Thiết bị này",
    ):
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
