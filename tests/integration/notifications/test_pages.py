"""The in-app list and the organiser's table over HTTP: who sees what, what reading does, counts, masks, another try."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pydantic import SecretStr

from services.notifications.codes import service as codes
from services.notifications.deliveries import service
from services.notifications.deliveries.channels.sender import Post
from services.notifications.deliveries.domain import Channel, State
from services.notifications.settings import Settings
from services.notifications.web import application
from shared.clock import now
from shared.identity import TOKEN_COOKIE, VISITOR_COOKIE, Person, form_token, issue
from shared.mongo import Store, Tx
from tests.integration.notifications.conftest import LETTERS, announce, remember
from tests.unit.notifications import facts

KEY = Ed25519PrivateKey.generate()
PRIVATE = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
SITE = "http://sangkien.example"
RESEND = timedelta(seconds=600)


@pytest.fixture
async def client(base: Store, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in front of the service."""
    change = {"public_url": SITE, "secret_key": SecretStr("k"), "identity_public_key": PUBLIC}
    app = application(settings.model_copy(update=change))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=SITE) as made:
        yield made


def sign_in(client: httpx.AsyncClient, person_id: str, roles: Iterable[tuple[str, str]] = (("entrant", "*"),)) -> None:
    """Put a token into the cookie jar."""
    person = Person(person_id, "Nguyễn Thị Mẫu", frozenset(roles), "s")
    client.cookies.set(TOKEN_COOKIE, issue(person, PRIVATE, at=now()))


def organiser(client: httpx.AsyncClient, scope: str = "*") -> None:
    """Sign in as one."""
    sign_in(client, "to-chuc", [("organiser", scope)])


