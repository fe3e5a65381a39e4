"""Role by route by object: no unexpected 2xx, no route without a policy, no trace of a contest one has no part in."""

from collections.abc import Iterator

import httpx
import pytest

from deploy.demo.client import Json
from deploy.local.ports import SERVICES
from deploy.local.system import System
from shared.ids import new_id
from tests.route import matrix
from tests.route.matrix import Actor, Operation
from tests.route.playing import Played

pytestmark = pytest.mark.timeout(600)
OPERATIONS = matrix.operations()
ENDS_THE_SESSION = {"/dang-xuat", "/tai-khoan/dang-xuat-het"}
"""Left out: afterwards the same token opens nothing."""


@pytest.fixture(scope="module")
def knocking(system: System) -> Iterator[list[tuple[Actor, httpx.Client]]]:
    """Every stranger with a client of their own."""
    actors = matrix.cast_of_strangers(system, other_contest=new_id())
    clients = [(actor, matrix.sign_in(system, actor)) for actor in actors]
    yield clients
    for _, client in clients:
        client.close()


def test_what_openapi_publishes_is_the_policy_that_the_routes_declare(system: System) -> None:
    declared = {(one.method.lower(), one.path): one.gate.describe() for one in OPERATIONS}
    for service in SERVICES:
        document = httpx.get(f"{system.url}/api/{service}/v1/openapi.json", trust_env=False).json()
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                assert operation["x-may-enter"] == declared[method, path], path


def _answer(client: httpx.Client, operation: Operation, played: Played) -> httpx.Response:
    path = matrix.filled(operation.path, matrix.objects(played))
    body: Json | None = None if operation.method == "GET" else {}
    return client.request(operation.method, path, json=body)


def _wrong(actor: Actor, operation: Operation, answer: httpx.Response) -> bool:
    """Whether the answer lets in whom the policy keeps out."""
    if not operation.admits(actor.roles) or (not actor.roles and not operation.gate.public):
        return answer.status_code != (403 if actor.roles else 401)
    of_a_contest = operation.placeholders - matrix.SITE_WIDE
    open_to_all = operation.gate.public or operation.path in matrix.ABOUT_ONESELF
    return bool(of_a_contest) and not open_to_all and answer.is_success


def test_nobody_enters_where_the_policy_or_the_object_keeps_them_out(knocking, played: Played) -> None:
    """Pages and JSON, reading and writing, each role in a contest of its own, on the objects of another contest."""
    asked, wrong = 0, []
    for actor, client in knocking:
        for operation in OPERATIONS:
            if operation.path in ENDS_THE_SESSION or operation.path.endswith("/luong"):
                continue  # the stream of the stage never ends; tested beside the boards
            answer = _answer(client, operation, played)
            asked += 1
            if _wrong(actor, operation, answer) or answer.status_code >= 500:
                wrong.append((actor.name, operation.method, operation.path, answer.status_code))
    assert wrong == []
    assert asked > 1000


def test_no_page_or_list_shows_a_thing_of_a_contest_one_has_no_part_in(knocking, played: Played) -> None:
    """Counts and lists leak too: nothing a stranger may open names an entry, its receipt or its author."""
    secrets = [one.entry_id for one in played.handed_in] + [one.email for one in played.handed_in]
    secrets += [one.receipt for one in played.handed_in]
    found = []
    for actor, client in knocking:
        for operation in OPERATIONS:
            reads = (
                operation.method == "GET" and operation.admits(actor.roles) and not operation.path.endswith("/luong")
            )
            if not reads or operation.path.startswith(("/ket-qua", "/api/judging/v1/contests/{contest_id}/result")):
                continue  # a published result names its authors and entries: that is what it is for
            text = _answer(client, operation, played).text
            found += [(actor.name, operation.path, secret) for secret in secrets if secret in text]
    assert found == []


def test_a_thing_of_another_contest_looks_like_one_that_does_not_exist(knocking, played: Played) -> None:
    """Same status and same words, so that nobody can ask which ids are in use."""
    known = matrix.objects(played)
    different = []
    for actor, client in knocking:
        for operation in OPERATIONS:
            asks = operation.placeholders & {"entry_id", "sheet_id", "slot_id"}
            if not asks or operation.gate.public or not operation.admits(actor.roles) or not actor.roles:
                continue
            body: Json | None = None if operation.method == "GET" else {}
            there, missing = (
                client.request(operation.method, matrix.filled(operation.path, objects), json=body)
                for objects in (known, known | {name: new_id() for name in asks})
            )
            if there.status_code != missing.status_code:
                different.append((actor.name, operation.path, there.status_code, missing.status_code))
    assert different == []
