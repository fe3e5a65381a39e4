"""The published language is a contract: every event has a golden sample that still parses and still comes out the same."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from shared import catalogue
from shared.events.envelope import KNOWN, Envelope, Event
from shared.topics import TOPICS

SAMPLES = Path(__file__).parent / "samples"
EVENTS = catalogue.events()


def sample(event: type[Event]) -> dict[str, object]:
    """The golden message of an event."""
    made: dict[str, object] = json.loads((SAMPLES / f"{event.type}.json").read_text())
    return made


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_the_golden_sample_parses_and_serialises_back_to_itself(event: type[Event]) -> None:
    message = sample(event)
    envelope = Envelope.model_validate(message)
    body = envelope.event()
    assert type(body) is event
    assert body.model_dump(mode="json") == message["data"]
    assert json.loads(envelope.model_dump_json()) == message


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_the_golden_sample_fits_the_published_schema(event: type[Event]) -> None:
    Draft202012Validator(catalogue.schema(event)).validate(sample(event)["data"])


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_a_field_of_tomorrow_does_not_disturb_the_reader_of_today(event: type[Event]) -> None:
    message = sample(event)
    assert isinstance(message["data"], dict)
    message["data"] = {**message["data"], "a_field_of_tomorrow": 1}
    assert type(Envelope.model_validate({**message, "tomorrow": True}).event()) is event


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_type_topic_and_source_follow_the_grammar(event: type[Event]) -> None:
    service, _noun, _participle, version = event.type.split(".")
    assert version.removeprefix("v").isdigit()
    assert event.topic in TOPICS
    assert TOPICS[event.topic].publisher == service
    assert sample(event)["source"] == f"/{service}"
    assert event.__doc__
    assert event.__module__ == f"shared.events.{service}"


def test_no_sample_is_left_over_from_an_event_that_is_gone() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == set(KNOWN)


PERSONAL = ("name", "email", "phone", "full_name", "address")


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_names_and_contacts_travel_only_on_the_topic_of_people(event: type[Event]) -> None:
    allowed = {"submissions.people", "submissions.units", "submissions.contests"}
    if event.topic not in allowed:
        assert not set(event.model_fields) & set(PERSONAL)
