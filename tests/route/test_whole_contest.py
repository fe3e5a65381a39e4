"""The whole route over JSON through the front door: nothing lost, nothing doubled, the result can be counted again."""

import httpx
import pytest

from deploy.local.ports import SERVICES
from deploy.local.system import System
from tests.route.conftest import SIZE
from tests.route.playing import Played

pytestmark = pytest.mark.timeout(600)


def test_a_whole_contest_loses_nothing_and_doubles_nothing(played: Played):
    assert played.counted is not None
    assert (played.counted.lost, played.counted.doubled) == ([], [])


def test_every_entry_gets_a_receipt_of_its_own(played: Played):
    assert len({one.receipt for one in played.handed_in}) == SIZE.entries


def test_every_script_is_read_by_two_judges_and_by_a_third_where_they_differ_too_much(played: Played):
    called = [line for line in played.log if line["kind"] == "third-reader.called"]
    assert played.sheets == 2 * SIZE.entries + len(called)


def test_every_judge_marks_every_finalist_without_a_conflict(played: Played):
    scores = {
        (line["data"]["entry_id"], line["data"]["judge_id"]) for line in played.log if line["kind"] == "score.given"
    }
    assert len(scores) == played.given
    assert SIZE.finalists * (SIZE.judges - 1) <= played.given <= SIZE.finalists * SIZE.judges


def test_the_published_file_counts_up_to_the_result_and_one_altered_byte_is_found(played: Played):
    assert played.recomputed


def test_the_published_log_names_no_person_but_by_number(played: Played):
    told = str(played.log)
    people = [*(one.person.name for one in played.desk.staff), *(one.name for one in played.demo.entrants)]
    assert not [name for name in people if name in told]


def test_every_process_says_through_the_front_door_that_it_is_ready(system: System, played: Played):
    answer = httpx.get(f"{system.url}/api/health", trust_env=False)
    told = answer.json()
    kinds = ("web", "worker", "relay")
    assert (answer.status_code, told["ok"]) == (200, True)
    assert set(told["processes"]) == {f"{service}.{kind}" for service in SERVICES for kind in kinds}


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_publishes_its_openapi_document(system: System, service: str):
    document = httpx.get(f"{system.url}/api/{service}/v1/openapi.json", trust_env=False).json()
    assert document["openapi"].startswith("3.")
    assert any(path.startswith(f"/api/{service}/v1/") for path in document["paths"])
