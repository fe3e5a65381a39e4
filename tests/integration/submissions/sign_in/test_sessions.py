"""Sessions: tokens renewed on the way, forms that outlive them, the way back after signing in."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

from services.submissions.sign_in import service
from shared.mongo import Store
from tests.integration.submissions.builders import PASSWORD, Browser, a_person, email_of

API = "/api/submissions/v1"
Browsers = Callable[[], Browser]


async def test_an_old_token_is_renewed_and_the_form_repeated_with_its_body(browser: Browsers, store: Store):
    person = await a_person(store, "organiser", email=email_of("to-chuc"))
    visitor = browser()
    await visitor.sign_in(email_of("to-chuc"))
    await visitor.open("/cuoc-thi/quan-ly/moi")
    session = await store.read["sessions"].find_one({"person_id": person.id})
    assert session
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
        {
            "address": email_of("to-chuc"),
            "password": PASSWORD,
            "ve": "/cuoc-thi/quan-ly/moi",
            "kept": unescape(kept[1]),
        },
    )
    assert signed.status_code == 200
    assert 'action="/cuoc-thi/quan-ly/moi"' in signed.text
    assert 'value="Tên gõ dở &lt;b&gt;"' in signed.text
    assert 'value="application/pdf"' in signed.text
    assert (await visitor.get("/tai-khoan")).status_code == 200


async def test_a_form_of_somebody_who_signed_out_in_another_tab_waits_too(browser: Browsers, store: Store):
    await a_person(store, "organiser", email=email_of("to-chuc"))
    visitor = browser()
    await visitor.sign_in(email_of("to-chuc"))
    await visitor.open("/cuoc-thi/quan-ly/moi")
    await visitor.submit("/dang-xuat", {})
    late = await visitor.submit("/cuoc-thi/quan-ly/moi", {"name": "Tên gõ dở"}, follow_redirects=True)
    assert late.status_code == 401
    assert "Tên gõ dở" in unescape(late.text)
    foreign = {"Origin": "https://xau.example"}
    refused = await visitor.submit("/cuoc-thi/quan-ly/moi", {"name": "Xấu"}, headers=foreign, follow_redirects=True)
    assert refused.status_code == 403
    assert "Xấu" not in refused.text


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
        answer = await visitor.submit("/dang-nhap", {"address": email_of("chu"), "password": PASSWORD, "ve": foreign})
        assert (answer.status_code, answer.headers["location"]) == (303, "/"), foreign


async def test_without_a_session_a_page_leads_to_the_sign_in_and_back(browser: Browsers, store: Store):
    await a_person(store, email=email_of("chu"))
    visitor = browser()
    answer = await visitor.open("/tai-khoan")
    assert answer.url.path == "/dang-nhap"
    assert 'name="ve" value="/tai-khoan"' in answer.text
    signed = await visitor.submit("/dang-nhap", {"address": email_of("chu"), "password": PASSWORD, "ve": "/tai-khoan"})
    assert signed.headers["location"] == "/tai-khoan"


async def test_a_browser_with_an_old_token_gets_a_new_one_and_without_a_session_the_sign_in(
    browser: Browsers, store: Store
):
    person = await a_person(store, email=email_of("chu"))
    visitor = browser()
    visitor.headers["Accept"] = "text/html,application/xhtml+xml"
    await visitor.sign_in(email_of("chu"))
    for ended, landed in ((False, "/tai-khoan"), (True, "/dang-nhap")):
        session = await store.read["sessions"].find_one({"person_id": person.id})
        assert session
        if ended:
            await service.sign_out_everywhere(store, person.id)
        else:
            void = {"signed_out_before": session["seen_at"] + timedelta(milliseconds=1)}
            await store.read["people"].update({"_id": person.id}, {"$set": void})
        answer = await visitor.open("/tai-khoan")
        assert (answer.status_code, answer.url.path) == (200, landed)
