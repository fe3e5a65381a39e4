"""The CloudEvents 1.0 envelope, the base class of events, and the register of known event types."""

from datetime import datetime
from typing import Any, ClassVar, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.ids import derived_id


class Body(BaseModel):
    """A frozen value inside an event; readers ignore fields they do not know yet."""

    # Without the input: an error that is logged or buried would carry somebody's name along.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Event(Body):
    """A past-tense fact. The subclass names its `type`, `<service>.<noun>.<past participle>.v<N>`, and its `topic`.

    A body carries the new state that a copy needs, so that nobody has to ask back.
    """

    type: ClassVar[str] = ""
    topic: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Enter the class in the register under its type."""
        super().__init_subclass__(**kwargs)
        if cls.type in KNOWN:
            raise TypeError(f"two events are called {cls.type}")
        KNOWN[cls.type] = cls


KNOWN: dict[str, type[Event]] = {}
"""Every event class by its type string."""


class Envelope(Body):
    """CloudEvents 1.0 attributes with the extensions `seq`, `by` and `traceparent`.

    `subject` is the aggregate's id and the Kafka key; `seq` counts that aggregate's facts from 1.
    """

    specversion: str = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: AwareDatetime
    datacontenttype: str = "application/json"
    seq: int
    by: str
    traceparent: str = ""
    data: dict[str, Any]

    @classmethod
    def wrap(cls, event: Event, *, subject: str, seq: int, by: str, time: datetime, traceparent: str = "") -> Self:
        """The envelope of `event`; its id follows from topic, subject and seq, so a re-run makes no second one."""
        return cls(
            id=derived_id(event.topic, subject, str(seq)),
            source=f"/{event.topic.split('.')[0]}",
            type=event.type,
            subject=subject,
            time=time,
            seq=seq,
            by=by,
            traceparent=traceparent,
            data=event.model_dump(mode="json"),
        )

    def event(self) -> Event | None:
        """The typed body, or None for a type this code does not know. Raises pydantic.ValidationError."""
        known = KNOWN.get(self.type)
        return known.model_validate(self.data) if known else None
