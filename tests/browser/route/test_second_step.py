"""Second factors and the provider in the browser: an app, a passkey of a virtual authenticator, a city account.

On a site of its own at an address where browsers allow passkeys; it asks staff for a second factor.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pyotp
import pytest
from playwright.sync_api import Browser

from deploy.demo import cast
from deploy.local import environment
from deploy.local.ports import HOST
from deploy.local.system import System
from services.submissions.oidc.domain import BACK
from shared.ids import new_id
from tests.browser.route.visiting import Visit, Windows, sign_in
from tests.integration.submissions.oidc.provider import CLIENT_ID, CLIENT_SECRET, Provider, Somebody, running

pytestmark = pytest.mark.timeout(600)
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
OIDC_NAME = "tài khoản Hà Nội"
STEP_SECONDS = 30
TRIES = 300


@dataclass(frozen=True)
class Site:
    """Where it is, the provider it knows, and people who have a password there and nothing else yet."""

    url: str
    provider: Provider
    organisers: list[str]
    entrant: str


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind((HOST, 0))
        return int(tried.getsockname()[1])


@contextmanager
def _web(port: int, told: dict[str, str]) -> Iterator[str]:
    command = [
        sys.executable,
        "-m",
        "shared.serve",
        "services.submissions.web:app",
        "--host",
        HOST,
        "--port",
        str(port),
    ]
    process = subprocess.Popen(command, env=os.environ | told, stdout=subprocess.DEVNULL)
    try:
        for _ in range(TRIES):
            if process.poll() is not None:
                raise RuntimeError("the site did not start")
            try:
                if httpx.get(f"http://{HOST}:{port}/readyz", trust_env=False).is_success:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _accounts(url: str, administrator: tuple[str, str], *roles: str) -> list[str]:
    made = []
    with httpx.Client(base_url=url, headers={"Origin": url}, trust_env=False) as client:
        asked = {"email": administrator[0], "password": administrator[1]}
        token = client.post("/api/submissions/v1/sessions", json=asked).json()["token"]
        for role in roles:
            email = f"{role}.{new_id()[-8:]}@sangkien.example"
            who = {"name": "Phạm Thị Hồng", "email": email, "password": cast.PASSWORD, "kind": "official"}
            body = {**who, "client_key": email, "roles": [{"role": role, "scope": "*"}]}
            bearer = {"Authorization": f"Bearer {token}"}
            client.post("/api/submissions/v1/people", json=body, headers=bearer).raise_for_status()
            made.append(email)
    return made


@pytest.fixture(scope="module")
def site(system: System) -> Iterator[Site]:
    port, provider_port = _free_port(), _free_port()
    at = environment.Addresses({"submissions": system.mongo_url}, system.kafka_url)
    told = environment.of("submissions.web", at, system.ports, system.keys) | {
        "SUBMISSIONS_MONGO_DATABASE": f"second_step_{new_id()[-8:]}",
        "SUBMISSIONS_PUBLIC_URL": f"http://localhost:{port}",
        "SUBMISSIONS_OIDC_ISSUER": f"http://{HOST}:{provider_port}",
        "SUBMISSIONS_OIDC_CLIENT_ID": CLIENT_ID,
        "SUBMISSIONS_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "SUBMISSIONS_OIDC_NAME": OIDC_NAME,
    }
    with _web(port, told) as url:
        *organisers, entrant = _accounts(url, system.administrator, "organiser", "organiser", "entrant")
    required = told | {"SUBMISSIONS_STAFF_SECOND_FACTOR": "required"}
    with running(provider_port, url + BACK) as provider, _web(port, required):
        yield Site(url, provider, organisers, entrant)


@pytest.fixture
def windows(browser: Browser, site: Site) -> Iterator[Windows]:
    opened = Windows(browser, site.url)
    with opened.closing():
        yield opened


def _new_code(secret: str) -> str:
    """A code of a step that was not used yet: the one to come is good already, and one may wait for it."""
    return pyotp.TOTP(secret).at(int(time.time()) + STEP_SECONDS)


@SCRIPTS
def test_staff_sets_an_app_up_at_the_door_and_is_asked_for_its_code_from_then_on(
    windows: Windows, site: Site, *, scripts: bool
):
    email = site.organisers[0 if scripts else 1]
    window = windows.visit(scripts=scripts).go("/dang-nhap", "dang-nhap-moi-cach")
    sign_in(window, email)
    window.look("thiet-lap-buoc-hai").follow("Dùng ứng dụng tạo mã")
    window.look("noi-ung-dung")
    window.fill("Mã 6 chữ số", "000000")
    window.press("Nối ứng dụng")
    window.look("noi-ung-dung-loi")
    found = re.search(r"Chuỗi để nhập tay\s+([A-Z2-7 ]{39})", window.text)
    assert found, window.text
    secret = found[1].replace(" ", "")
    window.fill("Mã 6 chữ số", pyotp.TOTP(secret).now())
    window.press("Nối ứng dụng")
    window.look("ma-du-phong")
    backup = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", window.text)
    assert len(backup) == 10
    window.follow("Tôi đã cất mã")
    window.go("/tai-khoan/bao-mat", "bao-mat-co-ung-dung")
    window.go("/tai-khoan/bao-mat/xac-nhan", "xac-nhan-day-la-ban")

    again = windows.visit(scripts=scripts).go("/dang-nhap?ve=/tai-khoan")
    sign_in(again, email)
    again.look("buoc-hai")
    again.fill("Mã 6 chữ số trên ứng dụng", "123456")
    again.press("Tiếp tục")
    again.look("buoc-hai-loi")
    again.fill("Mã 6 chữ số trên ứng dụng", _new_code(secret))
    again.press("Tiếp tục")
    assert again.page.url == f"{site.url}/tai-khoan", again.text

    lost = windows.visit(scripts=scripts).go("/dang-nhap")
    sign_in(lost, email)
    lost.fill("Mã 6 chữ số trên ứng dụng", backup[3].lower())
    lost.press("Tiếp tục")
    assert "còn 9 mã" in lost.note()


def _virtual_authenticator(window: Visit) -> None:
    """A telephone with a fingerprint reader that always recognises its owner."""
    line = window.page.context.new_cdp_session(window.page)
    line.send("WebAuthn.enable")
    line.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                "isUserVerified": True, "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip


def test_a_passkey_is_made_named_used_without_typing_as_a_second_step_and_removed(windows: Windows, site: Site):
    window = windows.visit()
    _virtual_authenticator(window)
    sign_in(window.go("/dang-nhap"), site.entrant)
    window.go("/tai-khoan/bao-mat", "bao-mat-trong").follow("Thêm khóa truy cập")
    window.look("them-khoa")
    window.press("Tạo khóa")
    assert "Hãy đặt tên cho khóa trước" in window.text
    window.fill("Tên khóa", "Máy bàn ở cơ quan")
    with window.page.expect_navigation():
        window.press("Tạo khóa")
    assert len(re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", window.text)) == 10
    window.follow("Xong, tôi đã cất mã")
    window.look("bao-mat-co-khoa")

    window.page.context.clear_cookies()
    window.go("/dang-nhap?ve=/tai-khoan").follow("Đăng nhập bằng khóa")
    window.look("dang-nhap-bang-khoa")
    with window.page.expect_navigation():
        window.press("Đăng nhập bằng khóa")
    window.page.wait_for_url(f"{site.url}/tai-khoan")

    window.page.context.clear_cookies()
    sign_in(window.go("/dang-nhap"), site.entrant)
    window.look("buoc-hai-bang-khoa")
    assert "/dang-nhap/buoc-hai" in window.page.url, window.text
    with window.page.expect_navigation():
        window.press("Dùng khóa truy cập")
    window.go("/tai-khoan/bao-mat").page.locator("summary", has_text="Máy bàn ở cơ quan").click()
    window.fill("Tên khóa 1", "Máy ở nhà")
    window.press("Đổi tên")
    assert "Máy ở nhà" in window.note()
    window.page.locator("summary", has_text="Máy ở nhà").click()
    window.press("Gỡ khóa")
    assert "Chưa bật" in window.note()


def test_without_scripts_the_page_of_the_passkey_says_what_to_do(windows: Windows):
    window = windows.visit(scripts=False).go("/dang-nhap/khoa", "dang-nhap-bang-khoa")
    assert "chưa dùng được khóa truy cập" in window.text
    assert window.page.get_by_role("button", name="Đăng nhập bằng khóa").count() == 0


def _at_the_provider(window: Visit, who: Somebody) -> None:
    window.page.locator("[name=login]").fill(who.sub)
    window.page.locator("[name=password]").fill("x")
    window.page.get_by_role("button", name="Sign-in").click()
    window.page.get_by_role("button", name="Continue").click()
    window.page.wait_for_load_state()


@SCRIPTS
def test_somebody_new_comes_in_with_the_citys_account(windows: Windows, site: Site, *, scripts: bool):
    number = new_id()[-8:]
    who = Somebody(number, "Đỗ Thị Ánh", f"anh.{number}@ha-noi.example")
    site.provider.know(who)
    window = windows.visit(scripts=scripts)
    window.page.route("https://fonts.googleapis.com/**", lambda route: route.abort())
    window.go("/dang-nhap?ve=/tai-khoan").follow(f"Đăng nhập bằng {OIDC_NAME}")
    _at_the_provider(window, who)
    window._complaints.clear()  # the page of the provider is not ours
    window.look("hoan-tat-tai-khoan")
    window.fill("Họ và tên", "Đỗ Thị Ánh Ngần")
    window.press("Mở tài khoản")
    assert window.page.url == f"{site.url}/tai-khoan"
    assert "Đỗ Thị Ánh Ngần" in window.text
    window.go("/tai-khoan/dang-nhap-chung", "noi-tai-khoan")
    assert who.email in window.text


def test_the_owner_of_an_account_is_asked_before_it_is_linked(windows: Windows, site: Site):
    number = new_id()[-8:]
    who = Somebody(number, "Phạm Thị Hồng", site.entrant)
    site.provider.know(who)
    window = windows.visit()
    window.page.route("https://fonts.googleapis.com/**", lambda route: route.abort())
    window.go("/dang-nhap").follow(f"Đăng nhập bằng {OIDC_NAME}")
    _at_the_provider(window, who)
    window._complaints.clear()  # the page of the provider is not ours
    window.look("da-co-tai-khoan")
    window.press("Gửi mã")
    window.look("nhap-ma-noi-tai-khoan")


def test_a_refused_return_says_what_to_do(windows: Windows):
    window = windows.visit().go("/dang-nhap/oidc/tro-lai?state=doan&code=x", "oidc-khong-duoc")
    assert "Thử lại" in window.text
