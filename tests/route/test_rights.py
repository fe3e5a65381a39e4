"""Role by operation, generated from what the three services publish about themselves; foreign objects do not exist."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from deploy.demo import cast
from deploy.demo.client import Json
from deploy.local.ports import SERVICES
from deploy.local.system import System
from shared.ids import new_id
from tests.route import matrix
from tests.route.playing import Played

pytestmark = pytest.mark.timeout(600)
_S, _J, _N = (f"/api/{service}/v1" for service in SERVICES)
PUBLIC = {
    ("post", f"{_S}/sessions"),
    ("post", f"{_S}/sign-ups"),
    ("post", f"{_S}/sign-ups/{{sign_up_id}}/confirm"),
    ("get", f"{_S}/units"),
    ("get", f"{_S}/contests"),
    ("get", f"{_S}/contests/{{slug}}"),
    ("get", f"{_S}/contests/{{slug}}/editions"),
    ("get", f"{_S}/gallery"),
    ("get", "/api/health"),
    ("get", f"{_J}/board/{{slug}}"),
    ("get", f"{_J}/contests/{{contest_id}}/result"),
    ("get", "/chung-khao"),
    ("get", "/chung-khao/{slug}"),
    ("get", "/chung-khao/{slug}/san-khau"),
    ("get", "/chung-khao/{slug}/luong"),
    ("get", "/ket-qua"),
    ("get", "/ket-qua/{slug}"),
    ("get", "/ket-qua/{slug}/tep"),
}
"""Whoever adds to this says: this may be read by anybody."""
AN_ENTRANTS_OWN = {
    ("get", f"{_S}/entries"),
    ("post", f"{_S}/entries"),
    ("get", f"{_S}/entries/{{entry_id}}"),
    ("put", f"{_S}/entries/{{entry_id}}"),
    ("post", f"{_S}/entries/{{entry_id}}/files"),
    ("post", f"{_S}/entries/{{entry_id}}/submit"),
    ("post", f"{_S}/entries/{{entry_id}}/withdraw"),
    ("get", f"{_S}/entries/{{entry_id}}/coauthors"),
    ("put", f"{_S}/entries/{{entry_id}}/coauthors"),
    ("post", f"{_S}/entries/{{entry_id}}/coauthors/{{invitation_id}}/again"),
    ("post", f"{_S}/entries/{{entry_id}}/leave"),
    ("get", f"{_S}/entries/{{entry_id}}/versions"),
    ("post", f"{_S}/entries/{{entry_id}}/versions/{{number}}/restore"),
    ("get", f"{_S}/invitations"),
    ("post", f"{_S}/invitations/answer"),
    ("get", f"{_S}/own-data"),
    ("get", f"{_S}/contests/{{slug}}/eligibility"),
    ("get", f"{_N}/inbox"),
    ("get", "/hop-thu"),
    ("get", "/hop-thu/so"),
    ("get", "/hop-thu/{notice_id}"),
    ("post", "/hop-thu/da-doc"),
}
"""Operations that every entrant has, on what is theirs; on what is not, see the tests below."""


def _operations(system: System) -> set[tuple[str, str]]:
    found = set()
    for service in SERVICES:
        document = httpx.get(f"{system.url}/api/{service}/v1/openapi.json", trust_env=False).json()
        found |= {(method, path) for path, methods in document["paths"].items() for method in methods}
    return found


@contextmanager
def _client(system: System, email: str = "") -> Iterator[httpx.Client]:
    headers = {"Origin": system.url, "Accept": "application/json"}
    with httpx.Client(base_url=system.url, trust_env=False, timeout=30, headers=headers) as client:
        if email:
            session = client.post(f"{_S}/sessions", json={"email": email, "password": cast.PASSWORD}).json()
            client.headers["Authorization"] = f"Bearer {session['token']}"
        yield client


def _answers(client: httpx.Client, operations: set[tuple[str, str]], played: Played) -> dict[tuple[str, str], int]:
    found = {}
    for method, path in sorted(operations):
        body: Json | None = None if method == "get" else {}
        found[method, path] = client.request(method, matrix.filled(path, matrix.objects(played)), json=body).status_code
    return found


def test_the_lists_of_open_operations_name_nothing_that_is_not_there(system: System):
    assert (PUBLIC | AN_ENTRANTS_OWN) - _operations(system) == set()


def test_a_stranger_is_asked_to_sign_in_by_everything_that_is_not_public(system: System, played: Played):
    with _client(system) as client:
        answers = _answers(client, _operations(system) - PUBLIC, played)
    assert {what: status for what, status in answers.items() if status != 401} == {}


def test_a_plain_entrant_is_kept_out_of_everything_that_is_not_theirs(system: System, played: Played):
    with _client(system, played.handed_in[1].email) as client:
        answers = _answers(client, _operations(system) - PUBLIC - AN_ENTRANTS_OWN, played)
    assert {what: status for what, status in answers.items() if status != 403} == {}


def _on_an_entry(played: Played) -> list[tuple[str, str, Json | None]]:
    entry = f"{_S}/entries/{played.handed_in[0].entry_id}"
    words = {"title": "Của người khác", "parts": {}, "entrant_group": "E1", "content_group": "C1"}
    return [
        ("GET", entry, None),
        ("PUT", entry, {"version": 1, **words}),
        ("POST", f"{entry}/submit", {"client_key": new_id()}),
        ("POST", f"{entry}/withdraw", {"client_key": new_id(), "reason": "Không phải của tôi"}),
        ("GET", f"{entry}/coauthors", None),
        ("PUT", f"{entry}/coauthors", {"version": 1, "owner_share": "100", "members": []}),
        ("GET", f"{entry}/versions", None),
    ]


@pytest.mark.parametrize("role", ["entrant", "judge"])
def test_an_entry_of_somebody_else_looks_like_one_that_does_not_exist(system: System, played: Played, role: str):
    email = played.handed_in[1].email if role == "entrant" else played.email("judge")
    with _client(system, email) as client:
        for method, path, body in _on_an_entry(played):
            foreign = client.request(method, path, json=body)
            missing = client.request(method, path.replace(played.handed_in[0].entry_id, new_id()), json=body)
            assert foreign.status_code == missing.status_code, path
            assert foreign.status_code in (403, 404), path
            assert foreign.json()["message"] == missing.json()["message"]


def test_a_file_is_not_added_to_an_entry_of_somebody_else(system: System, played: Played):
    with _client(system, played.handed_in[1].email) as client:
        path = f"{_S}/entries/{played.handed_in[0].entry_id}/files"
        answer = client.post(path, files={"file": ("a.png", b"\x89PNG\r\n\x1a\n", "image/png")})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "address", ["/bai-du-thi/{}", "/bai-du-thi/{}/soan", "/bai-du-thi/{}/bien-nhan", "/tiep-nhan/{}"]
)
def test_the_pages_of_an_entry_are_closed_to_others(system: System, played: Played, address: str):
    with _client(system, played.handed_in[1].email) as client:
        assert client.get(address.format(played.handed_in[0].entry_id)).status_code in (403, 404)


def test_a_judge_does_not_open_the_sheet_of_another_judge(system: System, played: Played):
    sealed = [line["data"]["sheet_id"] for line in played.log if line["kind"] == "sheet.sealed"]
    with _client(system, played.email("judge")) as client:
        own = {row["sheet_id"] for row in client.get(f"{_J}/queue").json()}
        foreign = [client.get(f"{_J}/sheets/{sheet}").status_code for sheet in sealed if sheet not in own]
    assert foreign
    assert set(foreign) == {404}


def test_who_has_a_role_in_one_contest_has_none_in_another(system: System, played: Played):
    """A secretary of this contest only: the register of a contest unknown to the role is empty or closed."""
    with _client(system, played.email("secretary")) as client:
        answer = client.get(f"{_S}/register", params={"contest_id": new_id()})
        assert answer.status_code in (200, 403, 404)
        assert answer.json().get("items", []) == []


def test_nobody_gives_a_role_to_themselves(system: System, played: Played):
    with _client(system, played.handed_in[1].email) as client:
        grant = {"roles": [{"role": "administrator", "scope": "*"}]}
        assert client.put(f"{_S}/people/{played.handed_in[1].person_id}/roles", json=grant).status_code == 403
    with _client(system) as stranger:
        body = {"client_key": new_id(), "name": "Kẻ Lạ", "email": f"la.{new_id()[-6:]}@sangkien.example"}
        asked = {**body, "password": cast.PASSWORD, "kind": "official", **grant}
        assert stranger.post(f"{_S}/people", json=asked).status_code == 401
