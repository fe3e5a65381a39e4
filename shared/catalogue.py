"""Documents made from the event classes: docs/events.md, JSON Schemas, AsyncAPI. `python -m shared.catalogue [--check]`."""

import ast
import json
import sys
from pathlib import Path
from typing import Any

import yaml

from shared import topics
from shared.events import judging, notifications, submissions
from shared.events.envelope import KNOWN, Envelope, Event

ROOT = Path(__file__).parents[1]
LANGUAGE = (submissions, judging, notifications)
_HEAD = """# Events

Made by `make docs` from `shared/events` and `shared/topics.py`; do not edit. Every message is a CloudEvents 1.0 JSON
document with the extensions `seq`, `by` and `traceparent`; `subject` is the Kafka key. JSON Schemas stand in
`docs/schemas/`, the AsyncAPI document in `docs/asyncapi.yaml`, a golden sample of each event in
`tests/contracts/samples/`.
"""


def readers(root: Path = ROOT) -> dict[str, set[str]]:
    """Event class name -> the agents (`judging.copies`) whose code names it, found in the source text."""
    found: dict[str, set[str]] = {}
    for path in sorted(root.glob("services/*/*/agents.py")):
        service, room = path.parts[-3], path.parts[-2]
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Name | ast.Attribute):
                name = node.id if isinstance(node, ast.Name) else node.attr
                found.setdefault(name, set()).add(f"{service}.{room}")
    return found


def events() -> list[type[Event]]:
    """Every event class, by topic and type."""
    return sorted(KNOWN.values(), key=lambda event: (event.topic, event.type))


def schema(event: type[Event]) -> dict[str, Any]:
    """The JSON Schema of an event's body."""
    made = event.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:sang-kien:{event.type}", **made}


def _type_of(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"]).rsplit("/", maxsplit=1)[-1]
    if "anyOf" in field:
        return " or ".join(_type_of(option) for option in field["anyOf"])
    if field.get("type") == "array":
        return f"list of {_type_of(field['items'])}"
    if field.get("type") == "object" and "additionalProperties" in field:
        return f"map to {_type_of(field['additionalProperties'])}"
    return str(field.get("format") or field.get("type", "any"))


def markdown() -> str:
    """The catalogue that people read."""
    known_readers, lines = readers(), [_HEAD]
    for topic in topics.TOPICS.values():
        kept = (
            "compacted, latest fact of a key counts" if topic.compacted else "kept without limit, every fact in order"
        )
        lines.append(
            f"## {topic.name}\n\nKey: {topic.key}. {topic.partitions} partitions; {kept}. Publisher: {topic.publisher}.\n"
        )
        for event in (event for event in events() if event.topic == topic.name):
            agents = ", ".join(sorted(known_readers.get(event.__name__, set()))) or topic.reason or "nobody yet"
            lines.append(f"### {event.type}\n\n{event.__doc__}\nClass `{event.__name__}`. Read by: {agents}.\n")
            made = schema(event)
            lines.append("| field | type | required |\n|---|---|---|")
            needed = set(made.get("required", ()))
            lines += [
                f"| {name} | {_type_of(field)} | {'yes' if name in needed else 'no'} |"
                for name, field in made["properties"].items()
            ]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def asyncapi() -> str:
    """The AsyncAPI 3.0 document, as YAML."""
    channels, operations, messages = {}, {}, {}
    for topic in topics.TOPICS.values():
        own = [event for event in events() if event.topic == topic.name]
        names = {event.__name__: {"$ref": f"#/components/messages/{event.__name__}"} for event in own}
        channel = topic.name.replace(".", "-")
        channels[channel] = {"address": topic.name, "messages": names}
        operations[f"publish-{channel}"] = {"action": "send", "channel": {"$ref": f"#/channels/{channel}"}}
        for event in own:
            body = {"$ref": f"schemas/{event.type}.json"}
            described = {"allOf": [{"$ref": "schemas/envelope.json"}, {"properties": {"data": body}}]}
            summary = (event.__doc__ or "").splitlines()[0]
            messages[event.__name__] = {
                "name": event.type,
                "summary": summary,
                "contentType": "application/cloudevents+json",
                "payload": described,
            }
    document = {
        "asyncapi": "3.0.0",
        "info": {"title": "Sáng Kiến", "version": "1", "description": "Facts that the three services exchange."},
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)


def documents() -> dict[str, str]:
    """Path below docs/ -> content, of everything that is generated."""
    made = {"events.md": markdown(), "asyncapi.yaml": asyncapi()}
    for event in events():
        made[f"schemas/{event.type}.json"] = json.dumps(schema(event), indent=2, ensure_ascii=False) + "\n"
    envelope = {"$id": "urn:sang-kien:envelope", **Envelope.model_json_schema(mode="serialization")}
    made["schemas/envelope.json"] = json.dumps(envelope, indent=2, ensure_ascii=False) + "\n"
    return made


def stale(root: Path = ROOT) -> list[str]:
    """Generated documents that differ from what the code says now, or that nothing generates any more."""
    wanted = documents()
    folder = root / "docs"
    differ = [
        name for name, text in wanted.items() if not (folder / name).exists() or (folder / name).read_text() != text
    ]
    left_over = [
        f"schemas/{path.name}" for path in folder.glob("schemas/*.json") if f"schemas/{path.name}" not in wanted
    ]
    return sorted(differ + left_over)


def main() -> int:
    """Write the documents, or only say which are stale."""
    if "--check" in sys.argv:
        for name in stale():
            sys.stderr.write(f"docs/{name} is stale: run make docs\n")
        return 1 if stale() else 0
    for name, text in documents().items():
        path = ROOT / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