async def post(client: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    """A form of our own pages."""
    token = form_token(client.cookies.get(VISITOR_COOKIE) or "", "k")
    return await client.post(path, data={**fields, "csrf_token": token}, headers={"origin": SITE})


async def handed_in(store: Store, *people: str, reason: str = "") -> None:
    """Each handed in an entry and was told."""
    for person in people:
        await remember(store.read, facts.a_person(person))
        await remember(store.read, facts.submitted(f"bai-{person}", person))
        event = facts.returned(f"bai-{person}", person, reason) if reason else facts.submitted(f"bai-{person}", person)
        await announce(store, facts.a_fact(event))


async def notice_of(store: Store, person: str) -> str:
    """The id of somebody's notice."""
    row = await store.read["notices"].find_one({"person_id": person})
    assert row is not None
    return str(row["_id"])


async def test_opening_a_notice_reads_it_and_the_delivery_knows(client: httpx.AsyncClient, base: Store) -> None:
    await handed_in(base, "p1")
    sign_in(client, "p1")
    assert "1 thông báo chưa đọc" in (await client.get("/hop-thu")).text
    assert ">1<" in (await client.get("/hop-thu/so")).text
    notice = await notice_of(base, "p1")
    opened = await client.get(f"/hop-thu/{notice}")
    assert "MA-bai-p1" in opened.text
    assert "/bai-du-thi/bai-p1/bien-nhan" in opened.text
    assert (await client.get("/hop-thu/so")).text.strip() == ""
    assert (await client.get("/api/notifications/v1/inbox")).json()["unread"] == 0
    await service.tidy(base, LETTERS, RESEND)
    row = await base.read["deliveries"].get(notice)
    assert row is not None
    assert (row["state"], row["moves"][-1]["state"]) == (State.READ, State.READ)
    counted = await service.summary(base, service.Sought())
    assert counted.total == counted.expected == 2


async def test_the_inbox_of_another_person_is_not_there(client: httpx.AsyncClient, base: Store) -> None:
    await handed_in(base, "p1", "p2")
    sign_in(client, "p2")
    foreign = await client.get(f"/hop-thu/{await notice_of(base, 'p1')}")
    unknown = await client.get("/hop-thu/khong-co")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    mine = (await client.get("/api/notifications/v1/inbox")).json()
    assert [item["about_id"] for item in mine["items"]] == ["bai-p2"]
    assert (await client.get(f"/hop-thu/{await notice_of(base, 'p2')}")).status_code == 200
    client.cookies.delete(TOKEN_COOKIE)
    assert (await client.get("/api/notifications/v1/inbox")).status_code == 401


async def test_unread_notices_come_first_and_all_can_be_read_at_once(client: httpx.AsyncClient, base: Store) -> None:
    await handed_in(base, "p1")
    for n in range(25):
        await remember(base.read, facts.submitted(f"e{n}", "p1"))
        await announce(base, facts.a_fact(facts.submitted(f"e{n}", "p1")))
    sign_in(client, "p1")
    first = await notice_of(base, "p1")
    await client.get(f"/hop-thu/{first}")
    pages = [(await client.get(f"/api/notifications/v1/inbox?page={number}")).json() for number in (1, 2)]
    items = [item for one in pages for item in one["items"]]
    assert len({item["id"] for item in items}) == 26
    assert [item["id"] for item in items if item["read_at"]] == [items[-1]["id"]] == [first]
    assert (await post(client, "/hop-thu/da-doc")).status_code == 303
    assert (await client.get("/api/notifications/v1/inbox")).json()["unread"] == 0
    assert "Mọi thông báo đã được đọc" in (await client.get("/hop-thu?trang=2")).text


async def test_what_an_official_typed_stays_text_in_the_list(client: httpx.AsyncClient, base: Store) -> None:
    await handed_in(base, "p1", reason="<script>alert(1)</script>")
    sign_in(client, "p1")
    shown = (await client.get(f"/hop-thu/{await notice_of(base, 'p1')}")).text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


async def test_the_table_masks_addresses_filters_and_exports_what_it_shows(
    client: httpx.AsyncClient, base: Store
) -> None:
    await handed_in(base, "tuyet", "hoa")
    await remember(base.read, facts.submitted("bai-hoa", "hoa", title="=HYPERLINK(1)"))
    organiser(client)
    shown = (await client.get("/thong-bao?kenh=email&tinh-trang=ready&ve=bai-hoa")).text
    assert "ho***@thu.example" in shown
    assert "hoa@thu.example" not in shown
    assert "tu***@thu.example" not in shown
    assert "1–1 trong 1" in shown
    assert "Nguyễn Thị Ánh Tuyết" not in shown
    exported = await client.get("/thong-bao/danh-sach.csv?kenh=email")
    rows = list(csv.reader(io.StringIO(exported.text.removeprefix("\ufeff"))))
    assert len(rows) == 3
    assert {row[5] for row in rows[1:]} == {facts.TITLE, "'=HYPERLINK(1)"}
    assert "@thu.example" not in exported.text.replace("***@thu.example", "")


async def test_an_export_of_many_pages_has_every_row_once_in_the_order_of_the_table(
    client: httpx.AsyncClient, base: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_EXPORTED_AT_ONCE", 3)
    await handed_in(base, *(f"p{n}" for n in range(10)))
    organiser(client)
    exported = await client.get("/thong-bao/danh-sach.csv")
    rows = list(csv.reader(io.StringIO(exported.text.removeprefix("\ufeff"))))[1:]
    shown = (await client.get("/api/notifications/v1/deliveries")).json()["items"]
    assert len(shown) == 20
    assert [row[0] for row in rows] == [item["id"] for item in shown]


async def test_codes_stand_in_the_table_without_address_words_or_another_try(
    client: httpx.AsyncClient, base: Store
) -> None:
    async def work(tx: Tx) -> None:
        event = facts.a_code(until=now() + timedelta(minutes=5))
        await codes.plan(tx, event, text_messages=False, issued_at=now(), at=now())

    await base.transaction(work)
    organiser(client)
    (row,) = await base.read["deliveries"].find({})
    pages = [await client.get(path) for path in ("/thong-bao", f"/thong-bao/{row['_id']}", "/thong-bao/danh-sach.csv")]
    pages.append(await client.get("/api/notifications/v1/deliveries"))
    for page in pages:
        assert page.status_code == 200
        for secret in ("048213", "thu.example", "Tuyết", row["sealed"]):
            assert secret not in page.text
    assert "Mã dùng một lần" in pages[0].text
    assert "Số liệu không khớp" not in pages[0].text
    assert "Tài khoản" in pages[2].text
    await base.read["deliveries"].update({}, {"$set": {"state": State.EXHAUSTED}})
    assert "Lý do gửi lại" not in (await client.get(f"/thong-bao/{row['_id']}")).text
    organiser(client, facts.CONTEST)
    assert (await client.get(f"/thong-bao/{row['_id']}")).status_code == 404


async def test_the_api_answers_deliveries_and_a_summary_that_adds_up(client: httpx.AsyncClient, base: Store) -> None:
    await handed_in(base, "p1", "p2")
    organiser(client)
    path = "/api/notifications/v1/deliveries"
    found = (await client.get(path, params={"about_id": "bai-p1", "channel": "email"})).json()
    assert (found["total"], found["items"][0]["state"], found["items"][0]["recipient"]) == (
        1,
        "ready",
        "p1***@thu.example",
    )
    assert (await client.get(path, params={"state": "nonsense"})).json()["total"] == 0
    summary = (await client.get(f"{path}/summary", params={"contest_id": facts.CONTEST})).json()
    assert summary == {"counts": {"receipt": {"ready": 2, "posted": 2}}, "total": 4, "expected": 4, "waiting": 0}


@pytest.mark.parametrize("roles", [[("entrant", "*")], [("judge", "*"), ("chair", "*")], [("secretary", "*")]])
@pytest.mark.parametrize("path", ["/thong-bao", "/thong-bao/danh-sach.csv", "/api/notifications/v1/deliveries"])
async def test_only_organisers_and_auditors_see_deliveries(
    client: httpx.AsyncClient, roles: list[tuple[str, str]], path: str
) -> None:
    sign_in(client, "p1", roles)
    assert (await client.get(path)).status_code == 403


async def test_an_organiser_of_another_contest_sees_none_of_it(client: httpx.AsyncClient, base: Store) -> None:
    await handed_in(base, "p1")
    organiser(client, "cuoc-thi-khac")
    path = "/api/notifications/v1/deliveries"
    assert (await client.get(path, params={"contest_id": facts.CONTEST})).json()["total"] == 0
    assert (await client.get(f"{path}/summary", params={"contest_id": facts.CONTEST})).json()["expected"] == 0
    row = await base.read["deliveries"].find_one({"channel": Channel.EMAIL})
    assert row is not None
    assert (await client.get(f"/thong-bao/{row['_id']}")).status_code == 404
    organiser(client, facts.CONTEST)
    assert (await client.get(f"/thong-bao/{row['_id']}")).status_code == 200


async def test_an_exhausted_mail_is_sent_again_by_an_organiser_with_a_reason(
    client: httpx.AsyncClient, base: Store, settings: Settings
) -> None:
    await handed_in(base, "p1")
    await remember(base.read, facts.a_person("p1", email="im-lang@thu.example"))
    where = {"channel": Channel.EMAIL}
    await base.read["deliveries"].update(where, {"$set": {"resends": 1}})
    await Post.of(settings, LETTERS).send_next(base)
    row = await base.read["deliveries"].find_one(where)
    assert row is not None
    assert row["state"] == State.EXHAUSTED
    path = f"/thong-bao/{row['_id']}"
    sign_in(client, "kiem-tra", [("auditor", "*")])
    assert "Lý do gửi lại" not in (await client.get(path)).text
    assert (await post(client, f"{path}/gui-lai", reason="Vì sao không")).status_code == 403
    organiser(client)
    assert "Lý do gửi lại" in (await client.get(path)).text
    empty = await post(client, f"{path}/gui-lai", reason="a")
    assert empty.status_code == 422
    assert 'value="a"' in empty.text
    assert (await post(client, f"{path}/gui-lai", reason="Máy chủ đã sửa")).status_code == 303
    assert "Máy chủ đã sửa" in (await client.get(path)).text
    again = await post(client, f"{path}/gui-lai", reason="Lần nữa")
    assert again.status_code == 409
    assert "Chỉ gửi lại được thư đã hết lượt thử" in again.text


async def test_a_closed_account_is_signed_out_here_too(client: httpx.AsyncClient, base: Store) -> None:
    sign_in(client, "p1")
    assert (await client.get("/api/notifications/v1/inbox")).status_code == 200
    await remember(base.read, facts.a_person("p1", active=False))
    assert (await client.get("/api/notifications/v1/inbox")).status_code == 401
