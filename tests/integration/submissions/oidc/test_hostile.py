"""What an attacker, a broken or an absent provider may send: nobody gets in, and the page says what to do."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI

from services.submissions import web
from services.submissions.settings import Settings
from shared import oidc
from shared.identity import SESSION_COOKIE
from shared.mongo import Store
from tests.integration.submissions.builders import SITE, Browser
from tests.integration.submissions.oidc.provider import Provider, Somebody

Browsers = Callable[[], Browser]
START, BACK = "/dang-nhap/oidc", "/dang-nhap/oidc/tro-lai"
WHO = Somebody("ke-la", "Kẻ Lạ", "ke.la@ha-noi.example")
NOT_BELIEVED = "không hợp lệ nên đã bị bỏ qua"


async def _sent(visitor: Browser) -> str:
    return str((await visitor.get(START)).headers["location"])


async def _nobody_got_in(visitor: Browser, store: Store) -> None:
    assert SESSION_COOKIE not in visitor.cookies
    for name in ("identities", "oidc_arrivals", "sessions"):
        assert await store.read[name].count({}) == 0, name


async def test_the_provider_is_asked_with_pkce_nonce_and_state(browser: Browsers, provider: Provider):
    asked = parse_qs(urlsplit(await _sent(browser())).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert asked["redirect_uri"] == [SITE + BACK]
    assert all(len(asked[name][0]) >= 32 for name in ("state", "nonce", "code_challenge"))
    again = parse_qs(urlsplit(await _sent(browser())).query)
    assert all(asked[name] != again[name] for name in ("state", "nonce", "code_challenge"))


@pytest.mark.parametrize(
    "wrong",
    [
        "audience", "audience, issued to us", "two audiences", "issuer", "expired", "nonce", "no nonce", "no subject", "unsigned",
        "signed by a stranger", "signed with our own secret", "no token", "rubbish",
    ],
)  # fmt: skip
async def test_a_token_that_is_wrong_in_one_way_lets_nobody_in(
    browser: Browsers, store: Store, provider: Provider, wrong: str
):
    visitor = browser()
    back = await provider.let_in(await _sent(visitor), WHO, site=SITE)
    provider.tamper(wrong)
    answer = await visitor.get(back)
    assert answer.status_code == 422
    assert NOT_BELIEVED in answer.text
    await _nobody_got_in(visitor, store)


async def test_a_state_that_was_never_given_or_is_missing_is_refused(
    browser: Browsers, store: Store, provider: Provider
):
    visitor = browser()
    back = await provider.let_in(await _sent(visitor), WHO, site=SITE)
    code = parse_qs(urlsplit(back).query)["code"][0]
    for query in ({"code": code, "state": "đoán"}, {"code": code}, {}):
        answer = await visitor.get(BACK, params=query)
        assert (answer.status_code, "không bắt đầu từ trình duyệt này" in answer.text) == (422, True)
    await _nobody_got_in(visitor, store)


async def test_a_return_that_belongs_to_another_browser_is_refused(browser: Browsers, store: Store, provider: Provider):
    attacker, victim = browser(), browser()
    back = await provider.let_in(await _sent(attacker), WHO, site=SITE)
    await victim.open("/dang-nhap")
    assert (await victim.get(back)).status_code == 422
    await _nobody_got_in(victim, store)


async def test_a_return_is_good_once_also_in_a_race(browser: Browsers, provider: Provider):
    visitor = browser()
    back = await provider.let_in(await _sent(visitor), WHO, site=SITE)
    answers = await asyncio.gather(*(visitor.get(back) for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [303] + [422] * 4


async def test_a_code_brought_into_another_visit_is_refused(browser: Browsers, store: Store, provider: Provider):
    attacker, victim = browser(), browser()
    stolen = await provider.let_in(await _sent(attacker), WHO, site=SITE)
    code = parse_qs(urlsplit(stolen).query)["code"]
    state = parse_qs(urlsplit(await _sent(victim)).query)["state"]
    answer = await victim.get(BACK, params={"code": code, "state": state})
    assert (answer.status_code, "không xác nhận lượt đăng nhập này" in answer.text) == (422, True)
    await _nobody_got_in(victim, store)


async def test_a_code_that_was_used_is_refused_by_the_provider_and_by_us(
    browser: Browsers, provider: Provider, settings: Settings
):
    visitor = browser()
    back = parse_qs(urlsplit(await provider.let_in(await _sent(visitor), WHO, site=SITE)).query)
    assert (await visitor.get(BACK, params=back)).status_code == 303
    state = parse_qs(urlsplit(await _sent(visitor)).query)["state"]
    replayed = await visitor.get(BACK, params={"code": back["code"], "state": state})
    assert replayed.status_code == 422


async def test_an_answer_that_names_another_provider_is_refused(browser: Browsers, store: Store, provider: Provider):
    visitor = browser()
    back = await provider.let_in(await _sent(visitor), WHO, site=SITE)
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    assert query["iss"] == provider.issuer
    assert (await visitor.get(BACK, params={**query, "iss": "https://xau.example"})).status_code == 422
    await _nobody_got_in(visitor, store)


async def test_somebody_who_turns_back_at_the_provider_is_told_so(browser: Browsers, store: Store, provider: Provider):
    visitor = browser()
    answer = await visitor.get(await provider.turn_away(await _sent(visitor), site=SITE))
    assert (answer.status_code, "Bạn đã dừng" in answer.text) == (422, True)
    assert 'href="/dang-nhap/oidc"' in answer.text
    await _nobody_got_in(visitor, store)


async def test_a_visit_lasts_a_quarter_of_an_hour(browser: Browsers, store: Store, provider: Provider):
    visitor = browser()
    back = await provider.let_in(await _sent(visitor), WHO, site=SITE)
    flow = await store.read["oidc_flows"].find_one({})
    assert flow
    await store.read["oidc_flows"].update({}, {"$set": {"expires_at": flow["expires_at"].replace(year=2020)}})
    assert (await visitor.get(back)).status_code == 422
    await _nobody_got_in(visitor, store)


@pytest.fixture
async def silent(settings: Settings) -> AsyncIterator[tuple[str, Settings]]:
    """A provider that takes the call and says nothing."""

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        await hang_up.wait()
        writer.close()

    hang_up = asyncio.Event()
    server = await asyncio.start_server(never, "127.0.0.1", 0)
    issuer = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield issuer, settings.model_copy(update={"oidc_issuer": issuer})
    hang_up.set()
    server.close()
    await server.wait_closed()


async def _asked(settings: Settings) -> tuple[int, str, str]:
    app: FastAPI = web.build(settings)
    async with app.router.lifespan_context(app), Browser(app) as visitor:
        answer = await visitor.get(START)
        return answer.status_code, answer.text, (await visitor.get("/dang-nhap")).text


async def test_a_provider_that_says_nothing_is_not_waited_for_long(
    silent: tuple[str, Settings], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(oidc, "PATIENCE_SECONDS", 0.5)
    began = time.monotonic()
    status, text, _ = await _asked(silent[1])
    assert (status, "chưa trả lời" in text) == (503, True)
    assert 'href="/dang-nhap"' in text
    assert time.monotonic() - began < 30, "the patience is half a second; the rest is the application's start"


async def test_a_provider_that_is_away_or_no_provider_is_said_to_be_so(settings: Settings):
    for issuer in (
        "http://127.0.0.1:9",
        "http://khong-co.invalid",
        f"{settings.oidc_issuer}/khac",
        "không phải địa chỉ",
    ):
        status, text, _ = await _asked(settings.model_copy(update={"oidc_issuer": issuer}))
        assert (status, "chưa trả lời" in text) == (503, True), issuer


async def test_a_site_without_a_provider_has_neither_button_nor_pages(settings: Settings):
    status, _, sign_in = await _asked(settings.model_copy(update={"oidc_issuer": ""}))
    assert status == 404
    assert START not in sign_in


async def test_a_site_with_a_provider_shows_its_button(browser: Browsers, provider: Provider):
    page = await browser().open("/dang-nhap?ve=/bai-du-thi")
    assert "Đăng nhập bằng tài khoản Hà Nội" in page.text
    assert f'href="{START}?ve=%2Fbai-du-thi"' in page.text
