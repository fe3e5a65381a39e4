"""Signing in and out: one answer for every wrong pair, throttled guessing, forms that need their token."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI

from services.submissions.credentials import domain
from shared.mongo import Store
from tests.integration.submissions.builders import PASSWORD, Browser, a_person, email_of, outbox_rows

API = "/api/submissions/v1"
Browsers = Callable[[], Browser]


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
    checked: list[str] = []
    verify = domain.PASSWORDS.verify

    def counted(password: str, hashed: str) -> bool:
        checked.append(hashed.rpartition("$")[0].rpartition("$")[0])
        return verify(password, hashed)

    monkeypatch.setattr(domain.PASSWORDS, "verify", counted)
    for name in ("co", "khong"):
        await browser().post(f"{API}/sessions", json={"email": email_of(name), "password": "sai mật khẩu"})
    assert len(checked) == 2
    assert checked[0] == checked[1], "the two hashes must cost the same"


async def test_the_page_says_what_was_wrong_and_keeps_the_address(browser: Browsers):
    visitor = browser()
    await visitor.open("/dang-nhap")
    answer = await visitor.submit(
        "/dang-nhap", {"address": "ai@sangkien.example", "password": "sai mật khẩu", "ve": "/tai-khoan"}
    )
    assert answer.status_code == 401
    assert 'value="ai@sangkien.example"' in answer.text
    assert 'name="ve" value="/tai-khoan"' in answer.text
    assert "mật khẩu không đúng" in answer.text
    assert "sai mật khẩu" not in answer.text


@pytest.mark.usefixtures("a_whole_window")
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


async def test_a_form_without_its_token_is_refused(browser: Browsers, store: Store):
    await a_person(store, email=email_of("chu"))
    visitor = browser()
    await visitor.open("/dang-nhap")
    fields = {"address": email_of("chu"), "password": PASSWORD}
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
